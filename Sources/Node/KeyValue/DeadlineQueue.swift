import Consensus

/// The deadlines of waiters, the earliest first. Those of requests that were answered stay until their time has come, so
/// that an answer costs nothing here.
struct DeadlineQueue: Hashable, Sendable {
    struct Wait: Hashable {
        let deadline: Microseconds
        let ticket: RequestTicket
    }

    private var waits: ArraySlice<Wait> = []

    var first: Wait? { waits.first }

    /// Requests wait for much the same time, so that a new one is mostly among the last.
    mutating func insert(_ deadline: Microseconds, _ ticket: RequestTicket) {
        let last = waits.lastIndex { $0.deadline <= deadline }
        let slot = last.map { $0 + 1 } ?? waits.startIndex
        waits.insert(Wait(deadline: deadline, ticket: ticket), at: slot)
    }

    mutating func removeFirst() { waits.removeFirst() }
}
