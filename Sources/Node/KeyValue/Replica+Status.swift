import Consensus

extension Replica {
    /// The entries of `range` that this member holds.
    package func excerpt(_ range: ClosedRange<Index>) -> LogExcerpt {
        let log = raft.log
        let first = max(range.lowerBound, log.firstIndex)
        let last = min(range.upperBound, log.lastIndex)
        let end = min(last, first + limits.excerptEntries - 1)
        let entries =
            first <= end ? (first...end).map { LogExcerpt.IndexedEntry(index: $0, entry: log[$0]) } : []
        return LogExcerpt(
            firstIndex: log.firstIndex, lastIndex: log.lastIndex, commitIndex: raft.commitIndex,
            entries: entries)
    }

    /// The answer to `status`: what this member knows.
    package var status: Status {
        let role =
            switch raft.role {
            case .follower: raft.membership.contains(raft.id) ? "follower" : "learner"
            case .preCandidate: "pre_candidate"
            case .candidate: "candidate"
            case .leader: "leader"
            }
        return Status(
            role: role, nodeID: raft.id, term: raft.currentTerm, leader: raft.leader, votedFor: raft.votedFor,
            members: raft.membership.voters, lastLogIndex: raft.log.lastIndex, lastLogTerm: raft.log.lastTerm,
            commitIndex: raft.commitIndex, lastApplied: lastApplied, snapshotIndex: raft.log.lastIncludedIndex
        )
    }
}
