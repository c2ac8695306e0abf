import Consensus
import KeyValue

extension AppendEntries: PeerMessageBody {
    static let name = "append_entries"
    static var blank: Self { Self(term: 0, leader: "", prevLogIndex: 0, prevLogTerm: 0, leaderCommit: 0) }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.required("leader_id", &leader, .sender)
        try fields.required("prev_log_index", &prevLogIndex, .count)
        try fields.required("prev_log_term", &prevLogTerm, .count)
        try fields.check { fields throws(Malformed) in
            guard (prevLogIndex == 0) == (prevLogTerm == 0) else {
                throw fields.wrong("prev_log_term", "0 where prev_log_index is 0, and at least 1 elsewhere")
            }
        }
        try fields.required("entries", &entries, .entries(of: self))
        try fields.required("leader_commit", &leaderCommit, .count)
        try fields.optional("leader_durable", &leaderDurable, .count)
        try fields.optional("round_trip", &roundTrip, .estimate)
        try fields.optional("link_round_trip", &link, .estimate)
        try fields.optional("lost_log", &lostLog, .count)
    }

    var peerMessage: PeerMessage { .raft(RaftMessage(.appendEntries(self))) }
}

extension AppendEntriesReply: PeerMessageBody {
    static let name = "append_entries_res"
    static var blank: Self { Self(term: 0, success: false) }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.required("success", &success, .flag)
        var hintIndex = hint?.index
        try fields.optional("hint_index", &hintIndex, .count)
        if let hintIndex {
            var hintTerm = hint?.term ?? 0
            try fields.required("hint_term", &hintTerm, .count)
            hint = LogPosition(index: hintIndex, term: hintTerm)
        }
        try fields.optional("commit_index", &commitIndex, .count)
        try fields.optional("lost_log", &lostLog, .count)
    }

    var peerMessage: PeerMessage { .raft(RaftMessage(.appendEntriesReply(self))) }
}

extension FieldCoding<[Entry]> {
    /// Each entry is a string, see `EntryText`.
    fileprivate static func entries(of request: AppendEntries) -> Self {
        let expected = "an array of strings, one per entry"
        return Self(
            expected: expected,
            read: { fields, name throws(Malformed) in
                let texts = try fields.required(name, .strings(expected))
                let entries = try fields.entryText.entries(texts, of: request)
                for (slot, entry) in entries.enumerated() {
                    guard case .membership(let membership) = entry.payload,
                        !membership.hasQuorum(among: fields.members)
                    else { continue }
                    let members = fields.members.joined(separator: " ")
                    throw Malformed(
                        text: "entries[\(slot)] must name voters of whom \(members) hold a quorum; it names "
                            + membership.words)
                }
                return entries
            },
            write: { writer, _ in
                writer.lastEntries.encode(request)
                writer.bytes.append("[")
                writer.bytes.append(contentsOf: writer.lastEntries.bytes)
                writer.bytes.append("]")
            })
    }
}

extension FieldCoding<Estimate> {
    /// Mean and deviation, in microseconds. More than an hour is taken for an hour: it tells no more, and sums of it
    /// never overflow.
    fileprivate static var estimate: Self {
        Self(
            expected: "an array of 2 integers from 0 to 2^62",
            read: {
                guard let counts = try? $0.container.decode([Int].self, forKey: $1), counts.count == 2,
                    counts.allSatisfy(Fields.counts.contains)
                else { return nil }
                return Estimate(mean: min(counts[0], 3_600_000_000), deviation: min(counts[1], 3_600_000_000))
            },
            write: { writer, estimate in
                writer.bytes.append("[")
                writer.bytes.append(estimate.mean)
                writer.bytes.append(",")
                writer.bytes.append(estimate.deviation)
                writer.bytes.append("]")
            })
    }
}

/// The elements of `entries`, kept from one follower's append to the next follower's.
struct EncodedEntries: Sendable {
    private(set) var bytes: [UInt8] = []
    private var term: Term = 0
    private var leader: NodeID = ""
    /// `prevLogIndex`, `prevLogTerm`, the number of entries, and the last one's term.
    private var range = (0, 0, 0, 0)

    /// A leader only ever adds to its log, so within its term the same range holds the same entries.
    mutating func encode(_ request: AppendEntries) {
        let range = (
            request.prevLogIndex, request.prevLogTerm, request.entries.count, request.entries.last?.term ?? 0
        )
        if range == self.range, request.term == term, request.leader.isSame(as: leader) { return }
        (self.range, term, leader) = (range, request.term, request.leader)
        bytes.removeAll(keepingCapacity: bytes.capacity < 8 << 20)
        for (slot, entry) in request.entries.enumerated() {
            if slot > 0 { bytes.append(",") }
            EntryText.append(entry, to: &bytes)
        }
    }
}
