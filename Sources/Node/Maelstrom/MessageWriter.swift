import Consensus
import KeyValue

/// Puts messages together as lines in one buffer, which is written once per turn.
package struct MessageWriter: Sendable {
    package internal(set) var bytes: [UInt8] = []
    /// What every line of this node begins with, up to the destination.
    private var head: [UInt8] = []
    /// The entries of the last append, which mostly goes to several followers.
    var lastEntries = EncodedEntries()

    package init() {}

    /// Empties the buffer, and keeps its room unless a huge message has stretched it.
    package mutating func clear() {
        bytes.removeAll(keepingCapacity: bytes.capacity < 8 << 20)
    }

    /// Names the `src` of the messages that follow.
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

    // MARK: - To clients

    package mutating func write(initOKTo client: String, inReplyTo: Int?) {
        begin(to: client, "init_ok", inReplyTo)
        end()
    }

    package mutating func write(_ refusal: Refusal) {
        let own = head
        head = Self.head(refusal.source)
        write(refusal.code, refusal.text, to: refusal.destination, refusal.inReplyTo)
        head = own
    }

    package mutating func write(_ reply: ClientReply) {
        switch reply.body {
        case .readOK(let value):
            begin(to: reply.client, "read_ok", reply.inReplyTo)
            bytes.append(",\"value\":")
            bytes.append(json: value.text)
            end()
        case .writeOK:
            begin(to: reply.client, "write_ok", reply.inReplyTo)
            end()
        case .casOK:
            begin(to: reply.client, "cas_ok", reply.inReplyTo)
            end()
        case .statusOK(let status):
            begin(to: reply.client, "status_ok", reply.inReplyTo)
            fields(of: status)
            end()
        case .logOK(let excerpt):
            begin(to: reply.client, "log_ok", reply.inReplyTo)
            fields(of: excerpt)
            end()
        case .changeMembershipOK(let members):
            begin(to: reply.client, "change_membership_ok", reply.inReplyTo)
            field(",\"members\":", members)
            end()
        case .transferLeadershipOK(let leader):
            begin(to: reply.client, "transfer_leadership_ok", reply.inReplyTo)
            field(",\"leader\":", leader)
            end()
        case .error(let code, let text):
            write(code, text, to: reply.client, reply.inReplyTo)
        }
    }

    private mutating func write(_ code: ErrorCode, _ text: String, to client: String, _ inReplyTo: Int?) {
        begin(to: client, "error", inReplyTo)
        field(",\"code\":", code.rawValue)
        bytes.append(",\"text\":")
        bytes.append(quoted: text)
        end()
    }

    private mutating func fields(of status: Status) {
        field(",\"node_id\":", status.nodeID)
        field(",\"role\":", status.role)
        field(",\"term\":", status.term)
        field(",\"leader\":", status.leader)
        field(",\"voted_for\":", status.votedFor)
        field(",\"members\":", status.members)
        field(",\"last_log_index\":", status.lastLogIndex)
        field(",\"last_log_term\":", status.lastLogTerm)
        field(",\"commit_index\":", status.commitIndex)
        field(",\"last_applied\":", status.lastApplied)
        field(",\"snapshot_index\":", status.snapshotIndex)
    }

    // MARK: - Pieces

    mutating func begin(to destination: String, _ type: StaticString, _ inReplyTo: Int?) {
        address(to: destination)
        beginBody(type, inReplyTo)
    }

    mutating func address(to destination: String) {
        bytes.append(contentsOf: head)
        bytes.append(quoted: destination)
        bytes.append(",\"body\":")
    }

    mutating func beginBody(_ type: StaticString, _ inReplyTo: Int?) {
        bytes.append("{\"type\":\"")
        bytes.append(type)
        bytes.append("\"")
        if let inReplyTo { field(",\"in_reply_to\":", inReplyTo) }
    }

    mutating func end() {
        bytes.append("}}\n")
    }

    mutating func field(_ name: StaticString, _ value: Int) {
        bytes.append(name)
        bytes.append(value)
    }

    mutating func field(_ name: StaticString, _ values: [String]) {
        bytes.append(name)
        bytes.append("[")
        for (slot, value) in values.enumerated() {
            if slot > 0 { bytes.append(",") }
            bytes.append(quoted: value)
        }
        bytes.append("]")
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        bytes.append(name)
        bytes.append(value)
    }

    mutating func field(_ name: StaticString, _ value: String?) {
        bytes.append(name)
        if let value { bytes.append(quoted: value) } else { bytes.append("null") }
    }
}
