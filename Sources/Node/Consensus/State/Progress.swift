/// What a leader knows of one other member (§5.3, and the dissertation's 10.2.1 for the pipeline).
package struct Progress: Sendable {
    enum Mode: Sendable {
        /// The leader does not know where the logs diverge. One append is in flight at a time.
        case probe(awaiting: MessageID?)
        /// The logs agree up to `nextIndex`; appends follow each other without waiting.
        case replicate
        /// It needs a snapshot. Appends pause until it has installed that.
        indirect case snapshot(SnapshotTransfer)
    }

    /// An append that has not been answered, or heartbeats in a row that all say the same.
    struct Sent: Hashable, Sendable {
        /// Numbers between the first and the last that this member was sent nothing under are other members'.
        var ids: ClosedRange<MessageID>
        var prevLogIndex: Index
        var lastIndex: Index
        var bytes: Int

        func isSameHeartbeat(as other: Sent) -> Bool {
            bytes == 0 && other.bytes == 0 && prevLogIndex == other.prevLogIndex
                && lastIndex == other.lastIndex
        }
    }

    /// The request whose round trip is measured is not considered lost before this time.
    static let shortestLoss: Microseconds = 1_000_000

    let id: NodeID
    private let limits: Limits
    /// Up to where the member is known to hold the leader's log; 0 before it has answered.
    package internal(set) var matchIndex: Index = 0
    /// What it has acknowledged in this term, and the first request that left after that was heard; see
    /// Raft+LostLog.swift.
    var held: (index: Index, before: MessageID) = (0, .max)
    /// Where the log of the leader ended when the member was found to have lost its own, until that is settled.
    var lostLog: Index?
    /// How often it was found to hold less than it had acknowledged in this term.
    private(set) var losses = 0
    /// Whether the member says so itself.
    var saysLostLog = false
    /// The first entry that it has not been sent, as far as the leader believes that the logs agree.
    package internal(set) var nextIndex: Index
    var mode = Mode.probe(awaiting: nil)
    /// Unanswered appends that reach beyond `matchIndex`, oldest first.
    private(set) var inFlight: [Sent] = []
    /// The first request sent since the leader last went back to find where the logs agree.
    private(set) var firstProbe: MessageID = 0
    /// The last request of this term that the member answered without knowing a later term: it confirms the leadership
    /// at the time of that request and of all before.
    var answered: MessageID = 0
    /// When it last answered in this term.
    var lastContact: Microseconds
    var lastSent: Microseconds?
    /// The highest commit index that it was told, or has reported.
    var toldCommit: Index = 0
    /// Up to where it was told that the leader's log is durable.
    var toldDurable: Index = 0
    /// The last index whose commit it waits for; `.max` until it has shown that it reports its commit index.
    var awaits: Index = .max
    /// The request whose round trip is being measured, and when it was sent.
    var timed: (id: MessageID, sent: Microseconds)?
    /// The round trip between the leader and this member; nil before it was measured.
    private(set) var roundTrip: Estimate?
    private var sampler = RoundTripSampler()
    /// When a request whose round trip is measured counts as lost, whatever is known of the round trip. Doubled each
    /// time: where it is always too short, the link is slow, and only its fastest answers would ever be measured.
    private var loss = shortestLoss
    /// The heartbeat interval at the last message to it: its election timeout still matches that one.
    private var expectedInterval: Microseconds = 0

    /// - Parameter roundTrip: what the election measured. The first answers that arrive on a slow network are its
    ///   fastest, so an estimate that began with them would be too low.
    init(
        id: NodeID, nextIndex: Index, lastContact: Microseconds, limits: Limits, roundTrip: Estimate? = nil
    ) {
        self.id = id
        self.limits = limits
        self.nextIndex = nextIndex
        self.lastContact = lastContact
        self.roundTrip = roundTrip
    }

    /// Whether it counts in no quorum, because it has lost its log.
    var isUncounted: Bool { lostLog != nil || saysLostLog }

    /// What the member is told of its lost log with each append and piece of a snapshot, until it says so itself.
    var lostLogToTell: Index? { saysLostLog ? nil : lostLog }

    /// Resets what is known of the member, which has lost what it had acknowledged.
    mutating func startOver(at index: Index) {
        losses += 1
        matchIndex = 0
        nextIndex = max(index, 1)
        held = (0, .max)
        inFlight.removeAll()
        mode = .probe(awaiting: nil)
    }

    /// Whether it has shown no knowledge of more than the paper's messages.
    var isPlain: Bool { awaits == .max }

    /// Whether everything up to `index` has been sent to it.
    func isSent(_ index: Index) -> Bool {
        if case .replicate = mode { nextIndex > index } else { matchIndex >= index }
    }

    /// Whether an append with entries may be sent now.
    var mayAppend: Bool {
        switch mode {
        case .probe(let awaiting): awaiting == nil
        case .replicate:
            hasRoom
        case .snapshot: false
        }
    }

    /// Whether the window has room. An append at or beyond `nextIndex` does not count: it was a probe that got lost,
    /// its entries will be sent again, and nothing else would ever remove it.
    private var hasRoom: Bool {
        var (count, bytes) = (0, 0)
        for sent in inFlight where sent.lastIndex < nextIndex {
            count += 1
            bytes += sent.bytes
        }
        return count < limits.appendsInFlight && bytes < limits.appendBytesInFlight
    }

    /// When the next heartbeat is due, with an interval of `interval` from now on. A longer interval applies only from
    /// the next message on: the member does not know of it yet.
    func heartbeatDue(_ interval: Microseconds) -> Microseconds? {
        lastSent.map { $0 + min(interval, expectedInterval) }
    }

    /// A request is sent. Its round trip is measured unless another's is being measured.
    mutating func left(_ id: MessageID, at now: Microseconds, interval: Microseconds) {
        lastSent = now
        expectedInterval = interval
        if now - (timed?.sent ?? .min / 2) > Timing.longestElectionTimeout { timed = (id, now) }
    }

    /// Append `id` is sent with the entries after `prevLogIndex` up to `lastIndex`.
    mutating func sent(
        _ id: MessageID, prevLogIndex: Index, lastIndex: Index, bytes: Int, commit: Index, durable: Index,
        at now: Microseconds, interval: Microseconds
    ) {
        left(id, at: now, interval: interval)
        toldCommit = max(toldCommit, commit)
        toldDurable = durable
        guard lastIndex > matchIndex else { return }
        let sent = Sent(ids: id...id, prevLogIndex: prevLogIndex, lastIndex: lastIndex, bytes: bytes)
        // Many heartbeats leave within a round trip over a slow link, and the answer to any of them counts.
        if let last = inFlight.last, last.ids.lowerBound >= firstProbe, last.isSameHeartbeat(as: sent) {
            inFlight[inFlight.count - 1].ids = last.ids.lowerBound...id
        } else {
            inFlight.append(sent)
        }
        // Appends to a member that never answers must not pile up.
        if inFlight.count > 4 * limits.appendsInFlight { inFlight.removeFirst(2 * limits.appendsInFlight) }
        switch mode {
        case .probe: if lastIndex > prevLogIndex { mode = .probe(awaiting: id) }
        case .replicate: nextIndex = max(nextIndex, lastIndex + 1)
        case .snapshot: break
        }
    }

    /// The index after which the member still needs the log.
    var needsLogAfter: Index {
        switch mode {
        case .probe: nextIndex - 1
        case .replicate: matchIndex
        case .snapshot(let transfer): transfer.snapshot.position.index
        }
    }

    /// The member needs entries that were compacted away. The first piece will be request `next` or a later one.
    mutating func beginSnapshot(_ snapshot: Snapshot, next: MessageID) {
        mode = .snapshot(SnapshotTransfer(snapshot, next: next))
        inFlight.removeAll()
    }

    /// The member has installed a snapshot up to `index`, so the logs agree there.
    mutating func installed(_ index: Index) {
        matchIndex = max(matchIndex, index)
        nextIndex = matchIndex + 1
        inFlight.removeAll()
        mode = .replicate
    }

    /// The member answered request `id` in this term, successfully or not.
    /// - Returns: whether `roundTrip` took a sample.
    mutating func heard(_ id: MessageID, at now: Microseconds) -> Bool {
        answered = max(answered, id)
        lastContact = now
        // An answer to a later heartbeat shows that the probe, or its answer, is lost or late.
        if case .probe(let awaiting?) = mode, id > awaiting { mode = .probe(awaiting: nil) }
        guard let timed else { return false }
        guard timed.id == id else {
            // Considered lost after this time, so that another request is measured. Not earlier: one that was only
            // overtaken must be waited for, or only fast answers would be measured.
            if timed.id < id, now - timed.sent > max(4 * (roundTrip?.slowest ?? 0), loss) {
                self.timed = nil
                loss = min(2 * loss, Timing.longestElectionTimeout)
            }
            return false
        }
        self.timed = nil
        loss = Self.shortestLoss
        roundTrip = sampler.estimate(roundTrip, addingTripFrom: timed.sent, to: now)
        return true
    }

    /// The member reports its commit index. What it owes answers for from before it knew this leader is in the log up
    /// to `last` at most.
    mutating func knows(_ index: Index, last: Index) {
        if isPlain { awaits = last }
        toldCommit = max(toldCommit, index)
    }

    /// It owes a client an answer that waits for the entry at `index`.
    mutating func await(_ index: Index) {
        if awaits < index { awaits = index }
    }

    /// The member acknowledged append `id`. Late and repeated answers never lower `matchIndex`.
    mutating func acknowledged(_ id: MessageID) {
        guard let sent = inFlight.first(where: { $0.ids.contains(id) }) else { return }
        matchIndex = max(matchIndex, sent.lastIndex)
        nextIndex = max(nextIndex, matchIndex + 1)
        inFlight.removeAll { $0.lastIndex <= matchIndex || $0.ids.contains(id) }
        mode = .replicate
    }

    /// The member refused append `id`: the logs diverge at or before its `prevLogIndex`. `agreement` gives the last
    /// index at which they may agree; `next` is the number of the next request.
    ///
    /// Where appends overtake each other, those still in flight may be acknowledged yet, and count then. Refusals of
    /// what was sent before the probe began tell nothing new: each would send the leader back again, and throw away
    /// what arrived meanwhile.
    mutating func refused(_ id: MessageID, next: MessageID, agreement: (Index) -> Index) {
        guard let sent = inFlight.first(where: { $0.ids.contains(id) }) else { return }
        inFlight.removeAll { $0.ids.contains(id) }
        guard id >= firstProbe, sent.prevLogIndex > matchIndex else { return }
        if case .snapshot = mode { return }
        // A later answer has moved `nextIndex` since.
        if case .probe = mode, sent.prevLogIndex != nextIndex - 1 { return }
        nextIndex = max(agreement(sent.prevLogIndex), matchIndex) + 1
        mode = .probe(awaiting: nil)
        firstProbe = next
    }
}
