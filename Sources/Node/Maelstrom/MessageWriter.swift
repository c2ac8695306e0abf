import Consensus
import KeyValue

/// Writes messages as lines into one buffer, which leaves at the end of a turn and before a sync.
package struct MessageWriter: Sendable {
    package internal(set) var bytes: [UInt8] = []
    /// The beginning of every line, up to the destination.
    private var head: [UInt8] = []
    /// The entries of the last append, which often goes to several followers.
    var lastEntries = EncodedEntries()

    package init() {}

    /// Empties the buffer, and keeps its capacity unless a huge message has made it large.
    package mutating func clear() {
        bytes.removeAll(keepingCapacity: bytes.capacity < 8 << 20)
    }

    /// Sets the `src` of the messages that follow.
    package mutating func identify(as id: NodeID) {
        head = Self.head(id)
    }

    private static func head(_ source: String) -> [UInt8] {
        var head: [UInt8] = []
        head.append("{\"src\":")
        head.append(quoted: source)
        head.append(",\"dest\":")
        return head
    }

    // MARK: - Messages

    package mutating func write(_ envelope: PeerEnvelope) {
        address(to: envelope.to)
        write(envelope.message)
        bytes.append("}\n")
    }

    package mutating func write(_ refusal: Refusal) {
        let own = head
        head = Self.head(refusal.source)
        write(refusal.code, refusal.text, to: refusal.destination, refusal.inReplyTo)
        head = own
    }

    package mutating func write(_ reply: ClientReply) {
        func begin(_ type: String) { self.begin(to: reply.client, type, reply.inReplyTo) }
        switch reply.body {
        case .done(let kind, let fields):
            begin(kind.rawValue + "_ok")
            for one in fields { field(FieldName(stringValue: one.name), one.value) }
        case .statusOK(let status):
            begin("status_ok")
            fields(of: status)
        case .logOK(let excerpt):
            begin("log_ok")
            fields(of: excerpt)
        case .changeMembershipOK(let members):
            begin("change_membership_ok")
            field("members", members)
        case .transferLeadershipOK(let leader):
            begin("transfer_leadership_ok")
            field("leader", leader)
        case .error(let code, let text):
            return write(code, text, to: reply.client, reply.inReplyTo)
        }
        end()
    }

    private mutating func write(_ code: ErrorCode, _ text: String, to client: String, _ inReplyTo: Int?) {
        begin(to: client, "error", inReplyTo)
        field("code", code.rawValue)
        field("text", text)
        end()
    }

    // MARK: - Pieces

    mutating func begin(to destination: String, _ type: String, _ inReplyTo: Int?) {
        address(to: destination)
        beginBody(type, inReplyTo)
    }

    private mutating func address(to destination: String) {
        bytes.append(contentsOf: head)
        bytes.append(quoted: destination)
        bytes.append(",\"body\":")
    }

    mutating func beginBody(_ type: String, _ inReplyTo: Int?) {
        bytes.append("{\"type\":\"")
        bytes.append(json: type)
        bytes.append("\"")
        if let inReplyTo { field("in_reply_to", inReplyTo) }
    }

    mutating func end() {
        bytes.append("}}\n")
    }

    /// The name of a field, whose value follows.
    mutating func append(_ name: FieldName) {
        var name = name.stringValue
        name.withUTF8 { name in
            bytes.append(",\"")
            bytes.append(contentsOf: name)
            bytes.append("\":")
        }
    }

    mutating func field(_ name: FieldName, _ value: Int) {
        append(name)
        bytes.append(value)
    }

    mutating func field(_ name: FieldName, _ value: Bool) {
        append(name)
        bytes.append(value)
    }

    mutating func field(_ name: FieldName, _ value: String?) {
        append(name)
        if let value { bytes.append(quoted: value) } else { bytes.append("null") }
    }

    mutating func field(_ name: FieldName, _ values: [String]) {
        append(name)
        bytes.append(quoted: values)
    }

    mutating func field(_ name: FieldName, _ value: JSONValue) {
        append(name)
        bytes.append(json: value.text)
    }
}
