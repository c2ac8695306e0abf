import Consensus

/// Snapshots under way: this member's own, which it takes in steps, and the leader's, which it reads before it stores it.
struct SnapshotsInProgress: Sendable {
    /// A snapshot of the leader, as far as it has come.
    struct Arriving: Sendable {
        let position: LogPosition
        var reader: SnapshotReader
        var text = SnapshotText()
    }

    private let limits: Limits
    private let areCanonical: ValueCheck
    /// The snapshot that is being taken, what there is of its text, and its next piece to be stored.
    private var writer: SnapshotWriter?
    private var ownText = SnapshotText()
    private(set) var ownPiece: SnapshotPiece?
    private var arriving: Arriving?
    /// The one that is whole and right, while it is stored.
    private var arrived: Arriving?
    /// Why the one that came last was none.
    private(set) var fault: String?

    init(_ limits: Limits, areCanonical: @escaping ValueCheck) {
        self.limits = limits
        self.areCanonical = areCanonical
    }

    // MARK: - This member's own

    var isTakingOne: Bool { writer != nil }

    /// Makes the next piece of a snapshot under way, or begins one where enough was applied since the last; one piece
    /// for each time that passes, so that requests are answered between them.
    mutating func advance(_ raft: Raft, _ log: RequestLog) {
        let entries = log.lastApplied - (raft.snapshot?.position.index ?? 0)
        if writer == nil, entries >= limits.snapshotEvery, let term = raft.log.term(at: log.lastApplied) {
            let position = LogPosition(index: log.lastApplied, term: term)
            writer = SnapshotWriter(
                of: log.store, at: position, membership: raft.membership(at: log.lastApplied))
            ownText = SnapshotText()
        }
        guard ownPiece == nil, let position = writer?.position,
            let text = writer?.next(bytes: limits.snapshotPieceBytes)
        else { return }
        ownPiece = SnapshotPiece(
            position: position, offset: ownText.size, text: text, isLast: writer?.isDone ?? true)
        ownText.append(text)
    }

    mutating func takeOwnPiece() -> SnapshotPiece? { ownPiece.take() }

    /// A piece of this member's own snapshot is stored.
    /// - Returns: after the last one, the snapshot for which the log may go.
    mutating func stored(_ piece: SnapshotPiece) -> Snapshot? {
        guard piece.isLast else { return nil }
        defer { ownText = SnapshotText() }
        writer = nil
        return Snapshot(position: piece.position, source: ownText)
    }

    // MARK: - The leader's

    /// Reads pieces of the leader's snapshot before any of them is stored.
    ///
    /// The last piece takes the place of the snapshot before it on the disk, and the log up to it goes: so it is let
    /// through only where the whole was found right, and is about to be taken over.
    /// - Returns: those that may be stored.
    mutating func admit(_ pieces: [SnapshotPiece], _ raft: Raft) -> [SnapshotPiece] {
        var admitted: [SnapshotPiece] = []
        for piece in pieces where read(piece, raft) { admitted.append(piece) }
        return admitted
    }

    private mutating func read(_ piece: SnapshotPiece, _ raft: Raft) -> Bool {
        if piece.offset == 0 {
            arriving = Arriving(
                position: piece.position, reader: SnapshotReader(limits, areCanonical: areCanonical))
            fault = nil
        }
        guard arriving?.position == piece.position, arriving?.text.size == piece.offset else {
            arriving = nil
            return false
        }
        guard arriving?.reader.read(piece.text) == true else {
            fault = arriving?.reader.fault
            arriving = nil
            return false
        }
        arriving?.text.append(piece.text)
        guard piece.isLast, let whole = arriving.take() else { return true }
        fault = fault(of: whole, raft)
        guard fault == nil else { return false }
        arrived = whole
        return true
    }

    /// Why a snapshot of which all has come may not be taken over.
    private func fault(of snapshot: Arriving, _ raft: Raft) -> String? {
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

    /// The leader's snapshot, which is stored now. Its own, of an earlier state, is of no use any more.
    mutating func takeArrived() -> Arriving? {
        guard let arrived = arrived.take() else { return nil }
        writer = nil
        ownPiece = nil
        return arrived
    }
}
