import Consensus

/// The deadlines of waiters, the earliest first: a binary heap. Those of requests that were answered stay until their
/// time has come, so that an answer costs nothing here.
struct DeadlineQueue: Hashable, Sendable {
    struct Wait: Hashable {
        let deadline: Microseconds
        let ticket: RequestTicket
    }

    private var heap: [Wait] = []

    var first: Wait? { heap.first }

    mutating func insert(_ deadline: Microseconds, _ ticket: RequestTicket) {
        heap.append(Wait(deadline: deadline, ticket: ticket))
        var child = heap.count - 1
        while child > 0, heap[child].deadline < heap[(child - 1) / 2].deadline {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
