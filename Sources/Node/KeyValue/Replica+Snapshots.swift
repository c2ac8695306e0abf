import Consensus

/// Snapshots: taking them in steps, and taking over those of the leader.
extension Replica {
    /// Whether enough was applied since the last snapshot to take one.
    private var isSnapshotDue: Bool {
        snapshotWriter == nil && lastApplied - (raft.snapshot?.position.index ?? 0) >= limits.snapshotEvery
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
        let text = writer.next(bytes: limits.snapshotPieceBytes)
        ownText.append(text)
        snapshotPiece = SnapshotPiece(
            position: writer.position, offset: offset, text: text, isLast: writer.isDone)
        snapshotWriter = writer
    }

    /// A piece of this member's own snapshot is stored; after the last the log may go.
    mutating func stored(_ piece: SnapshotPiece) {
        guard piece.isLast else { return }
        snapshotWriter = nil
        raft.compact(Snapshot(position: piece.position, source: ownText), keeping: limits.snapshotEvery / 2)
        ownText = SnapshotText()
    }

    /// Reads pieces of the leader's snapshot before any of them is stored.
    ///
    /// The last piece takes the place of the snapshot before it on the disk, and the log up to it goes: so it is let
    /// through only where the whole was found right, and is about to be taken over.
    /// - Returns: those that may be stored.
    mutating func admit(_ pieces: [SnapshotPiece]) -> [SnapshotPiece] {
        var admitted: [SnapshotPiece] = []
        for piece in pieces where read(piece) { admitted.append(piece) }
        return admitted
    }

    private mutating func read(_ piece: SnapshotPiece) -> Bool {
        if piece.offset == 0 {
            arriving = ArrivingSnapshot(
                position: piece.position, reader: SnapshotReader(limits, areCanonical: areCanonical))
        }
        guard arriving?.position == piece.position, arriving?.text.size == piece.offset,
            arriving?.reader.read(piece.text) == true
        else {
            arriving = nil
            return false
        }
        arriving?.text.append(piece.text)
        guard piece.isLast else { return true }
        defer { arriving = nil }
        // What came in the same turn may be committed once it is stored; it is about to be applied.
        guard let arriving, arriving.reader.isWhole, piece.position.index > raft.commitIndexOnceStored,
            arriving.reader.membership?.hasQuorum(among: raft.settings.members) == true
        else { return false }
        arrived = arriving
        return true
    }

    /// Takes over the leader's snapshot, which is stored.
    mutating func takeOver(for replyToken: SnapshotReplyToken) {
        guard let arrived, let membership = arrived.reader.membership else { return }
        self.arrived = nil
        precondition(
            arrived.position == replyToken.position && arrived.position.index > raft.commitIndex,
            "the snapshot that is stored is not the one to be taken over")
        store = arrived.reader.store
        lastApplied = arrived.position.index
        unapplied = UnappliedRequests(after: lastApplied)
        // Its own, of an earlier state, is of no use any more.
        snapshotWriter = nil
        snapshotPiece = nil
        let snapshot = Snapshot(position: arrived.position, source: arrived.text)
        raft.install(snapshot, membership: membership, for: replyToken)
        for (pending, outcome) in pending.settle(by: store) {
            answer(pending, outcome)
        }
    }
}

/// A snapshot of the leader, as far as it has come.
struct ArrivingSnapshot: Sendable {
    let position: LogPosition
    var reader: SnapshotReader
    var text = SnapshotText()
}
