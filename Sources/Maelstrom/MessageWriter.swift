import KeyValue
import Raft

/// Puts messages together as lines in one buffer, which is written once per turn.
package struct MessageWriter: Sendable {
    package internal(set) var bytes: [UInt8] = []
    /// What every line of this node begins with, up to the destination.
    private var head: [UInt8] = []
    /// The entries of the last append, which mostly goes to several followers.
    private var lastEntries = EncodedEntries()

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

    // MARK: - To members

    package mutating func write(_ envelope: PeerEnvelope) {
        switch envelope.message {
        case .raft(let message): write(message, to: envelope.to)
        case .forward(let forward):
            begin(to: envelope.to, "forward", nil)
            field(",\"requests\":", forward.commands.map(\.text))
            field(",\"limit\":", forward.limit)
            end()
        case .transfer(let request):
            begin(to: envelope.to, "transfer", nil)
            field(",\"term\":", request.term)
            field(",\"target\":", request.target)
            end()
        }
    }

    private mutating func write(_ message: Message, to member: NodeID) {
        begin(to: member, message.body.type, message.inReplyTo)
        if let id = message.id { field(",\"msg_id\":", id) }
        field(",\"term\":", message.term)
        switch message.body {
        case .requestVote(let request): fields(of: request)
        case .requestVoteReply(let reply):
            field(",\"vote_granted\":", reply.voteGranted)
            if reply.preVote { field(",\"pre_vote\":", true) }
        case .appendEntries(let request): fields(of: request)
        case .appendEntriesReply(let reply):
            field(",\"success\":", reply.success)
            if let hint = reply.hint {
                field(",\"hint_index\":", hint.index)
                field(",\"hint_term\":", hint.term)
            }
            if let index = reply.commitIndex { field(",\"commit_index\":", index) }
        case .installSnapshot(let request): fields(of: request)
        case .timeoutNow(let request): field(",\"leader_id\":", request.leader)
        case .readIndexReply(let reply):
            if let index = reply.index { field(",\"index\":", index) }
            if let membership = reply.membership { field(",\"membership\":", membership.words) }
        case .installSnapshotReply(let reply):
            if let offset = reply.offset { field(",\"offset\":", offset) }
            if let installed = reply.installed { field(",\"installed\":", installed) }
        case .readIndex(let question): if question.confirm { field(",\"confirm\":", true) }
        }
        end()
    }

    private mutating func fields(of request: RequestVote) {
        field(",\"candidate_id\":", request.candidate)
        field(",\"last_log_index\":", request.lastLogIndex)
        field(",\"last_log_term\":", request.lastLogTerm)
        if request.preVote { field(",\"pre_vote\":", true) }
        if request.leadershipTransfer { field(",\"leadership_transfer\":", true) }
    }

    private mutating func fields(of request: AppendEntries) {
        field(",\"leader_id\":", request.leader)
        field(",\"prev_log_index\":", request.prevLogIndex)
        field(",\"prev_log_term\":", request.prevLogTerm)
        bytes.append(",\"entries\":[")
        lastEntries.encode(request)
        bytes.append(contentsOf: lastEntries.bytes)
        bytes.append("]")
        field(",\"leader_commit\":", request.leaderCommit)
        if let durable = request.leaderDurable { field(",\"leader_durable\":", durable) }
        if let roundTrip = request.roundTrip {
            field(",\"round_trip\":[", roundTrip.mean)
            field(",", roundTrip.deviation)
            bytes.append("]")
        }
    }

    private mutating func fields(of request: InstallSnapshot) {
        field(",\"leader_id\":", request.leader)
        field(",\"last_included_index\":", request.lastIncluded.index)
        field(",\"last_included_term\":", request.lastIncluded.term)
        field(",\"offset\":", request.offset)
        field(",\"data\":", request.data)
        field(",\"done\":", request.done)
    }

    // MARK: - Pieces

    mutating func begin(to destination: String, _ type: StaticString, _ inReplyTo: Int?) {
        bytes.append(contentsOf: head)
        bytes.append(quoted: destination)
        bytes.append(",\"body\":{\"type\":\"")
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
        for (place, value) in values.enumerated() {
            if place > 0 { bytes.append(",") }
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

/// The elements of `entries`, kept from one follower's append to the next follower's.
private struct EncodedEntries: Sendable {
    private struct Range: Equatable {
        var leader: NodeID
        var term: Term
        var prevLogIndex: Index
        var prevLogTerm: Term
        var count: Int
        var lastTerm: Term?
    }

    private(set) var bytes: [UInt8] = []
    private var range: Range?

    /// A leader only ever adds to its log, so within its term the same range holds the same entries.
    mutating func encode(_ request: AppendEntries) {
        let range = Range(
            leader: request.leader, term: request.term, prevLogIndex: request.prevLogIndex,
            prevLogTerm: request.prevLogTerm, count: request.entries.count,
            lastTerm: request.entries.last?.term)
        if self.range == range { return }
        self.range = range
        bytes.removeAll(keepingCapacity: bytes.capacity < 8 << 20)
        for (place, entry) in request.entries.enumerated() {
            if place > 0 { bytes.append(",") }
            EntryText.append(entry, to: &bytes)
        }
    }
}

extension Message.Body {
    fileprivate var type: StaticString {
        switch self {
        case .requestVote: "request_vote"
        case .requestVoteReply: "request_vote_res"
        case .appendEntries: "append_entries"
        case .appendEntriesReply: "append_entries_res"
        case .installSnapshot: "install_snapshot"
        case .installSnapshotReply: "install_snapshot_res"
        case .timeoutNow: "timeout_now"
        case .readIndex: "read_index"
        case .readIndexReply: "read_index_res"
        }
    }
}
