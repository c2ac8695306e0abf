/// All states that were reached, each once: a few numbers, four bytes each (see `Tables`), and the number of the state
/// that it was first reached from.
struct StateTable {
    private let width: Int
    /// All states, one after another.
    private var numbers: [UInt32] = []
    private var parents: [UInt32] = []
    /// Which state has which hash; at most two thirds are taken.
    private var slots = [UInt32](repeating: .max, count: 1 << 12)

    /// - Parameter width: how many numbers a state has.
    init(width: Int) {
        self.width = width
    }

    var count: Int { parents.count }
    var isFull: Bool { count >= Int(UInt32.max) - 1 }

    subscript(state: Int) -> [UInt32] { Array(numbers[state * width..<(state + 1) * width]) }

    func parent(of state: Int) -> Int { Int(parents[state]) }

    /// Takes a state, unless it is there.
    mutating func insert(_ state: [UInt32], parent: Int) {
        let mask = slots.count - 1
        var slot = hash(state[...]) & mask
        while slots[slot] != .max {
            if isState(Int(slots[slot]), state) { return }
            slot = (slot + 1) & mask
        }
        slots[slot] = UInt32(count)
        numbers.append(contentsOf: state)
        parents.append(UInt32(parent))
        if count * 3 > slots.count * 2 { grow() }
    }

    private func isState(_ number: Int, _ state: [UInt32]) -> Bool {
        let start = number * width
        for position in 0..<width where numbers[start + position] != state[position] { return false }
        return true
    }

    private func hash(_ state: ArraySlice<UInt32>) -> Int {
        var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
        for number in state {
            let product = (hash ^ UInt64(number)).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
            hash = product.high ^ product.low
        }
        return Int(truncatingIfNeeded: hash >> 16)
    }

    private mutating func grow() {
        slots = [UInt32](repeating: .max, count: slots.count * 2)
        let mask = slots.count - 1
        for number in 0..<count {
            var slot = hash(numbers[number * width..<(number + 1) * width]) & mask
            while slots[slot] != .max { slot = (slot + 1) & mask }
            slots[slot] = UInt32(number)
        }
    }
}
