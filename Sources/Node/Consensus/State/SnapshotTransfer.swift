/// A snapshot on its way to a member (§7), as its leader sees it.
///
/// Pieces follow each other without waiting. How many bytes may be out at once grows with what has arrived, as in
/// TCP's slow start (RFC 5681): each answer lets twice as much leave as it tells of, up to a fixed window, so that a
/// window's worth never leaves in one burst before other messages. A plain peer, whose answers do not say how much
/// it holds, is sent one piece at a time, as in the paper; so is every member before its first answer.
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
    /// How many bytes the member holds, from the beginning on without a gap.
    private(set) var offset = 0
    /// The pieces that are out, from `offset` on without a gap.
    private var pieces: [Piece] = []
    /// Where it began, or began anew.
    private var start = 0
    /// An answer to an earlier request tells nothing of this transfer, nor of what was lost since.
    private var firstRequest: MessageID
    /// The first request that left after the member was known to hold `offset`: where it is answered that the member
    /// holds less, it has lost something, and the answer is no late one.
    private var offsetKnownSince: MessageID
    /// Not before then does it go on.
    private var restsUntil: Microseconds = .min
    /// Whether the member has not shown yet that it says how much it holds.
    private var isPlain = true

    /// - Parameter next: the number of the next request.
    init(_ snapshot: Snapshot, next: MessageID) {
        self.snapshot = snapshot
        firstRequest = next
        offsetKnownSince = next
    }

    /// Where what has been sent ends.
    private var end: Int { pieces.last?.end ?? offset }

    /// Where the next new piece begins, if it may leave now.
    func next(at now: Microseconds, window: Int) -> Int? {
        guard now >= restsUntil, pieces.last?.isLast != true else { return nil }
        let out = end - offset
        return out == 0 || (!isPlain && out < window && out <= offset - start) ? end : nil
    }

    /// Where the piece begins that is to be sent again: the first where it is not answered in time, for then nothing
    /// moves; another only where a later request has been answered since, so that a network slower than the leader
    /// knows is not sent everything twice.
    func overdue(at now: Microseconds, after interval: Microseconds, answered: MessageID) -> Int? {
        let slot = pieces.indices.first { slot in
            let piece = pieces[slot]
            guard now >= piece.sent + interval else { return false }
            return slot == 0 || !piece.isAnswered && piece.lastRequest < answered
        }
        return slot.map { pieces[$0].start }
    }

    /// A piece leaves, for the first time or again.
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

    /// The member answered `request`. An answer to any copy of a piece will do: where the network is slower than the
    /// leader knows, each comes after the piece was sent again.
    /// - Parameters:
    ///   - next: the number of the next request.
    ///   - time: when to go on where the member wants all from the beginning; it may find it wrong for ever.
    /// - Returns: whether it holds all that the snapshot stands for.
    mutating func answered(
        _ reply: InstallSnapshotReply, to request: MessageID, next: MessageID, resumingAt time: Microseconds
    ) -> Bool {
        guard request >= firstRequest else { return false }
        guard let held = reply.offset else {
            // It says no more than its term: it has what it was sent.
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
        // It holds the beginning of a piece, from another leader that cut them otherwise.
        if let first = pieces.first, first.start != held { pieces.removeAll() }
    }
}
