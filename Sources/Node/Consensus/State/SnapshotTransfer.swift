/// The transfer of a snapshot to one member, on the leader's side (§7).
///
/// Pieces are pipelined. The window grows as in TCP's slow start (RFC 5681), by as many bytes as each answer
/// acknowledges, up to a fixed size, so that no large burst delays other messages. A peer whose answers do not say how
/// much it holds is sent one piece at a time, as in the paper; so is every member before its first answer.
struct SnapshotTransfer: Sendable {
    private struct Piece: Sendable {
        let start: Int
        let end: Int
        let isLast: Bool
        let firstRequest: MessageID
        var lastRequest: MessageID
        var sent: Microseconds
        var isAnswered = false
    }

    let snapshot: Snapshot
    /// How many bytes the member has acknowledged, from the beginning on without a gap.
    private(set) var offset = 0
    /// The pieces in flight, from `offset` on without a gap.
    private var pieces: [Piece] = []
    /// The offset at which it began, or restarted.
    private var start = 0
    /// Answers to earlier requests are ignored: they are not about this transfer, or older than its restart.
    private var firstRequest: MessageID
    /// The first request sent after the member had acknowledged `offset`: if its answer reports less, the member has
    /// lost data, for the answer is not a late one.
    private var offsetKnownSince: MessageID
    /// The transfer pauses until then.
    private var restsUntil: Microseconds = .min
    /// Whether the member has not yet shown that its answers say how much it holds.
    private var isPlain = true

    /// - Parameter next: the number of the next request.
    init(_ snapshot: Snapshot, next: MessageID) {
        self.snapshot = snapshot
        firstRequest = next
        offsetKnownSince = next
    }

    /// The offset up to which pieces were sent.
    private var end: Int { pieces.last?.end ?? offset }

    /// The offset of the next new piece, if the window allows one now.
    func next(at now: Microseconds, window: Int) -> Int? {
        guard now >= restsUntil, pieces.last?.isLast != true else { return nil }
        let out = end - offset
        return out == 0 || (!isPlain && out < window && out <= offset - start) ? end : nil
    }

    /// The offset of the piece to send again: the first one when its answer is overdue, for nothing moves without it;
    /// another only when a later request was answered meanwhile, so that on a network slower than estimated not
    /// everything is sent twice.
    func overdue(at now: Microseconds, after interval: Microseconds, answered: MessageID) -> Int? {
        let slot = pieces.indices.first { slot in
            let piece = pieces[slot]
            guard now >= piece.sent + interval else { return false }
            return slot == 0 || !piece.isAnswered && piece.lastRequest < answered
        }
        return slot.map { pieces[$0].start }
    }

    /// A piece is sent, for the first time or again.
    mutating func left(_ piece: InstallSnapshot, as request: MessageID, at now: Microseconds) {
        if let slot = pieces.firstIndex(where: { $0.start == piece.offset }) {
            pieces[slot].lastRequest = request
            pieces[slot].sent = now
            pieces[slot].isAnswered = false
        } else {
            pieces.append(
                Piece(
                    start: piece.offset, end: piece.offset + piece.data.utf8.count, isLast: piece.done,
                    firstRequest: request, lastRequest: request, sent: now))
        }
    }

    /// The member answered `request`. An answer to any copy of a piece is taken: on a network slower than estimated
    /// each arrives after the piece was sent again.
    /// - Parameters:
    ///   - next: the number of the next request.
    ///   - time: when to restart if the member wants everything again; it may refuse the snapshot for ever.
    /// - Returns: whether it has the whole snapshot, or needs it no more.
    mutating func answered(
        _ reply: InstallSnapshotReply, to request: MessageID, next: MessageID, resumingAt time: Microseconds
    ) -> Bool {
        guard request >= firstRequest else { return false }
        guard let held = reply.offset else {
            // An answer with nothing but a term acknowledges the piece.
            guard isPlain, let piece = pieces.first, request >= piece.firstRequest else { return false }
            advance(to: piece.end, next: next)
            return reply.installed ?? piece.isLast
        }
        isPlain = false
        for slot in pieces.indices
        where pieces[slot].firstRequest == request || pieces[slot].lastRequest == request {
            pieces[slot].isAnswered = true
        }
        let isWhole = pieces.last.map { $0.isLast && held >= $0.end } ?? false
        if reply.installed ?? isWhole { return true }
        if held > offset {
            advance(to: held, next: next)
        } else if held < offset, request >= offsetKnownSince {
            self = SnapshotTransfer(snapshot, next: next)
            isPlain = false
            offset = held
            start = held
            if held == 0 { restsUntil = time }
        }
        return false
    }

    private mutating func advance(to held: Int, next: MessageID) {
        offset = held
        offsetKnownSince = next
        pieces.removeAll { $0.end <= held }
        // It holds part of a piece, from another leader that cut the pieces otherwise.
        if let first = pieces.first, first.start != held { pieces.removeAll() }
    }

    /// See Raft+Fingerprint.swift.
    func mix(into hasher: inout Hasher, at now: Microseconds) {
        hasher.combine(snapshot.position)
        hasher.combine(offset)
        hasher.combine(start)
        hasher.combine(firstRequest)
        hasher.combine(offsetKnownSince)
        hasher.combine(isPlain)
        hasher.combine(now < restsUntil)
        for piece in pieces {
            hasher.combine(piece.start)
            hasher.combine(piece.firstRequest)
            hasher.combine(piece.lastRequest)
            hasher.combine(piece.isAnswered)
            hasher.combine(now - piece.sent)
        }
    }
}
