import Foundation

/// The sender or receiver of a message.
enum Address: Hashable, Sendable, CustomStringConvertible {
    /// `n0`, `n1`, ...
    case node(Int)
    /// `c1`, `c2`, ...
    case client(Int)
    /// A node that the bench provides.
    case service(Service)
    /// None of these.
    case nobody(String)

    /// - Parameter nodes: the nodes by name; nil where they are `n0`, `n1`, ...
    init(_ name: String, nodes: [String: Int]? = nil) {
        if let nodes, let number = nodes[name] {
            self = .node(number)
            return
        }
        guard let first = name.utf8.first, let number = Int(name.dropFirst()), number >= 0,
            name.utf8.count == 1 + String(number).utf8.count
        else {
            self = Service(rawValue: name).map(Address.service) ?? .nobody(name)
            return
        }
        switch first {
        case UInt8(ascii: "n") where nodes == nil: self = .node(number)
        case UInt8(ascii: "c"): self = .client(number)
        default: self = .nobody(name)
        }
    }

    var isClient: Bool { if case .client = self { true } else { false } }

    func name(_ names: NodeNames) -> String {
        if case .node(let number) = self { names[number] } else { description }
    }

    var description: String {
        switch self {
        case .node(let number): "n\(number)"
        case .client(let number): "c\(number)"
        case .service(let service): service.rawValue
        case .nobody(let name): name
        }
    }
}

/// A reply of a node to a client.
struct Reply: Hashable, Sendable {
    var type: String
    var inReplyTo: Int?
    /// Nil if missing; `.some(nil)` for JSON's null.
    var value: RegisterValue??
    var code: Int?
    var text: String?
    /// The content of a `txn_ok`; nil where it is no list of three elements each.
    var transaction: [Item]?
    /// The content of a `status_ok`.
    var standing: Standing?
    /// Fields that Maelstrom's clients refuse.
    var unexpected: [String] = []

    struct Standing: Hashable, Sendable {
        var role: String
        var term: Int
        /// The leader that the node knows.
        var leader: Address?
        /// The voters; nil if not given.
        var members: Set<Int>?
    }
}

/// The parts of a node's line that the bench needs.
struct Envelope: Decodable, Hashable {
    var source: Address
    var destination: Address
    /// Nil for a message that is not to a client.
    var reply: Reply?
    /// The body of a message to a service.
    var request: Services.Body?
    /// The type of a message to another node, if it has one.
    var kind: String?
    /// Whether the line has an `id` already. Otherwise the network adds one.
    var hasID: Bool

    private enum Field: String, CodingKey { case src, dest, body, id, type }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        let nodes = decoder.userInfo[.nodes] as? [String: Int]
        source = Address(try fields.decode(String.self, forKey: .src), nodes: nodes)
        destination = Address(try fields.decode(String.self, forKey: .dest), nodes: nodes)
        hasID = fields.contains(.id)
        if case .client = destination {
            reply = try fields.decode(Reply.self, forKey: .body)
        } else if case .service = destination {
            request = try fields.decode(Services.Body.self, forKey: .body)
            kind = request?["type"]?.text
        } else {
            let body = try fields.nestedContainer(keyedBy: Field.self, forKey: .body)
            kind = try? body.decode(String.self, forKey: .type)
        }
    }
}

extension CodingUserInfoKey {
    /// The nodes by name, where they are not `n0`, `n1`, ...
    static let nodes = CodingUserInfoKey(rawValue: "nodes")!
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
        static let txn = Field(stringValue: "txn")
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        type = (try? fields.decode(String.self, forKey: .type)) ?? ""
        inReplyTo = try? fields.decode(Int.self, forKey: .inReplyTo)
        if type == "status_ok" {
            // Maelstrom does not know this reply, so its other fields are free.
            guard let role = try? fields.decode(String.self, forKey: .role),
                let term = try? fields.decode(Int.self, forKey: .term)
            else { return }
            let nodes = decoder.userInfo[.nodes] as? [String: Int]
            let leader = try? fields.decode(String.self, forKey: .leader)
            let members = try? fields.decode([String].self, forKey: .members).compactMap { name in
                if case .node(let number) = Address(name, nodes: nodes) { number } else { nil }
            }
            standing = Standing(
                role: role, term: term, leader: leader.map { Address($0, nodes: nodes) },
                members: members.map(Set.init))
            return
        }
        var known = [Field.type, .inReplyTo, .messageID]
        if type == "error" {
            // An error may have more fields.
            code = try? fields.decode(Int.self, forKey: .code)
            text = try? fields.decode(String.self, forKey: .text)
            return
        }
        if type == "read_ok", fields.contains(.value) {
            known.append(.value)
            if try fields.decodeNil(forKey: .value) {
                value = .some(nil)
            } else {
                value = try fields.decode(JSONValue.self, forKey: .value).datum
            }
        }
        if type == "txn_ok", fields.contains(.txn) {
            known.append(.txn)
            transaction = try? fields.decode([Item].self, forKey: .txn)
        }
        if fields.contains(.messageID), (try? fields.decode(Int.self, forKey: .messageID)) == nil {
            unexpected = ["msg_id that is no integer"]
            return
        }
        let names = fields.allKeys.map(\.stringValue)
        if names.count > known.count
            || !names.allSatisfy({ name in known.contains { $0.stringValue == name } })
        {
            unexpected = names.filter { name in !known.contains { $0.stringValue == name } }.sorted()
        }
    }
}
