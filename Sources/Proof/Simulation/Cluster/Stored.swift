import Consensus
import KeyValue

/// What a member's disk must hold according to its `StorageUpdate`s. The checks compare it with what a start reads
/// and with what the member sends.
struct Stored {
    private(set) var hardState = HardState()
    /// All entries since the last reset, including those that a snapshot covers.
    private(set) var log = Log()
    /// The last entry that the latest complete snapshot covers.
    private(set) var snapshot = LogPosition(index: 0, term: 0)

    init() {}

    /// The state that a start read.
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

    /// The states that an interrupted store of `update` may leave, one per completed step.
    func steps(of update: StorageUpdate) -> [Stored] {
        var steps = [self, self]
        steps[1].storeLog(update)
        for piece in update.snapshotPieces + [update.ownSnapshotPiece].compactMap({ $0 }) {
            steps.append(steps[steps.count - 1])
            steps[steps.count - 1].store(piece)
        }
        return steps
    }

    /// The last index in the log or the snapshot.
    var lastIndex: Index { max(log.lastIndex, snapshot.index) }

    /// Whether the log has the entry of `term` at `index`, or the snapshot covers it.
    func holds(_ index: Index, term: Term) -> Bool {
        index <= max(log.lastIncludedIndex, snapshot.index) || log.term(at: index) == term
    }

    /// How `found` differs from this, in words; nil if it does not.
    func difference(from found: StoredState) -> String? {
        let base = found.log.lastIncludedIndex
        if found.hardState != hardState { return "\(found.hardState) instead of \(hardState)" }
        if base < snapshot.index { return "a snapshot up to \(base) instead of \(snapshot.index)" }
        // A log that does not contain the snapshot's last entry is discarded (§7).
        let last = log.term(at: base) == found.log.lastIncludedTerm ? log.lastIndex : base
        if found.log.lastIndex != last {
            return "a log up to \(found.log.lastIndex) instead of \(last)"
        }
        for index in stride(from: base + 1, through: last, by: 1) where found.log[index] != log[index] {
            return "a different entry \(index)"
        }
        return nil
    }
}
