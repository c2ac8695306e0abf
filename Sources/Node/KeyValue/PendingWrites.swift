import Consensus

/// The writes that a member owes an answer.
struct PendingWrites: Sendable {
    struct Waiter: Sendable {
        var messageID: Int?
        var deadline: Microseconds
    }

    struct Pending: Sendable {
        let request: LoggedRequest
        /// Its place in the order of arrival, which a dictionary forgets.
        let sequence: Int
        /// Who waits: one, unless a client said the same again before it was answered.
        var waiters: [Waiter]
        /// Whether it was passed on or put into a log, ever: then it may yet happen.
        var hasLeft = false
        /// When it was last passed on to another member; nil while it waits in the inbox or stands in this
        /// member's own log.
        var passedOnAt: Microseconds?
        /// The last index at which a copy may be appended: that of the first time it left, for a member that has gone
        /// on by a snapshot meanwhile cannot know that a copy was carried out and forgotten since.
        var limit: Index?

        fileprivate mutating func leaves(at time: Microseconds?, limit: Index) {
            hasLeft = true
            passedOnAt = time
            self.limit = self.limit ?? limit
        }
    }

    private var writes: [RequestID: Pending] = [:]
    /// Those that nobody waits for any more and that may yet happen, oldest first: who asks again must not hear that
    /// they will not.
    private var abandonedButPossible: Set<RequestID> = []
    private var abandonedInOrder: [RequestID] = []
    private var nextSequence = 0
    /// No later than the first deadline of a waiter.
    private(set) var nextExpiry: Microseconds?
    /// No later than the first write that was passed on must be passed on again.
    private(set) var retryAt: Microseconds?

    /// How many of `abandonedButPossible` are remembered at least.
    private let remembered: Int

    /// - Parameter remembered: how many are remembered at least that nobody waits for any more; positive.
    init(remembered: Int) {
        self.remembered = remembered
    }

    var isEmpty: Bool { writes.isEmpty }

    /// - Returns: whether the request is new, and not one that is owed already.
    mutating func add(_ request: LoggedRequest, _ messageID: Int?, deadline: Microseconds) -> Bool {
        nextExpiry = min(nextExpiry ?? deadline, deadline)
        let waiter = Waiter(messageID: messageID, deadline: deadline)
        if writes[request.id]?.waiters.append(waiter) != nil { return false }
        writes[request.id] = Pending(
            request: request, sequence: nextSequence, waiters: [waiter],
            hasLeft: abandonedButPossible.contains(request.id))
        nextSequence += 1
        return true
    }

    func request(_ id: RequestID) -> LoggedRequest? { writes[id]?.request }

    func hasLeft(_ id: RequestID) -> Bool { writes[id]?.hasLeft ?? false }

    /// The last index at which it may be appended, where it has left before.
    func limit(of id: RequestID) -> Index? { writes[id]?.limit }

    mutating func appendedToOwnLog(_ id: RequestID, limit: Index) {
        writes[id]?.leaves(at: nil, limit: limit)
    }

    mutating func passedOn(
        _ id: RequestID, limit: Index, at now: Microseconds, retryAfter interval: Microseconds
    ) {
        writes[id]?.leaves(at: now, limit: limit)
        retryAt = earliest(retryAt, now + interval)
    }

    mutating func settle(_ id: RequestID) -> Pending? {
        writes.removeValue(forKey: id)
    }

    /// Takes out those that `store` has carried out.
    mutating func settle(by store: Store) -> [(Pending, OperationResult)] {
        let settled = writes.values.sorted { $0.sequence < $1.sequence }
            .compactMap { pending in store.outcome(of: pending.request.id).map { (pending, $0) } }
        for (pending, _) in settled { writes[pending.request.id] = nil }
        return settled
    }

    /// All that have left, oldest first: what a new leader must be told of.
    func allThatMayHaveHappened() -> [RequestID] {
        writes.values.filter(\.hasLeft).sorted { $0.sequence < $1.sequence }.map(\.request.id)
    }

    /// Those passed on and not applied for longer than `interval`, oldest first.
    mutating func takeOverdue(at now: Microseconds, interval: Microseconds) -> [RequestID] {
        guard let retryAt, retryAt <= now else { return [] }
        let passedOn = writes.values.filter { $0.passedOnAt != nil }.sorted { $0.sequence < $1.sequence }
        let overdue = passedOn.filter { $0.passedOnAt! + interval <= now }.map(\.request.id)
        for id in overdue { writes[id]?.passedOnAt = nil }
        self.retryAt = passedOn.filter { $0.passedOnAt! + interval > now }.map { $0.passedOnAt! + interval }
            .min()
        return overdue
    }

    private mutating func remember(_ id: RequestID) {
        guard abandonedButPossible.insert(id).inserted else { return }
        abandonedInOrder.append(id)
        guard abandonedInOrder.count > 2 * remembered else { return }
        abandonedButPossible.subtract(abandonedInOrder.prefix(remembered))
        abandonedInOrder.removeFirst(remembered)
    }

    /// Takes out the waiters whose time is up; a write that nobody waits for is forgotten.
    mutating func takeExpired(at now: Microseconds) -> [(pending: Pending, waiter: Waiter)] {
        guard let nextExpiry, nextExpiry <= now else { return [] }
        var expired: [(pending: Pending, waiter: Waiter)] = []
        for pending in writes.values.sorted(by: { $0.sequence < $1.sequence }) {
            let over = pending.waiters.filter { $0.deadline <= now }
            guard !over.isEmpty else { continue }
            expired += over.map { (pending, $0) }
            writes[pending.request.id]?.waiters.removeAll { $0.deadline <= now }
            if over.count == pending.waiters.count {
                writes[pending.request.id] = nil
                if pending.hasLeft { remember(pending.request.id) }
            }
        }
        self.nextExpiry = writes.values.lazy.flatMap(\.waiters).map(\.deadline).min()
        return expired
    }
}
