import Consensus

/// Which request, and which of those that have had its slot.
struct RequestTicket: Hashable, Sendable {
    let slot: Int
    let sequence: Int
}

/// The pending requests, each in a slot of its own. A slot is used again once its request is answered, so whoever keeps
/// one across turns keeps a `RequestTicket` and asks whether it is still valid.
struct RequestSlots: Hashable, Sendable {
    /// Nil where a slot is vacant.
    private var requests: [PendingRequest?] = []
    private var vacant: [Int] = []
    /// The slots of the requests that go through the log.
    private var slots: [RequestID: Int] = [:]
    /// The position of the next request in the order of arrival; also the number in its identity, where it has no
    /// `msg_id`. It starts at random, so that no two runs of a member use the same numbers.
    private(set) var nextSequence: Int

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: ~seed)
        nextSequence = Int.random(in: 0..<(1 << 52), using: &generator)
    }

    var isEmpty: Bool { vacant.count == requests.count }

    /// The request in a slot that is not vacant.
    subscript(slot: Int) -> PendingRequest {
        get { requests[slot]! }
        _modify { yield &requests[slot]! }
    }

    func slot(of id: RequestID) -> Int? { slots[id] }

    mutating func add(
        _ subject: PendingRequest.Subject, from client: String, _ waiter: PendingRequest.Waiter, hasLeft: Bool
    ) -> Int {
        let request = PendingRequest(
            subject: subject, client: client, waiters: [waiter], sequence: nextSequence, hasLeft: hasLeft)
        nextSequence += 1
        let slot = vacant.popLast() ?? requests.count
        if slot == requests.count { requests.append(request) } else { requests[slot] = request }
        if let id = subject.proposal?.id { slots[id] = slot }
        return slot
    }

    mutating func remove(_ slot: Int) -> PendingRequest {
        vacant.append(slot)
        let request = requests[slot].take()!
        if let id = request.subject.proposal?.id { slots[id] = nil }
        return request
    }

    func ticket(_ slot: Int) -> RequestTicket {
        RequestTicket(slot: slot, sequence: self[slot].sequence)
    }

    /// Whether the request is still pending.
    func isValid(_ ticket: RequestTicket) -> Bool {
        requests[ticket.slot]?.sequence == ticket.sequence
    }

    /// The slots of the requests for which `isMeant` holds, in order of arrival.
    func inOrder(where isMeant: (PendingRequest) -> Bool) -> [Int] {
        sorted(requests.indices.filter { requests[$0].map(isMeant) ?? false })
    }

    /// `slots`, in the order in which their requests arrived.
    func sorted(_ slots: some Sequence<Int>) -> [Int] {
        slots.sorted { self[$0].sequence < self[$1].sequence }
    }
}
