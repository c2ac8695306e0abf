import Foundation

/// Who sends a message, or receives it.
enum Address: Hashable, Sendable, CustomStringConvertible {
    /// `n0`, `n1`, ...
    case node(Int)
    /// `c1`, `c2`, ...
    case client(Int)
    /// Nobody in any run.
    case nobody(String)

    init(_ name: String) {
        guard let first = name.utf8.first, let number = Int(name.dropFirst()), number >= 0,
            name.utf8.count == 1 + String(number).utf8.count
        else {
            self = .nobody(name)
            return
        }
        switch first {
        case UInt8(ascii: "n"): self = .node(number)
        case UInt8(ascii: "c"): self = .client(number)
        default: self = .nobody(name)
        }
    }

    var description: String {
        switch self {
        case .node(let number): "n\(number)"
        case .client(let number): "c\(number)"
        case .nobody(let name): name
        }
    }
}

/// What a node tells a client.
struct Reply: Hashable, Sendable {
    var type: String
    var inReplyTo: Int?
    /// Nil where there is none; `.some(nil)` is JSON's null.
    var value: RegisterValue??
    var code: Int?
    var text: String?
    /// What a node says of itself when it is asked for its status.
    var standing: Standing?
    /// Fields that Maelstrom's clients do not know, which they refuse.
    var unexpected: [String] = []

    struct Standing: Hashable, Sendable {
        var role: String
        var term: Int
        /// Who leads, as far as it knows.
        var leader: Address?
        /// Who votes; nil where it does not say.
        var members: Set<Int>?
    }
}

/// A line of a node, as far as carrying it needs.
struct Envelope: Decodable, Hashable {
    var source: Address
    var destination: Address
    /// Nil for a message to another node.
    var reply: Reply?
    /// The type of a message to another node, where its body has one.
    var kind: String?
    /// Whether the node gave it an id, which is the network's to give.
    var hasID: Bool

    private enum Field: String, CodingKey { case src, dest, body, id, type }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        source = Address(try fields.decode(String.self, forKey: .src))
        destination = Address(try fields.decode(String.self, forKey: .dest))
        hasID = fields.contains(.id)
        if case .client = destination {
            reply = try fields.decode(Reply.self, forKey: .body)
        } else {
            let body = try fields.nestedContainer(keyedBy: Field.self, forKey: .body)
            kind = try? body.decode(String.self, forKey: .type)
        }
    }
}

extension Reply: Decodable {
    private struct Field: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }

        static let type = Field(stringValue: "type")
        static let inReplyTo = Field(stringValue: "in_reply_to")
        static let messageID = Field(stringValue: "msg_id")
        static let value = Field(stringValue: "value")
        static let code = Field(stringValue: "code")
        static let text = Field(stringValue: "text")
        static let role = Field(stringValue: "role")
        static let term = Field(stringValue: "term")
        static let leader = Field(stringValue: "leader")
        static let members = Field(stringValue: "members")
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        type = try fields.decode(String.self, forKey: .type)
        inReplyTo = try fields.decodeIfPresent(Int.self, forKey: .inReplyTo)
        if type == "status_ok" {
            // No business of Maelstrom's: it may say what it likes.
            guard let role = try? fields.decode(String.self, forKey: .role),
                let term = try? fields.decode(Int.self, forKey: .term)
            else { return }
            let leader = try? fields.decode(String.self, forKey: .leader)
            let members = try? fields.decode([String].self, forKey: .members).compactMap { name in
                if case .node(let number) = Address(name) { number } else { nil }
            }
            standing = Standing(
                role: role, term: term, leader: leader.map(Address.init), members: members.map(Set.init))
            return
        }
        var known = [Field.type, .inReplyTo, .messageID]
        if type == "error" {
            // An error may say more than its code, in fields of its own.
            code = try? fields.decode(Int.self, forKey: .code)
            text = try? fields.decode(String.self, forKey: .text)
            return
        }
        if type == "read_ok", fields.contains(.value) {
            known.append(.value)
            if try fields.decodeNil(forKey: .value) {
                value = .some(nil)
            } else if let number = try? fields.decode(Int.self, forKey: .value) {
                value = .integer(number)
            } else {
                value = .other(try fields.decode(AnyJSON.self, forKey: .value).words)
            }
        }
        let names = fields.allKeys.map(\.stringValue)
        if names.count > known.count
            || !names.allSatisfy({ name in known.contains { $0.stringValue == name } })
        {
            unexpected = names.filter { name in !known.contains { $0.stringValue == name } }.sorted()
        }
    }
}

/// Any JSON value in words that are equal where the values are.
private struct AnyJSON: Decodable {
    var words: String

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            words = "null"
        } else if let value = try? single.decode(Bool.self) {
            words = String(value)
        } else if let value = try? single.decode(Int.self) {
            words = String(value)
        } else if let value = try? single.decode(UInt64.self) {
            words = String(value)
        } else if let value = try? single.decode(Double.self) {
            words = String(value)
        } else if let value = try? single.decode(String.self) {
            words = value.debugDescription
        } else if let list = try? single.decode([AnyJSON].self) {
            words = "[\(list.map(\.words).joined(separator: " "))]"
        } else {
            let fields = try single.decode([String: AnyJSON].self).sorted { $0.key < $1.key }
            words =
                "{\(fields.map { "\($0.key.debugDescription) \($0.value.words)" }.joined(separator: " "))}"
        }
    }
}
