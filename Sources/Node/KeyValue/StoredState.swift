import Consensus

/// The stored state of a member, from which it starts again.
package struct StoredState: Sendable {
    package var hardState: HardState
    package var log: Log
    package var snapshot: Snapshot?
    package var membership: Membership?
    package var store: Store
    /// The voters that the cluster began with; nil where nothing was stored.
    package var initialVoters: [NodeID]?

    package init(hardState: HardState = HardState(), log: Log = Log()) {
        self.hardState = hardState
        self.log = log
        store = Store()
    }

    /// - Parameters:
    ///   - text: the pieces of the snapshot at `position`, in order.
    ///   - entries: those that follow it.
    /// - Returns: nil where the text is not that of a whole snapshot.
    package init?(
        hardState: HardState, position: LogPosition, text: some Sequence<String>, entries: [Entry]
    ) {
        var reader = SnapshotReader()
        var pieces = SnapshotText()
        for piece in text {
            guard reader.read(piece) else { return nil }
            pieces.append(piece)
        }
        guard reader.isWhole, let membership = reader.membership else { return nil }
        self.hardState = hardState
        log = Log(lastIncludedIndex: position.index, lastIncludedTerm: position.term, entries: entries)
        snapshot = Snapshot(position: position, source: pieces)
        self.membership = membership
        store = reader.store
    }
}
