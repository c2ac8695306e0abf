import Foundation

/// An incoming message: of a client, or of another naive member.
struct Message: Codable {
    struct Body: Codable {
        var type: String
        var messageID: Int?
        var nodeID: String?
        var nodeIDs: [String]?
        var key: Int?
        var value: Int?
        var from: Int?
        var to: Int?
        var txn: [MicroOperation]?
        var inReplyTo: Int?
        var code: Int?
        var text: String?
        // Messages of members.
        var term: Int?
        var count: Int?
        var lastTerm: Int?
        var entries: [Entry]?
        var committed: Int?

        enum CodingKeys: String, CodingKey {
            case type, key, value, from, to, txn, term, count, entries, committed, code, text
            case inReplyTo = "in_reply_to"
            case messageID = "msg_id"
            case nodeID = "node_id"
            case nodeIDs = "node_ids"
            case lastTerm = "last_term"
        }
    }

    var src: String
    var dest: String
    var body: Body
}

/// An entry of a naive member's log: a client's request.
struct Entry: Codable {
    var term: Int
    /// Nil for a leader's no-op.
    var request: Message?

    /// Equal for copies of the same request.
    var id: String? { request?.id }
}

extension Message.Body {
    var json: String { String(decoding: (try? JSONEncoder().encode(self)) ?? Data(), as: UTF8.self) }
}

extension Message {
    var id: String { "\(src) \(body.messageID ?? -1)" }

    var line: String { String(decoding: (try? JSONEncoder().encode(self)) ?? Data(), as: UTF8.self) }
}

/// The store.
struct Registers {
    private var values: [Int: Int] = [:]
    private var cells = Cells()

    /// - Returns: the fields of the reply; nil if the message is no request.
    mutating func apply(_ body: Message.Body) -> String? {
        if body.type == "txn", let txn = body.txn { return cells.reply(to: txn) }
        guard let key = body.key else { return nil }
        switch body.type {
        case "read":
            guard let value = values[key] else { return #""type":"error","code":20,"text":"no such key""# }
            return #""type":"read_ok","value":\#(value)"#
        case "write":
            values[key] = body.value
            return #""type":"write_ok""#
        case "cas":
            guard let value = values[key] else { return #""type":"error","code":20,"text":"no such key""# }
            guard value == body.from else {
                return #""type":"error","code":22,"text":"it is \#(value), not \#(body.from ?? -1)""#
            }
            values[key] = body.to
            return #""type":"cas_ok""#
        default:
            return nil
        }
    }
}

/// A reply to a client.
func reply(_ name: String, to message: Message, _ fields: String) -> String {
    let id = message.body.messageID.map { #","in_reply_to":\#($0)"# } ?? ""
    return #"{"src":"\#(name)","dest":"\#(message.src)","body":{\#(fields)\#(id)}}"#
}

/// Reads the lines of stdin, without blocking for long.
struct LineInput {
    private var partial: [UInt8] = []

    /// Waits a few milliseconds at most.
    /// - Returns: the lines read; nil at the end of input.
    mutating func next() -> [String]? {
        var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        guard poll(&input, 1, 5) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(0, &buffer, buffer.count)
        guard count > 0 else { return nil }
        partial += buffer.prefix(count)
        guard let end = partial.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let lines = partial[..<end].split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self)
        }
        partial.removeFirst(end + 1)
        return lines
    }
}
