import Consensus
import KeyValue

/// What a member's disk must hold, as each `StorageUpdate` says: to be held against what is read back from
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

    mutating func store(_ update: StorageUpdate) {
        storeLog(update)
        for piece in update.snapshotPieces { store(piece) }
        if let piece = update.ownSnapshotPiece { store(piece) }
    }

    private mutating func storeLog(_ update: StorageUpdate) {
        if let state = update.hardState { hardState = state }
        switch update.log {
        case .unchanged: break
        case .suffix(let start, let entries):
            if start <= log.lastIndex { log.truncate(from: start) }
            log.append(contentsOf: entries)
        case .reset(let position):
            log = Log(lastIncludedIndex: position.index, lastIncludedTerm: position.term)
        }
    }

    private mutating func store(_ piece: SnapshotPiece) {
        if piece.isLast, piece.position.index > snapshot.index { snapshot = piece.position }
    }

    /// What a store of `update` that breaks off may leave: each of its steps is done or not.
    func steps(of update: StorageUpdate) -> [Stored] {
        var steps = [self, self]
        steps[1].storeLog(update)
        for piece in update.snapshotPieces + [update.ownSnapshotPiece].compactMap({ $0 }) {
            steps.append(steps[steps.count - 1])
            steps[steps.count - 1].store(piece)
        }
        return steps
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
