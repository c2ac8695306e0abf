import Consensus
import KeyValue

/// A member between two turns.
struct Member: Sendable {
    let index: Int
    var machine: Machine
    var disk: Disk
    /// How often it has crashed.
    var crashes = 0
    /// The number of the first message of this life that asks something.
    private let firstQuestion: MessageID

    /// One that begins with what its disk holds.
    init(_ index: Int, _ disk: Disk, in scope: Scope, crashes: Int = 0) {
        self.index = index
        self.disk = disk
        self.disk.log = disk.startingLog
        self.crashes = crashes
        let settings = scope.settings(of: index, starts: crashes)
        if scope.operations.isEmpty {
            machine = .raft(
                Raft(
                    settings: settings, hardState: disk.hardState, log: disk.startingLog,
                    snapshot: disk.snapshot, membership: disk.membership, now: 0))
        } else {
            let stored = StoredState(hardState: disk.hardState, log: disk.log)
            machine = .replica(Replica(settings: settings, stored: stored, now: 0))
        }
        firstQuestion = machine.raft.nextMessageID
    }

    var raft: Raft { machine.raft }

    /// How many messages it has sent in this life that ask something.
    var questions: Int { raft.nextMessageID - firstQuestion }

    /// What tells it apart; see `Raft.mix(into:)` and `Replica.mix(into:)`. Between two turns the disk holds what the
    /// member does, but where a rule is broken; how often it crashed tells the numbers of its next lives.
    var fingerprint: Fingerprint {
        Fingerprint { hasher in
            hasher.combine(index)
            hasher.combine(crashes)
            machine.mix(into: &hasher)
            disk.mix(into: &hasher)
        }
    }

    /// The terms of all that it has applied.
    var appliedTerms: [Term] {
        let base = raft.snapshot.flatMap { $0.source as? SnapshotText }?.terms ?? []
        guard base.count < raft.commitIndex else { return base }
        return base + (base.count + 1...raft.commitIndex).map { raft.log[$0].term }
    }
}
