/// The calls and returns of operations in history order, as a linked list. Lifting an operation out, and
/// putting back the one lifted last, take constant time.
struct EntryList {
    private struct Item {
        var operation: Int
        var isCall: Bool
        var position: Int
        var partner = 0
        var next = 0
        var previous = 0
    }

    /// The last element is the sentinel of the ring.
    private var entries: [Item] = []
    private var head: Int { entries.count - 1 }

    init(_ operations: [Problem.Required]) {
        for (index, operation) in operations.enumerated() {
            entries.append(Item(operation: index, isCall: true, position: operation.invoked))
            entries.append(Item(operation: index, isCall: false, position: operation.returned))
        }
        entries.sort { $0.position < $1.position }
        var calls: [Int: Int] = [:]
        for (index, entry) in entries.enumerated() {
            if entry.isCall {
                calls[entry.operation] = index
            } else if let call = calls[entry.operation] {
                entries[index].partner = call
                entries[call].partner = index
            }
        }
        entries.append(Item(operation: -1, isCall: false, position: .max))
        for index in entries.indices {
            entries[index].next = index == head ? 0 : index + 1
            entries[index].previous = index == 0 ? head : index - 1
        }
    }

    /// The first entry that is not lifted.
    var first: Int? { after(head) }

    var firstReturn: Int? {
        var entry = first
        while let here = entry, isCall(here) { entry = after(here) }
        return entry
    }

    func after(_ entry: Int) -> Int? {
        let next = entries[entry].next
        return next == head ? nil : next
    }

    func isCall(_ entry: Int) -> Bool { entries[entry].isCall }

    func operation(_ entry: Int) -> Int { entries[entry].operation }

    /// Its index in the history.
    func position(_ entry: Int) -> Int { entries[entry].position }

    /// Removes a call and its return.
    mutating func lift(_ call: Int) {
        unlink(call)
        unlink(entries[call].partner)
    }

    /// Undoes the last `lift`.
    mutating func unlift(_ call: Int) {
        relink(entries[call].partner)
        relink(call)
    }

    private mutating func unlink(_ entry: Int) {
        entries[entries[entry].previous].next = entries[entry].next
        entries[entries[entry].next].previous = entries[entry].previous
    }

    private mutating func relink(_ entry: Int) {
        entries[entries[entry].previous].next = entry
        entries[entries[entry].next].previous = entry
    }
}

/// The set of operations placed so far. It is mostly a long run from the start with a few beyond it, so a
/// fingerprint holds only the words between.
struct PlacedSet {
    private var words: [UInt64]
    /// All words below this index are full.
    private var low = 0
    /// All words above this index are empty.
    private var high = 0

    init(count: Int) {
        words = Array(repeating: 0, count: count / 64 + 1)
    }

    mutating func insert(_ operation: Int) {
        let word = operation / 64
        words[word] |= 1 << UInt64(operation % 64)
        high = max(high, word)
        while low < words.count - 1, words[low] == .max { low += 1 }
    }

    mutating func remove(_ operation: Int) {
        let word = operation / 64
        words[word] &= ~(1 << UInt64(operation % 64))
        low = min(low, word)
        while high > 0, words[high] == 0 { high -= 1 }
    }

    /// Two fingerprints are equal if the placed operations and the register's value are.
    func fingerprint(_ state: Int32) -> [UInt64] {
        var result = [UInt64(low) << 32 | UInt64(UInt32(bitPattern: state))]
        if low <= high { result.append(contentsOf: words[low...high]) }
        return result
    }
}
