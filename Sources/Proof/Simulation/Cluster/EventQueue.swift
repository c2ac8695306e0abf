import Consensus

/// A priority queue of events: a binary heap by time, then by order of scheduling.
struct EventQueue<What> {
    struct Item {
        var time: Microseconds
        var sequence: Int
        var what: What

        static func isEarlier(_ one: Item, than other: Item) -> Bool {
            one.time != other.time ? one.time < other.time : one.sequence < other.sequence
        }
    }

    private var heap: [Item] = []
    private var nextSequence = 0

    mutating func add(_ what: What, at time: Microseconds) {
        heap.append(Item(time: time, sequence: nextSequence, what: what))
        nextSequence += 1
        var slot = heap.count - 1
        let item = heap[slot]
        while slot > 0 {
            let parent = (slot - 1) / 2
            guard Item.isEarlier(item, than: heap[parent]) else { break }
            heap[slot] = heap[parent]
            slot = parent
        }
        heap[slot] = item
    }

    mutating func next() -> Item? {
        guard let first = heap.first, let item = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        var slot = 0
        while true {
            var child = 2 * slot + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, Item.isEarlier(heap[child + 1], than: heap[child]) { child += 1 }
            guard Item.isEarlier(heap[child], than: item) else { break }
            heap[slot] = heap[child]
            slot = child
        }
        heap[slot] = item
        return first
    }
}
