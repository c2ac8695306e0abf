/// A set of slots, as bits: with many members, a question about each pair of them must take next to nothing.
struct SlotSet: Hashable, Sendable {
    private var words: [UInt64] = []

    init(_ slots: some Sequence<Int> = []) {
        for slot in slots {
            let word = slot >> 6
            while words.count <= word { words.append(0) }
            words[word] |= 1 << UInt64(slot & 63)
        }
    }

    /// Whether it holds none; only then it has no words.
    var isEmpty: Bool { words.isEmpty }

    func contains(_ slot: Int) -> Bool {
        let word = slot >> 6
        return word < words.count && words[word] & (1 << UInt64(slot & 63)) != 0
    }

    /// Its slots in rising order, among the first `count`.
    func slots(below count: Int) -> [Int] {
        isEmpty ? [] : (0..<count).filter { contains($0) }
    }
}
