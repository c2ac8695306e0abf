import Consensus
import KeyValue
import Storage

/// One run of a member, from its start to its end.
///
/// Whatever asks something of the replica goes through here: asked as a property of a class it would be copied
/// whole, with all its tables, and that costs more than all the checks.
final class Run {
    var replica: Replica
    var storage: MemberStorage<SimulatedDisk>

    init(replica: Replica, storage: MemberStorage<SimulatedDisk>) {
        self.replica = replica
        self.storage = storage
    }

    private func ask<Answer>(_ question: (inout Replica) -> Answer) -> Answer { question(&replica) }

    var hasReady: Bool { ask { $0.hasReady } }
    func stored(_ update: StorageUpdate) -> ReplicaEffects { ask { $0.stored(update) } }
    var deadline: Microseconds? { ask { $0.deadline } }
    var mayEnd: Bool { ask { $0.mayEnd } }
    var timing: Timing { ask { $0.raft.timing } }
    var term: Term { ask { $0.raft.currentTerm } }

    var membership: Membership { ask { $0.raft.membership } }
    func membership(at index: Index) -> Membership { ask { $0.raft.membership(at: index) } }
    /// The one in force, and one that it may be about to put into its log.
    var memberships: [Membership] {
        ask { [$0.raft.membership] + ($0.raft.catchingUp.map { [Membership(voters: $0)] } ?? []) }
    }
    /// The one in force before the entries of its term.
    var electingMembership: Membership {
        ask { replica in
            let raft = replica.raft
            var last = raft.log.lastIndex
            while raft.log.term(at: last) == raft.currentTerm { last -= 1 }
            return raft.membership(at: last)
        }
    }

    func holds(_ index: Index, term: Term) -> Bool { ask { $0.raft.log.term(at: index) == term } }

    /// All of it, to be looked at where one question is not enough.
    var raft: Raft { ask { $0.raft } }

    /// Where its log begins, and how many bytes its snapshot has.
    var kept: (logStart: Index, snapshotBytes: Int) {
        ask { ($0.raft.log.firstIndex - 1, $0.raft.snapshot?.source.size ?? 0) }
    }

    private var monitor = InvariantMonitor()

    func violatedInvariant() -> String? {
        ask { monitor.violation(of: $0.raft) ?? $0.violatedInvariant() }
    }

    func look() -> Sight {
        ask { replica in
            Sight(
                term: replica.raft.currentTerm, commitIndex: replica.raft.commitIndex,
                lastApplied: replica.lastApplied,
                leads: replica.raft.isLeader ? replica.raft.currentTerm : nil)
        }
    }

    /// For stories.
    var roleName: String {
        ask { replica in
            switch replica.raft.role {
            case .follower: "follower"
            case .preCandidate: "pre-candidate"
            case .candidate: "candidate"
            case .leader: "leader"
            }
        }
    }
}

/// What one look at a member shows.
struct Sight {
    var term: Term = 0
    var commitIndex: Index = 0
    var lastApplied: Index = 0
    /// The term that it leads.
    var leads: Term?
}
