import Consensus

/// Snapshots in progress: this member's own, which it takes in steps, and the leader's, which it checks before it
/// stores it.
struct SnapshotsInProgress: Sendable {
    /// The leader's snapshot, as far as it has arrived.
    struct Arriving: Sendable {
        let position: LogPosition
        var reader: SnapshotReader
        var text = SnapshotText()
    }

    private let limits: Limits
    private let areCanonical: ValueCheck
    /// The writer of this member's own snapshot, its text so far, and its next piece to store.
    private var writer: SnapshotWriter?
    private var ownText = SnapshotText()
    private(set) var ownPiece: SnapshotPiece?
    private var arriving: Arriving?
    /// The leader's snapshot, whole and checked, while it is being stored.
    private var arrived: Arriving?
    /// What was wrong with the last snapshot that arrived.
    private(set) var fault: String?

    init(_ limits: Limits, areCanonical: @escaping ValueCheck) {
        self.limits = limits
        self.areCanonical = areCanonical
    }

    // MARK: - This member's own

    var isTakingOne: Bool { writer != nil }

    /// Makes the next piece of the snapshot in progress, or begins one where enough entries were applied since the
    /// last. One piece per call, so that requests are answered between pieces.
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

    /// Notes that a piece of this member's own snapshot is stored.
    /// - Returns: after the last piece, the snapshot up to which the log can be compacted.
    mutating func stored(_ piece: SnapshotPiece) -> Snapshot? {
        guard piece.isLast else { return nil }
        defer { ownText = SnapshotText() }
        writer = nil
        return Snapshot(position: piece.position, source: ownText)
    }

    // MARK: - The leader's

    /// Checks pieces of the leader's snapshot before any of them is stored.
    ///
    /// Storing the last piece replaces the previous snapshot on the disk and removes the log up to it. So it is
    /// admitted only where the whole snapshot was found right and is about to be installed.
    /// - Returns: the pieces that may be stored.
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

    /// Why a snapshot that has arrived whole must not be installed; nil where it may.
    private func fault(of snapshot: Arriving, _ raft: Raft) -> String? {
        guard snapshot.reader.isWhole, let membership = snapshot.reader.membership else {
            return "it has no end"
        }
        // Entries that came in the same turn may be committed as soon as they are stored.
        if snapshot.position.index <= raft.commitIndexOnceStored {
            return "what it covers is here by now"
        }
        if raft.isLeader { return "this member leads by now" }
        // The next start would refuse a membership without a quorum among init's node_ids.
        if membership.hasQuorum(among: raft.settings.members) { return nil }
        return "init's node_ids hold no quorum of its voters, \(membership.words.prefix(100))"
    }

    /// The leader's snapshot, which is stored now. This member's own, of an earlier state, is given up.
    mutating func takeArrived() -> Arriving? {
        guard let arrived = arrived.take() else { return nil }
        writer = nil
        ownPiece = nil
        return arrived
    }
}
