import Consensus
import KeyValue

/// What a member's disk must hold, as `Ready` says what is stored: to be held against what is read back from
/// its bytes, and against what the member says.
struct Stored {
    private(set) var hardState = HardState()
    /// All entries since the last reset, also those that a snapshot stands for by now.
    private(set) var log = Log()
    /// What the latest whole snapshot stands for.
    private(set) var snapshot = LogPosition(index: 0, term: 0)

    init() {}

    /// What was read back.
    init(_ found: StoredState) {
        hardState = found.hardState
        log = found.log
        snapshot = LogPosition(index: log.lastIncludedIndex, term: log.lastIncludedTerm)
    }

    mutating func store(_ ready: ReplicaReady) {
        if let reset = ready.raft.logReset {
            log = Log(lastIncludedIndex: reset.index, lastIncludedTerm: reset.term)
        }
        if let state = ready.raft.hardState { hardState = state }
        if let start = ready.raft.entriesStart {
            if start <= log.lastIndex { log.truncate(from: start) }
            log.append(contentsOf: ready.raft.entries)
        }
        for piece in ready.raft.snapshotPieces + [ready.snapshotPiece].compactMap({ $0 })
        where piece.isLast && piece.position.index > snapshot.index {
            snapshot = piece.position
        }
    }

    /// What a store of `ready` that breaks off may leave: each of its steps is done or not.
    func steps(of ready: ReplicaReady) -> [Stored] {
        var log = ready
        log.snapshotPiece = nil
        log.raft.snapshotPieces = []
        var reset = log
        reset.raft.hardState = nil
        reset.raft.entriesStart = nil
        var incoming = ready
        incoming.snapshotPiece = nil
        return [self]
            + [reset, log, incoming, ready].map { step in
                var stored = self
                stored.store(step)
                return stored
            }
    }

    /// The last index that is there, or within a snapshot.
    var lastIndex: Index { max(log.lastIndex, snapshot.index) }

    /// Whether the entry of `term` at `index` is there, or within a snapshot.
    func holds(_ index: Index, term: Term) -> Bool {
        index <= max(log.lastIncludedIndex, snapshot.index) || log.term(at: index) == term
    }

    /// What of it `found` lacks, or has beyond it.
    func difference(from found: StoredState) -> String? {
        let base = found.log.lastIncludedIndex
        if found.hardState != hardState { return "\(found.hardState) instead of \(hardState)" }
        if base < snapshot.index { return "a snapshot up to \(base) instead of \(snapshot.index)" }
        // What does not go on from the snapshot's last entry goes with it (§7).
        let last = log.term(at: base) == found.log.lastIncludedTerm ? log.lastIndex : base
        if found.log.lastIndex != last {
            return "a log up to \(found.log.lastIndex) instead of \(last)"
        }
        for index in stride(from: base + 1, through: last, by: 1) where found.log[index] != log[index] {
            return "another entry \(index)"
        }
        return nil
    }
}
