import Raft

/// The writes that a member owes an answer.
struct OwedWrites: Sendable {
    struct Waiter: Sendable {
        var messageID: Int?
        var deadline: Microseconds
    }

    struct Owed: Sendable {
        let request: Request
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

    private var writes: [RequestID: Owed] = [:]
    /// Those that nobody waits for any more and that may yet happen, oldest first: who asks again must not hear that
    /// they will not.
    private var departed: Set<RequestID> = []
    private var departedInOrder: [RequestID] = []
    private var nextSequence = 0
    /// No later than the first deadline of a waiter.
    private(set) var nextExpiry: Microseconds?
    /// No later than the first write that was passed on must be passed on again.
    private(set) var retryAt: Microseconds?

    /// How many of `departed` are remembered at least.
    private let remembered: Int

    /// - Parameter remembered: how many are remembered at least that nobody waits for any more; positive.
    init(remembered: Int) {
        self.remembered = remembered
    }

    var isEmpty: Bool { writes.isEmpty }

    /// - Returns: whether the request is new, and not one that is owed already.
    mutating func add(_ request: Request, _ messageID: Int?, deadline: Microseconds) -> Bool {
        nextExpiry = min(nextExpiry ?? deadline, deadline)
        let waiter = Waiter(messageID: messageID, deadline: deadline)
        if writes[request.id]?.waiters.append(waiter) != nil { return false }
        writes[request.id] = Owed(
            request: request, sequence: nextSequence, waiters: [waiter],
            hasLeft: departed.contains(request.id))
        nextSequence += 1
        return true
    }

    func request(_ id: RequestID) -> Request? { writes[id]?.request }

    func hasLeft(_ id: RequestID) -> Bool { writes[id]?.hasLeft ?? false }

    /// The last index at which it may be appended, where it has left before.
    func limit(of id: RequestID) -> Index? { writes[id]?.limit }

    mutating func placedInOwnLog(_ id: RequestID, limit: Index) {
        writes[id]?.leaves(at: nil, limit: limit)
    }

    mutating func passedOn(
        _ id: RequestID, limit: Index, at now: Microseconds, retryAfter interval: Microseconds
    ) {
        writes[id]?.leaves(at: now, limit: limit)
        retryAt = earliest(retryAt, now + interval)
    }

    mutating func settle(_ id: RequestID) -> Owed? {
        writes.removeValue(forKey: id)
    }

    /// Takes out those that `store` has carried out.
    mutating func settle(by store: Store) -> [(Owed, Outcome)] {
        let settled = writes.values.sorted { $0.sequence < $1.sequence }
            .compactMap { owed in store.outcome(of: owed.request.id).map { (owed, $0) } }
        for (owed, _) in settled { writes[owed.request.id] = nil }
        return settled
    }

    /// All that have left, oldest first: what a new leader must be told of.
    func allThatLeft() -> [RequestID] {
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
        guard departed.insert(id).inserted else { return }
        departedInOrder.append(id)
        guard departedInOrder.count > 2 * remembered else { return }
        departed.subtract(departedInOrder.prefix(remembered))
        departedInOrder.removeFirst(remembered)
    }

    /// Takes out the waiters whose time is up; a write that nobody waits for is forgotten.
    mutating func takeExpired(at now: Microseconds) -> [(owed: Owed, waiter: Waiter)] {
        guard let nextExpiry, nextExpiry <= now else { return [] }
        var expired: [(owed: Owed, waiter: Waiter)] = []
        for owed in writes.values.sorted(by: { $0.sequence < $1.sequence }) {
            let over = owed.waiters.filter { $0.deadline <= now }
            guard !over.isEmpty else { continue }
            expired += over.map { (owed, $0) }
            writes[owed.request.id]?.waiters.removeAll { $0.deadline <= now }
            if over.count == owed.waiters.count {
                writes[owed.request.id] = nil
                if owed.hasLeft { remember(owed.request.id) }
            }
        }
        self.nextExpiry = writes.values.lazy.flatMap(\.waiters).map(\.deadline).min()
        return expired
    }
}
