/// What a leader knows of one other member (§5.3, and the dissertation's 10.2.1 for the pipeline).
package struct Progress: Sendable {
    enum Mode: Sendable {
        /// The leader does not know where the logs part. One append is out at a time.
        case probe(awaiting: MessageID?)
        /// The logs agree up to `nextIndex`; appends follow each other without waiting.
        case replicate
        /// What it lacks is in a snapshot only. Appends pause until it has that.
        indirect case snapshot(SnapshotTransfer)
    }

    /// An append that has not been answered.
    struct Sent: Sendable {
        var id: MessageID
        var prevLogIndex: Index
        var lastIndex: Index
        var bytes: Int
    }

    /// A request is not taken for lost before this time.
    static let shortestLoss: Microseconds = 1_000_000

    let id: NodeID
    private let limits: Limits
    /// Up to where the member is known to hold the leader's log; 0 before it has answered.
    package internal(set) var matchIndex: Index = 0
    /// What it has acknowledged in this term, and the first request that left after that was heard; see Raft+LostLog.swift.
    var held: (index: Index, before: MessageID) = (0, .max)
    /// Where the log of the leader ended when the member was found to have lost its own, until that is settled.
    var lostLog: Index?
    /// Whether the member says so itself.
    var saysLostLog = false
    /// The first entry that it has not been sent, as far as the leader believes that the logs agree.
    package internal(set) var nextIndex: Index
    var mode = Mode.probe(awaiting: nil)
    /// Appends that reach beyond `matchIndex`, oldest first; those within it can teach nothing more.
    private(set) var inFlight: [Sent] = []
    /// The last request of this term that the member answered, as one who knows no later term: all that the
    /// leader asked before has been overtaken by it.
    var answered: MessageID = 0
    /// When it last answered in this term.
    var lastContact: Microseconds
    var lastSent: Microseconds?
    /// The commit index it was last told, or has told.
    var toldCommit: Index = 0
    /// Up to where it was told that the leader's log is durable.
    var toldDurable: Index = 0
    /// The last index that it waits to see committed: everything, while it has not shown that it says so.
    var awaits: Index = .max
    /// The request whose answer is being timed, and when it left.
    var timed: (id: MessageID, sent: Microseconds)?
    /// The round trips between the leader and this member, as far as they are known.
    private(set) var roundTrip: Estimate?
    /// The heartbeat interval when it was last sent something: its timeout is still the one that goes with that.
    private var expectedInterval: Microseconds = 0

    /// - Parameter roundTrip: what the election measured. Of a slow network the first answers that come are fast ones,
    ///   so that whoever began with these would take it for fast.
    init(
        id: NodeID, nextIndex: Index, lastContact: Microseconds, limits: Limits, roundTrip: Estimate? = nil
    ) {
        self.id = id
        self.limits = limits
        self.nextIndex = nextIndex
        self.lastContact = lastContact
        self.roundTrip = roundTrip
    }

    /// Whether nothing that it says counts, for it has lost its log.
    var isUncounted: Bool { lostLog != nil || saysLostLog }

    /// The member holds nothing for certain: what it acknowledged before is lost.
    mutating func startOver(at index: Index) {
        matchIndex = 0
        nextIndex = max(index, 1)
        held = (0, .max)
        inFlight.removeAll()
        mode = .probe(awaiting: nil)
    }

    /// Whether it knows no more than the messages of the paper.
    var isPlain: Bool { awaits == .max }

    /// Whether all up to `index` is on its way to it.
    func isSent(_ index: Index) -> Bool {
        if case .replicate = mode { nextIndex > index } else { matchIndex >= index }
    }

    /// Whether an append with entries may leave now.
    var mayAppend: Bool {
        switch mode {
        case .probe(let awaiting): awaiting == nil
        case .replicate:
            hasRoom
        case .snapshot: false
        }
    }

    /// Whether the window is open. A probe that was lost is not in it: its entries are yet to be sent, for only a later
    /// answer moved `nextIndex`, and nothing else would ever take it out.
    private var hasRoom: Bool {
        var (count, bytes) = (0, 0)
        for sent in inFlight where sent.lastIndex < nextIndex {
            count += 1
            bytes += sent.bytes
        }
        return count < limits.appendsInFlight && bytes < limits.appendBytesInFlight
    }

    /// When it must be sent something, where heartbeats leave each `interval` now. One that is slower than when it was
    /// last sent something begins with the next: it does not know of it yet.
    func heartbeatDue(_ interval: Microseconds) -> Microseconds? {
        lastSent.map { $0 + min(interval, expectedInterval) }
    }

    /// A request leaves, and its answer is timed, unless that of another is.
    mutating func left(_ id: MessageID, at now: Microseconds, interval: Microseconds) {
        lastSent = now
        expectedInterval = interval
        if now - (timed?.sent ?? .min / 2) > Timing.longestElectionTimeout { timed = (id, now) }
    }

    /// Request `id` leaves with the entries after `prevLogIndex` up to `lastIndex`.
    mutating func sent(
        _ id: MessageID, prevLogIndex: Index, lastIndex: Index, bytes: Int, commit: Index, durable: Index,
        at now: Microseconds, interval: Microseconds
    ) {
        left(id, at: now, interval: interval)
        toldCommit = max(toldCommit, commit)
        toldDurable = durable
        guard lastIndex > matchIndex else { return }
        inFlight.append(Sent(id: id, prevLogIndex: prevLogIndex, lastIndex: lastIndex, bytes: bytes))
        // Heartbeats to a member that never answers are forgotten too.
        if inFlight.count > 4 * limits.appendsInFlight { inFlight.removeFirst(2 * limits.appendsInFlight) }
        switch mode {
        case .probe: if lastIndex > prevLogIndex { mode = .probe(awaiting: id) }
        case .replicate: nextIndex = max(nextIndex, lastIndex + 1)
        case .snapshot: break
        }
    }

    /// The entry behind which the member still needs the log, as far as its leader knows.
    var needsLogAfter: Index {
        switch mode {
        case .probe: nextIndex - 1
        case .replicate: matchIndex
        case .snapshot(let transfer): transfer.snapshot.position.index
        }
    }

    /// The member needs entries that are gone from the log. Its first piece will be request `next` or a later one.
    mutating func beginSnapshot(_ snapshot: Snapshot, next: MessageID) {
        mode = .snapshot(SnapshotTransfer(snapshot, next: next))
        inFlight.removeAll()
    }

    /// The member holds all that a snapshot up to `index` stands for, so there the logs agree.
    mutating func installed(_ index: Index) {
        matchIndex = max(matchIndex, index)
        nextIndex = matchIndex + 1
        inFlight.removeAll()
        mode = .replicate
    }

    /// The member answered request `id` in this term, whatever it said.
    /// - Returns: whether this request was timed, so that `roundTrip` has taken a sample.
    mutating func heard(_ id: MessageID, at now: Microseconds) -> Bool {
        answered = max(answered, id)
        lastContact = now
        // An answer to a later heartbeat says that the probe is lost or overtaken.
        if case .probe(let awaiting?) = mode, id > awaiting { mode = .probe(awaiting: nil) }
        guard let timed else { return false }
        guard timed.id == id else {
            // Lost, for it would have come by now: another is timed. Before that it may be overtaken only, and who
            // gave up all that is overtaken would measure fast answers alone.
            let longest = max(4 * (roundTrip?.slowest ?? 0), Self.shortestLoss)
            if timed.id < id, now - timed.sent > longest { self.timed = nil }
            return false
        }
        self.timed = nil
        roundTrip = Timing.adding(now - timed.sent, to: roundTrip)
        return true
    }

    /// The member knows what is committed up to `index`, and can conclude that by itself. What it owed before it
    /// heard of this leader, the log, which ends at `last`, may hold.
    mutating func knows(_ index: Index, last: Index) {
        if isPlain { awaits = last }
        toldCommit = max(toldCommit, index)
    }

    /// It owes somebody an answer that waits for the entry at `index`.
    mutating func await(_ index: Index) {
        if awaits < index { awaits = index }
    }

    /// The member holds what request `id` spoke of. Late and repeated answers never lower `matchIndex`.
    /// - Returns: whether `matchIndex` rose.
    mutating func acknowledged(_ id: MessageID) -> Bool {
        guard let sent = inFlight.first(where: { $0.id == id }) else { return false }
        let rose = sent.lastIndex > matchIndex
        matchIndex = max(matchIndex, sent.lastIndex)
        nextIndex = max(nextIndex, matchIndex + 1)
        inFlight.removeAll { $0.lastIndex <= matchIndex || $0.id == id }
        mode = .replicate
        return rose
    }

    /// The member refused request `id`: the logs part at or before its `prevLogIndex`. `agreement` gives the
    /// last index at which they may agree.
    mutating func refused(_ id: MessageID, agreement: (Index) -> Index) {
        guard let sent = inFlight.first(where: { $0.id == id }), sent.prevLogIndex > matchIndex else {
            return
        }
        if case .snapshot = mode { return }
        // A later answer has moved `nextIndex` since.
        if case .probe = mode, sent.prevLogIndex != nextIndex - 1 { return }
        nextIndex = max(agreement(sent.prevLogIndex), matchIndex) + 1
        mode = .probe(awaiting: nil)
        inFlight.removeAll()
    }
}
