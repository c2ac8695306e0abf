/// What holds of a member between two moments of one run, after LogCabin's `Invariants`. Whoever drives the member
/// keeps one, from its start to its end, and shows it the member after each turn.
package struct InvariantMonitor: Sendable {
    /// What is kept of a look.
    private struct Look: Sendable {
        var hardState: HardState
        var leader: NodeID?
        var commit: LogPosition
        var lastApplied: Index
        var last: LogPosition
        var lastIncludedIndex: Index
        var membershipIndex: Index
        var snapshotIndex: Index
        var nextMessageID: MessageID
        var now: Microseconds
        var isShuttingDown: Bool
        /// Of a leader.
        var noOpIndex: Index?
        var progress: [(matchIndex: Index, answered: MessageID, losses: Int)] = []

        init(_ raft: Raft) {
            hardState = raft.hardState
            leader = raft.leader
            commit = LogPosition(index: raft.commitIndex, term: raft.log.term(at: raft.commitIndex) ?? 0)
            lastApplied = raft.lastApplied
            last = LogPosition(index: raft.log.lastIndex, term: raft.log.lastTerm)
            lastIncludedIndex = raft.log.lastIncludedIndex
            membershipIndex = raft.membershipIndex
            snapshotIndex = raft.snapshot?.position.index ?? 0
            nextMessageID = raft.nextMessageID
            now = raft.now
            isShuttingDown = raft.isShuttingDown
            guard case .leader(let leadership) = raft.role else { return }
            noOpIndex = leadership.noOpIndex
            progress = leadership.progress.map { ($0.matchIndex, $0.answered, $0.losses) }
        }
    }

    private var last: Look?
    /// Who was known to lead the present term.
    private var leaderOfTerm: NodeID?

    package init() {}

    /// Looks at the member as it is, and as it was at the last look.
    /// - Returns: what is impossible about it, or nil.
    package mutating func violation(of raft: Raft) -> String? {
        if let violation = raft.violatedInvariant() { return violation }
        let look = Look(raft)
        defer { last = look }
        guard let last else {
            leaderOfTerm = look.leader
            return nil
        }
        return violatedOrder(last, look) ?? violatedTerm(last, look) ?? violatedLog(last, look, raft.log)
            ?? violatedLead(last, look, raft.log)
    }

    /// What never falls.
    private func violatedOrder(_ last: Look, _ look: Look) -> String? {
        func falls(_ name: String, _ value: (Look) -> Int) -> String? {
            value(look) < value(last) ? "\(name) falls from \(value(last)) to \(value(look))" : nil
        }
        return falls("the term") { $0.hardState.term }
            ?? falls("the commit index", \.commit.index)
            ?? falls("what is applied", \.lastApplied)
            ?? falls("the log's beginning", \.lastIncludedIndex)
            ?? falls("the snapshot's index", \.snapshotIndex)
            ?? falls("the number of messages", \.nextMessageID)
            ?? falls("the time", \.now)
            ?? (last.isShuttingDown && !look.isShuttingDown ? "it is not about to end any more" : nil)
    }

    /// One vote in a term, and no lead in one that somebody has led before (§5.2).
    private mutating func violatedTerm(_ last: Look, _ look: Look) -> String? {
        guard look.hardState.term == last.hardState.term else {
            leaderOfTerm = look.leader
            return nil
        }
        if let vote = last.hardState.votedFor, look.hardState.votedFor != vote {
            return "its vote for \(vote) in term \(look.hardState.term) has become one for "
                + (look.hardState.votedFor ?? "nobody")
        }
        if look.noOpIndex != nil, last.noOpIndex == nil, let known = leaderOfTerm {
            return "it leads term \(look.hardState.term), which \(known) has led before"
        }
        leaderOfTerm = leaderOfTerm ?? look.leader
        return nil
    }

    /// What is committed stays (§5.4).
    private func violatedLog(_ last: Look, _ look: Look, _ log: Log) -> String? {
        if let term = log.term(at: last.commit.index), term != last.commit.term {
            return "entry \(last.commit.index), which is committed, is another"
        }
        if last.membershipIndex <= last.commit.index, look.membershipIndex < last.membershipIndex,
            look.lastIncludedIndex < last.membershipIndex
        {
            return "the membership of entry \(last.membershipIndex), which is committed, is gone"
        }
        return nil
    }

    /// What holds of a leader as long as it leads.
    private func violatedLead(_ last: Look, _ look: Look, _ log: Log) -> String? {
        guard let noOpIndex = look.noOpIndex, last.hardState.term == look.hardState.term else { return nil }
        guard let before = last.noOpIndex else { return nil }
        if before != noOpIndex { return "another no-op in one term" }
        if look.last.index < last.last.index { return "a leader has cut its log" }
        if let term = log.term(at: last.last.index), term != last.last.term {
            return "a leader has replaced an entry"
        }
        if look.commit.index > last.commit.index, look.commit.term != look.hardState.term {
            return "a leader commits entry \(look.commit.index) of term \(look.commit.term) by counting"
        }
        for (before, now) in zip(last.progress, look.progress) {
            if now.answered < before.answered { return "an answer is taken back" }
            if now.matchIndex < before.matchIndex, now.losses == before.losses {
                return "a match index falls from \(before.matchIndex) to \(now.matchIndex)"
            }
        }
        return nil
    }
}
