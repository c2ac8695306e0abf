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
            snapshotFault = nil
        }
        guard arriving?.position == piece.position, arriving?.text.size == piece.offset else {
            arriving = nil
            return false
        }
        guard arriving?.reader.read(piece.text) == true else {
            snapshotFault = arriving?.reader.fault
            arriving = nil
            return false
        }
        arriving?.text.append(piece.text)
        guard piece.isLast, let whole = arriving else { return true }
        arriving = nil
        snapshotFault = fault(of: whole)
        guard snapshotFault == nil else { return false }
        arrived = whole
        return true
    }

    /// Why a snapshot of which all has come may not be taken over.
    private func fault(of snapshot: ArrivingSnapshot) -> String? {
        guard snapshot.reader.isWhole, let membership = snapshot.reader.membership else {
            return "it has no end"
        }
        // What came in the same turn may be committed once it is stored; it is about to be applied.
        if snapshot.position.index <= raft.commitIndexOnceStored {
            return "what it stands for is here by now"
        }
        if raft.isLeader { return "this member leads by now" }
        // Without a quorum that takes part no start on it would be possible.
        if membership.hasQuorum(among: raft.settings.members) { return nil }
        return "init's node_ids hold no quorum of its voters, \(membership.words.prefix(100))"
    }

    /// Takes over the leader's snapshot, which is stored, where it was found right.
    mutating func settle(_ replyToken: SnapshotReplyToken) {
        guard let arrived = arrived.take(), let membership = arrived.reader.membership else {
            return raft.refuseSnapshot(for: replyToken, snapshotFault ?? "pieces of it are missing")
        }
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
