import Consensus

/// What people want to know of a member.
package struct MemberView: Codable, Hashable, Sendable {
    package struct LogEntry: Codable, Hashable, Sendable {
        package var term: Term
        /// What it holds beside its term.
        package var content: String
    }

    package var id: NodeID
    package var role: String
    package var term: Term
    package var vote: NodeID?
    package var commit: Index
    /// Up to where a snapshot stands for the log; 0 without one.
    package var base: Index
    /// The entries after it.
    package var log: [LogEntry]

    /// - Parameter latest: how many entries it shows, and all that are not committed; the rest is shown as a snapshot
    ///   is.
    package init(_ raft: Raft, latest: Int = .max) {
        id = raft.id
        role =
            switch raft.role {
            case .follower: "follower"
            case .preCandidate: "pre-candidate"
            case .candidate: "candidate"
            case .leader: "leader"
            }
        term = raft.currentTerm
        vote = raft.votedFor
        commit = raft.commitIndex
        base = raft.log.lastIncludedIndex
        if raft.log.lastIndex - base > latest {
            base = max(base, min(raft.log.lastIndex - latest, raft.commitIndex))
        }
        log = (base + 1..<(raft.log.lastIndex + 1)).map { index in
            LogEntry(term: raft.log[index].term, content: Self.text(raft.log[index].payload))
        }
    }

    /// One of which nothing is known yet.
    package init(unseen id: NodeID) {
        self.id = id
        role = "down"
        term = 0
        commit = 0
        base = 0
        log = []
    }

    private static func text(_ payload: Entry.Payload) -> String {
        switch payload {
        case .noOp: "no-op"
        case .command(let command): String(command.text.prefix(80))
        case .membership(let membership):
            "voters " + membership.incoming.joined(separator: " ")
                + (membership.isJoint ? ", and before " + membership.outgoing.joined(separator: " ") : "")
        }
    }

    /// Its log as terms, `[1 1 2]`; where a snapshot stands for its beginning, `[..3 4]`.
    package var terms: String {
        let start = base > 0 ? ["..\(base)"] : []
        return "[" + (start + log.map { String($0.term) }).joined(separator: " ") + "]"
    }

    /// The member in one line, but for its id.
    package var line: String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        return padded(role, 14) + "term \(term)  vote " + padded(vote ?? "-", 4) + "log " + padded(terms, 10)
            + " commit \(commit)"
    }
}
