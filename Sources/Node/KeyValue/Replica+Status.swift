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

/// What a member knows of itself and its cluster.
package struct Status: Hashable, Sendable {
    /// `follower`, `pre_candidate`, `candidate`, `leader` or `learner`.
    package var role: String
    package var nodeID: NodeID
    package var term: Term
    package var leader: NodeID?
    package var votedFor: NodeID?
    /// The voters.
    package var members: [NodeID]
    package var lastLogIndex: Index
    package var lastLogTerm: Term
    package var commitIndex: Index
    package var lastApplied: Index
    /// The last index that the log has forgotten, for a snapshot stands for it; 0 without one.
    package var snapshotIndex: Index
}

/// A part of the log, as far as a member holds it.
package struct LogExcerpt: Hashable, Sendable {
    /// One entry, and where it stands.
    package struct IndexedEntry: Hashable, Sendable {
        package var index: Index
        package var entry: Entry
    }

    package var firstIndex: Index
    package var lastIndex: Index
    package var commitIndex: Index
    package var entries: [IndexedEntry]
}
