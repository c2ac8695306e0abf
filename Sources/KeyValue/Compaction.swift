import Raft

/// Snapshots: taking them in steps, and taking over those of the leader.
extension Replica {
    /// About how many bytes of a snapshot's text one step makes, and one message carries.
    static let pieceBytes = 64 << 10

    /// Whether enough was applied since the last snapshot to take one.
    private var isSnapshotDue: Bool {
        snapshotWriter == nil && lastApplied - (raft.snapshot?.position.index ?? 0) >= snapshotEvery
    }

    /// Makes the next piece of a snapshot under way; one for each time that passes, so that requests are
    /// answered between them.
    mutating func continueSnapshot() {
        if isSnapshotDue, let term = raft.log.term(at: lastApplied) {
            let position = LogPosition(index: lastApplied, term: term)
            snapshotWriter = SnapshotWriter(
                of: store, at: position, membership: raft.membership(at: lastApplied))
            ownText = SnapshotText()
        }
        guard snapshotPiece == nil, var writer = snapshotWriter else { return }
        snapshotWriter = nil
        let offset = ownText.size
        let text = writer.next(bytes: Self.pieceBytes)
        ownText.append(text)
        snapshotPiece = SnapshotPiece(
            position: writer.position, offset: offset, text: text, isLast: writer.isDone)
        snapshotWriter = writer
    }

    /// A piece of this member's own snapshot is stored; after the last the log may go.
    mutating func stored(_ piece: SnapshotPiece) {
        guard piece.isLast else { return }
        snapshotWriter = nil
        raft.compact(Snapshot(position: piece.position, source: ownText), keeping: snapshotEvery / 2)
        ownText = SnapshotText()
    }

    /// Takes over a snapshot of the leader, as its pieces come.
    mutating func take(_ pieces: [SnapshotPiece], for installer: Installer?) {
        for piece in pieces {
            if piece.offset == 0 { arriving = (SnapshotReader(), SnapshotText()) }
            arriving?.text.append(piece.text)
            guard arriving?.reader.read(piece.text) == true else {
                arriving = nil
                continue
            }
        }
        guard let installer, let last = pieces.last else { return }
        guard let (reader, text) = arriving, reader.isWhole, let membership = reader.membership else {
            return raft.refuseSnapshot(for: installer)
        }
        arriving = nil
        // What came in the same turn may be known to be committed by now; it is about to be applied.
        guard last.position.index > raft.commitIndex else { return raft.refuseSnapshot(for: installer) }
        store = reader.store
        lastApplied = last.position.index
        // Its own, of an earlier state, is of no use any more.
        snapshotWriter = nil
        snapshotPiece = nil
        raft.install(Snapshot(position: last.position, source: text), membership: membership, for: installer)
        for (owed, outcome) in owed.settle(by: store) {
            answer(owed, outcome)
        }
    }
}
