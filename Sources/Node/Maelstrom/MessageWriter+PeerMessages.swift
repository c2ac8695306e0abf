import Consensus
import Detours
import KeyValue

/// What members say to each other.
extension MessageWriter {
    package mutating func write(_ envelope: PeerEnvelope) {
        address(to: envelope.to)
        write(envelope.message)
        bytes.append("}\n")
    }

    /// Writes a body.
    private mutating func write(_ message: PeerMessage) {
        switch message {
        case .raft(let message):
            write(message)
        case .forward(let forward):
            beginBody("forward", nil)
            field(",\"requests\":", forward.requests.map(\.command.text))
            field(",\"limit\":", forward.limit)
        case .transfer(let request):
            beginBody("transfer", nil)
            field(",\"term\":", request.term)
            field(",\"target\":", request.target)
        case .hello(let hello):
            beginBody("hello", nil)
            fields(of: hello)
        case .relay(let relay):
            beginBody("relay", nil)
            field(",\"source\":", relay.source)
            field(",\"route\":", relay.route)
            bytes.append(",\"body\":")
            write(relay.message)
        }
        bytes.append("}")
    }

    private mutating func fields(of hello: Hello) {
        field(",\"number\":", hello.own.number)
        field(",\"missed\":", hello.own.missed)
        field(",\"holds\":", hello.holds)
        if hello.asks { field(",\"asks\":", true) }
        guard !hello.others.isEmpty else { return }
        let lists = hello.others.map { list in
            ([Word.escape(list.member), String(list.number)] + list.missed.map(Word.escape))
                .joined(separator: " ")
        }
        field(",\"others\":", lists)
    }

    private mutating func write(_ message: RaftMessage) {
        beginBody(message.body.type, message.inReplyTo)
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
            if let index = reply.lostLog { field(",\"lost_log\":", index) }
        case .installSnapshot(let request): fields(of: request)
        case .timeoutNow(let request):
            field(",\"leader_id\":", request.leader)
            if let index = request.lastLogIndex { field(",\"last_log_index\":", index) }
        case .readIndexReply(let reply):
            if let index = reply.index { field(",\"index\":", index) }
            if let membership = reply.membership { field(",\"membership\":", membership.words) }
        case .installSnapshotReply(let reply):
            if let offset = reply.offset { field(",\"offset\":", offset) }
            if let installed = reply.installed { field(",\"installed\":", installed) }
        case .readIndex(let question): if question.confirm { field(",\"confirm\":", true) }
        }
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
        if let roundTrip = request.roundTrip { field(",\"round_trip\":[", roundTrip) }
        if let link = request.link { field(",\"link_round_trip\":[", link) }
        if let index = request.lostLog { field(",\"lost_log\":", index) }
    }

    private mutating func field(_ name: StaticString, _ estimate: Estimate) {
        field(name, estimate.mean)
        field(",", estimate.deviation)
        bytes.append("]")
    }

    private mutating func fields(of request: InstallSnapshot) {
        field(",\"leader_id\":", request.leader)
        field(",\"last_included_index\":", request.lastIncluded.index)
        field(",\"last_included_term\":", request.lastIncluded.term)
        field(",\"offset\":", request.offset)
        field(",\"data\":", request.data)
        field(",\"done\":", request.done)
    }
}

/// The elements of `entries`, kept from one follower's append to the next follower's.
struct EncodedEntries: Sendable {
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
        for (slot, entry) in request.entries.enumerated() {
            if slot > 0 { bytes.append(",") }
            EntryText.append(entry, to: &bytes)
        }
    }
}

extension RaftMessage.Body {
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
