/// A map from numbers to numbers in two arrays, of which at most two thirds are taken.
struct NumberMap {
    private var keys: [UInt64]
    private var values: [UInt32]
    private(set) var count = 0
    /// No key is this number.
    private static let empty = UInt64.max

    init() {
        keys = Array(repeating: Self.empty, count: 1 << 10)
        values = Array(repeating: 0, count: 1 << 10)
    }

    subscript(key: UInt64) -> UInt32? {
        let slot = slot(of: key)
        return keys[slot] == key ? values[slot] : nil
    }

    mutating func insert(_ key: UInt64, _ value: UInt32) {
        let slot = slot(of: key)
        if keys[slot] != key { count += 1 }
        keys[slot] = key
        values[slot] = value
        if count * 3 > keys.count * 2 { grow() }
    }

    private func slot(of key: UInt64) -> Int {
        let mask = keys.count - 1
        var slot = Int(truncatingIfNeeded: mixed(key) >> 20) & mask
        while keys[slot] != key, keys[slot] != Self.empty { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        let (oldKeys, oldValues) = (keys, values)
        keys = Array(repeating: Self.empty, count: oldKeys.count * 2)
        values = Array(repeating: 0, count: oldKeys.count * 2)
        for (position, key) in oldKeys.enumerated() where key != Self.empty {
            let slot = slot(of: key)
            keys[slot] = key
            values[slot] = oldValues[position]
        }
    }
}

/// Lists of numbers, each of which is kept once and has a number of its own, from 0 on in the order in which they came.
struct ListTable {
    private var items: [UInt32] = []
    private var ends: [Int] = []
    private var slots = [UInt32](repeating: .max, count: 1 << 10)

    var count: Int { ends.count }

    func range(_ list: Int) -> Range<Int> { (list == 0 ? 0 : ends[list - 1])..<ends[list] }

    /// A copy, for a slice would hold on to all the lists, and the next list would copy them.
    subscript(list: Int) -> [UInt32] { Array(items[range(list)]) }

    func item(at position: Int) -> UInt32 { items[position] }

    /// - Returns: the number of `list`, and whether it is new.
    mutating func insert(_ list: some Collection<UInt32>) -> (number: Int, isNew: Bool) {
        let mask = slots.count - 1
        var slot = Self.hash(list) & mask
        while slots[slot] != .max {
            if items[range(Int(slots[slot]))].elementsEqual(list) { return (Int(slots[slot]), false) }
            slot = (slot + 1) & mask
        }
        slots[slot] = UInt32(ends.count)
        items.append(contentsOf: list)
        ends.append(items.count)
        if ends.count * 3 > slots.count * 2 { grow() }
        return (ends.count - 1, true)
    }

    private static func hash(_ list: some Collection<UInt32>) -> Int {
        var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
        for item in list { hash = mixed(hash ^ UInt64(item)) }
        return Int(truncatingIfNeeded: hash >> 20)
    }

    private mutating func grow() {
        slots = [UInt32](repeating: .max, count: slots.count * 2)
        let mask = slots.count - 1
        for list in 0..<ends.count {
            var slot = Self.hash(self[list]) & mask
            while slots[slot] != .max { slot = (slot + 1) & mask }
            slots[slot] = UInt32(list)
        }
    }
}

private func mixed(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0x243f_6a88_85a3_08d3).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low
}
