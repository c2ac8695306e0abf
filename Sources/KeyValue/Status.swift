import Raft

extension Replica {
    /// What this member knows, as `status` tells it.
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
            commitIndex: raft.commitIndex, lastApplied: lastApplied, snapshotIndex: raft.log.baseIndex)
    }
}
