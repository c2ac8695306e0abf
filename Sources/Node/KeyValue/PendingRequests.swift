import Consensus

/// The requests that a member has to answer, each with its state, its deadline and all that wait for it.
///
/// The story of a write that a follower receives, and whose leader dies:
///
/// 1. `add` keeps it, `queued`, with a deadline. A copy of a pending request only adds a waiter.
/// 2. Before the turn ends, `route` sends all that is queued to the leader: it is `forwarded`, and may happen from now
///    on. Its `limit` is fixed, the last index at which a copy may be appended.
/// 3. The leader puts it into its log (`RequestLog.append`) and dies. Other members may hold that entry, or not.
/// 4. If it is not applied within `Timing.retryInterval`, `retry` queues it again. It stays queued while no leader is
///    known, or the leader cannot be reached.
/// 5. Another member leads the next term. `requeue` queues all that has left again, in order of arrival and before new
///    requests, and `route` sends it. The store carries out the first copy only: it remembers the latest 100,000
///    requests, and the limit keeps every copy within that range.
/// 6. This member applies the entry, whoever put it into the log, or installs a snapshot that covers it: `settle`
///    answers all that wait.
/// 7. Or the deadline comes first: `expire` answers error 0, and remembers the request, because error 11 would be wrong
///    for a later copy of it. A request that never left is answered 11, unless a copy from elsewhere is in this
///    member's log, or waits for this member to lead.
///
/// A member that becomes leader appends to its own log what it would have sent. A change of membership takes the same
/// path. A read that leaves the queue is `confirming`: Raft itself asks the next leader again. Transfers of leadership
/// are in `PendingTransfers`.
struct PendingRequests: Hashable, Sendable {
    private struct Departure: Hashable {
        let ticket: RequestTicket
        let time: Microseconds
    }

    /// What Raft confirms as one.
    private struct Reads: Hashable {
        let id: ReadID
        let tickets: [RequestTicket]
    }

    private let limits: Limits
    private var requests: RequestSlots
    /// The `queued` requests, in the order in which they shall be carried out, and some that were answered since.
    private var queue: ArraySlice<RequestTicket> = []
    /// How many requests are `queued`, by kind.
    private var queued = PendingRequest.Kind.noneOfEach
    /// The forwarded requests, in the order in which they left, and some that are not forwarded any more.
    private var forwarded: ArraySlice<Departure> = []
    private var deadlines = DeadlineQueue()
    /// The `confirming` reads, by rising id, and some that were answered since.
    private var reads: [Reads] = []
    private var abandoned: AbandonedRequests
    /// The term in which `route` last found a leader.
    private var routedInTerm: Term?
    /// At or before the time at which the first forwarded request is forwarded again.
    private var nextRetry: Microseconds?
    private var nextReadID: ReadID = 0

    init(_ settings: Raft.Settings) {
        limits = settings.limits
        abandoned = AbandonedRequests(remembered: settings.limits.abandonedRemembered)
        requests = RequestSlots(seed: settings.seed)
    }

    var isEmpty: Bool { requests.isEmpty }

    /// The time by which `retry` and `expire` must be called.
    var deadline: Microseconds? { earliest(deadlines.first?.deadline, nextRetry) }

    /// The identity of the request that is added next.
    func identify(_ request: ClientRequest, askedOf member: NodeID) -> RequestID {
        if let number = request.messageID { return RequestID(client: request.client, number: number) }
        return RequestID(client: request.client, number: requests.nextSequence, numberedBy: member)
    }

    mutating func add(
        _ subject: PendingRequest.Subject, from client: String, _ messageID: Int?, deadline: Microseconds
    ) {
        let waiter = PendingRequest.Waiter(messageID: messageID, deadline: deadline)
        var hasLeft = false
        if let id = subject.proposal?.id {
            if let known = requests.slot(of: id) {
                requests[known].waiters.append(waiter)
                return deadlines.insert(deadline, requests.ticket(known))
            }
            hasLeft = abandoned.contains(id)
        }
        let slot = requests.add(subject, from: client, waiter, hasLeft: hasLeft)
        deadlines.insert(deadline, requests.ticket(slot))
        enqueue(slot)
    }

    // MARK: - Answers

    /// Answers a request that is applied.
    mutating func settle(_ id: RequestID, _ outcome: OperationResult, _ outbox: inout Outbox) {
        guard let slot = requests.slot(of: id) else { return }
        let request = remove(slot)
        switch request.subject {
        case .update(let update, _): outbox.answer(request, update.reply(to: outcome))
        case .change(let change): outbox.answer(request, change.reply(to: outcome))
        case .query: return
        }
    }

    /// Answers all requests that `store` remembers as completed.
    mutating func settle(by store: Store, _ outbox: inout Outbox) {
        let ids = requests.inOrder(where: { !$0.isRead }).compactMap { requests[$0].subject.proposal?.id }
        for id in ids { if let outcome = store.outcome(of: id) { settle(id, outcome, &outbox) } }
    }

    /// Answers the reads that Raft has confirmed as `id`.
    mutating func answerReads(_ id: ReadID, from store: Store, _ outbox: inout Outbox) {
        guard let position = reads.firstIndex(where: { $0.id == id }) else { return }
        for ticket in reads.remove(at: position).tickets where requests.isValid(ticket) {
            let request = remove(ticket.slot)
            guard case .query(let query) = request.subject else { continue }
            outbox.answer(request, query.reply(from: store))
        }
    }

    /// Answers all whose deadline has passed; at the end of input, at `Microseconds.max`, all.
    mutating func expire(
        at now: Microseconds, _ raft: inout Raft, _ log: inout RequestLog, _ outbox: inout Outbox
    ) {
        guard let first = deadlines.first, first.deadline <= now else { return }
        let due = takeDue(now)
        if due.contains(where: { requests[$0].hasNeverLeft }) { log.lookAt(raft) }
        for slot in due {
            let request = requests[slot]
            outbox.answer(request, request.timedOut(mayHappen: log.mayHappen(request, raft)), until: now)
            requests[slot].waiters.removeAll { $0.deadline <= now }
            guard requests[slot].waiters.isEmpty else { continue }
            _ = remove(slot)
            if request.hasLeft, let id = request.subject.proposal?.id { abandoned.insert(id) }
        }
        while let first = queue.first, !requests.isValid(first) { queue.removeFirst() }
        while let first = reads.first, !first.tickets.contains(where: requests.isValid) {
            reads.removeFirst()
        }
        raft.forgetReads(below: reads.first?.id ?? nextReadID)
    }

    /// Takes the deadlines that have passed.
    /// - Returns: the slots of their requests, in order of arrival.
    private mutating func takeDue(_ now: Microseconds) -> [Int] {
        var due: Set<Int> = []
        while let wait = deadlines.first {
            if requests.isValid(wait.ticket) {
                if wait.deadline > now { break }
                due.insert(wait.ticket.slot)
            }
            deadlines.removeFirst()
        }
        return requests.sorted(due)
    }

    // MARK: - To the leader

    /// The member that gets what is queued: the leader, or the one that is about to lead. Nil while it cannot be
    /// reached: a request that stays queued will certainly not happen, and may be answered so.
    private func receiver(_ raft: Raft, _ unreached: Set<NodeID>) -> NodeID? {
        (raft.leader ?? raft.transferTarget).flatMap { unreached.contains($0) ? nil : $0 }
    }

    private func mayLeave(_ kind: PendingRequest.Kind, _ raft: Raft, _ log: RequestLog) -> Bool {
        if raft.isLeader { return log.takes(kind, raft) }
        return log.isWithinReach(raft) && (raft.leader != nil || kind.canBeHeldForLeadership)
    }

    /// Whether `route` does anything.
    func canRoute(_ raft: Raft, _ log: RequestLog, around unreached: Set<NodeID>) -> Bool {
        receiver(raft, unreached) != nil
            && PendingRequest.Kind.allCases.contains { queued[$0.rawValue] > 0 && mayLeave($0, raft, log) }
    }

    /// Sends on what is queued, in order, so that the requests of one client are carried out in the order it sent them.
    mutating func route(
        _ raft: inout Raft, _ log: inout RequestLog, around unreached: Set<NodeID>, _ outbox: inout Outbox
    ) {
        if raft.leader != nil { requeue(in: raft.currentTerm) }
        guard !queue.isEmpty, let receiver = receiver(raft, unreached) else { return }
        var (writes, reads): ([Int], [Int]) = ([], [])
        var rest = queue
        queue = []
        // How many of each kind may follow. Once one may not leave, no other of its kind may in this turn: nothing that
        // leaves makes room.
        var left = queued
        while left.contains(where: { $0 > 0 }), let ticket = rest.popFirst() {
            guard requests.isValid(ticket) else { continue }
            let slot = ticket.slot
            let kind = requests[slot].kind
            left[kind.rawValue] -= 1
            guard left[kind.rawValue] >= 0, mayLeave(kind, raft, log) else {
                left[kind.rawValue] = 0
                queue.append(ticket)
                continue
            }
            queued[kind.rawValue] -= 1
            switch requests[slot].subject {
            case .query: reads.append(slot)
            case .update, .change:
                guard raft.isLeader, let proposal = requests[slot].subject.proposal else {
                    writes.append(slot)
                    continue
                }
                // A read that came before this write must not see it, so it is confirmed before.
                confirm(&reads, with: &raft)
                if isTooLate(slot, at: raft.log.lastIndex) { continue }
                if log.append(proposal, to: &raft) {
                    leave(slot, .inOwnLog, raft, log)
                } else if raft.transferTarget != nil, kind.canBeHeldForLeadership {
                    writes.append(slot)
                } else {
                    left[kind.rawValue] = 0
                    enqueue(slot)
                }
            }
        }
        queue = queue.isEmpty ? rest : queue + rest
        forward(writes, to: raft.transferTarget ?? receiver, raft, log, &outbox)
        confirm(&reads, with: &raft)
    }

    /// Queues again what was sent or appended under an earlier leader, and may be lost with it. Copies are carried out
    /// once.
    private mutating func requeue(in term: Term) {
        guard routedInTerm != term else { return }
        routedInTerm = term
        let sent = requests.inOrder(where: \.hasLeft)
        let waiting = queue.filter { requests.isValid($0) && !requests[$0.slot].hasLeft }
        queue = []
        for slot in sent {
            if requests[slot].isQueued { queued[requests[slot].kind.rawValue] -= 1 }
            enqueue(slot)
        }
        queue += waiting
    }

    /// Queues again what was forwarded and is not applied in time.
    mutating func retry(_ raft: Raft) {
        guard let nextRetry, nextRetry <= raft.now else { return }
        self.nextRetry = nil
        while let first = forwarded.first {
            let ticket = first.ticket
            if requests.isValid(ticket), case .forwarded(first.time) = requests[ticket.slot].state {
                let retryAt = first.time + raft.timing.retryInterval
                if retryAt > raft.now {
                    self.nextRetry = retryAt
                    return
                }
                enqueue(ticket.slot)
            }
            forwarded.removeFirst()
        }
    }

    private mutating func confirm(_ arriving: inout [Int], with raft: inout Raft) {
        guard !arriving.isEmpty else { return }
        raft.read(nextReadID)
        for slot in arriving { requests[slot].state = .confirming }
        reads.append(Reads(id: nextReadID, tickets: arriving.map(requests.ticket)))
        nextReadID += 1
        arriving = []
    }

    /// Sends `writes` in as few messages as their sizes and limits allow.
    private mutating func forward(
        _ writes: [Int], to receiver: NodeID, _ raft: Raft, _ log: RequestLog, _ outbox: inout Outbox
    ) {
        var message = Forward([], limit: 0)
        var (bytes, latest) = (0, 0)
        for slot in writes where !isTooLate(slot, at: log.lastApplied) {
            guard let proposal = requests[slot].subject.proposal else { continue }
            leave(slot, .forwarded(at: raft.now), raft, log)
            let (size, limit) = (proposal.line.utf8.count, requests[slot].limit!)
            let spread = max(latest, limit) - min(message.limit, limit)
            let isOver = bytes + size > limits.forwardBytes || spread > limits.forwardReach / 8
            if isOver, !message.requests.isEmpty {
                outbox.send(.forward(message), to: receiver)
                message.requests = []
            }
            if message.requests.isEmpty { (message.limit, latest, bytes) = (limit, limit, 0) }
            message.requests.append(proposal)
            // The message's limit must hold for each of its requests.
            message.limit = min(message.limit, limit)
            latest = max(latest, limit)
            bytes += size
        }
        if !message.requests.isEmpty { outbox.send(.forward(message), to: receiver) }
    }

    /// Notes that a request leaves: from now on it may happen.
    private mutating func leave(
        _ slot: Int, _ state: PendingRequest.State, _ raft: Raft, _ log: RequestLog
    ) {
        requests[slot].leave(state, limit: log.lastApplied + limits.forwardReach)
        guard case .forwarded(let time) = state else { return }
        forwarded.append(Departure(ticket: requests.ticket(slot), time: time))
        nextRetry = earliest(nextRetry, time + raft.timing.retryInterval)
    }

    /// Whether a leader whose log ends at `index` may not append it any more.
    private mutating func isTooLate(_ slot: Int, at index: Index) -> Bool {
        guard let limit = requests[slot].limit, limit <= index else { return false }
        requests[slot].state = .tooLate
        return true
    }

    private mutating func enqueue(_ slot: Int) {
        requests[slot].state = .queued
        queued[requests[slot].kind.rawValue] += 1
        queue.append(requests.ticket(slot))
    }

    private mutating func remove(_ slot: Int) -> PendingRequest {
        let request = requests.remove(slot)
        if request.isQueued { queued[request.kind.rawValue] -= 1 }
        return request
    }
}
