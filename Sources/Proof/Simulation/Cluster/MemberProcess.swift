import Consensus
import KeyValue
import Maelstrom
import Storage

/// One process of a member, from start to end.
///
/// All questions to the replica go through this class. Reading `replica` as a property of a class instance copies
/// it with all its tables, which costs more than all the checks.
final class MemberProcess {
    var replica: Replica
    var storage: MemberStorage<SimulatedDisk>
    private var writer = MessageWriter()

    init(replica: Replica, storage: MemberStorage<SimulatedDisk>) {
        self.replica = replica
        self.storage = storage
        writer.identify(as: replica.raft.id)
    }

    /// The line that this process writes for a message, without its newline.
    func line(of envelope: PeerEnvelope) -> [UInt8] {
        writer.write(envelope)
        defer { writer.clear() }
        return writer.bytes.dropLast()
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
    /// The membership in force, and one for which new voters are catching up.
    var memberships: [Membership] {
        ask { [$0.raft.membership] + ($0.raft.catchingUp.map { [$0] } ?? []) }
    }
    /// The membership in force before the first entry of the current term.
    var electingMembership: Membership {
        ask { replica in
            let raft = replica.raft
            var last = raft.log.lastIndex
            while raft.log.term(at: last) == raft.currentTerm { last -= 1 }
            return raft.membership(at: last)
        }
    }

    func holds(_ index: Index, term: Term) -> Bool { ask { $0.raft.log.term(at: index) == term } }

    /// A copy of the whole state, for checks that need more than one answer.
    var raft: Raft { ask { $0.raft } }

    /// The index before the log's first entry, and the snapshot's size in bytes.
    var kept: (logStart: Index, snapshotBytes: Int) {
        ask { ($0.raft.log.firstIndex - 1, $0.raft.snapshot?.source.size ?? 0) }
    }

    private var monitor = InvariantMonitor()

    func violatedInvariant() -> String? {
        ask { monitor.violation(of: $0.raft) ?? $0.violatedInvariant() }
    }

    func observe() -> Observation {
        ask { replica in
            Observation(
                term: replica.raft.currentTerm, commitIndex: replica.raft.commitIndex,
                lastApplied: replica.lastApplied,
                leadingTerm: replica.raft.isLeader ? replica.raft.currentTerm : nil)
        }
    }

    /// For traces.
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

/// What the checks last saw of a member.
struct Observation {
    var term: Term = 0
    var commitIndex: Index = 0
    var lastApplied: Index = 0
    /// The term that it leads; nil if it does not lead.
    var leadingTerm: Term?
}
