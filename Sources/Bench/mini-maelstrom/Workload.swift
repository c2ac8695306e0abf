import Serializability

/// A request of a client.
struct Request: Hashable, Sendable {
    enum Kind: Int, CaseIterable, Sendable {
        case read, write, cas, txn

        var name: String {
            switch self {
            case .read: "read"
            case .write: "write"
            case .cas: "cas"
            case .txn: "txn"
            }
        }
    }

    /// Of a transaction, the first.
    var key: Int
    var kind: Kind
    /// The written value, or the one that a cas expects.
    var value = 0
    /// The new value of a cas.
    var newValue = 0
    /// Those of a transaction, whose reads have no results yet.
    var operations: [MicroOperation] = []
    /// Whether the keys of a transaction are lists, and not registers.
    var isOfLists = false
}

/// Maelstrom's lin-kv workload. Each group of 2n workers, for n nodes, works on one key: one half reads, the other
/// sends one write for every two cas, with values 0 to 4. A key retires after 115 to 128 requests, which bounds the
/// cost of checking, and the group takes the next one.
struct Workload {
    /// Deviations from Maelstrom's workload.
    struct Shape: Hashable, Sendable {
        /// The number of keys, which never retire; nil for Maelstrom's keys.
        var keyCount: Int?
        /// The share of reads of every worker, with as many writes as cas; nil for Maelstrom's mix.
        var readRatio: Double?
        /// The bytes of padding that make each value a string; nil for numbers.
        var padding: Int?
    }

    private let groupSize: Int
    private let readers: Int
    private let shape: Shape
    /// A generator per worker, so that its requests do not depend on the timing of others.
    private var randoms: [SeededRandom]
    /// A generator per group, for the lifetimes of its keys.
    private var lifetimes: [SeededRandom]
    private var groups: [(key: Int, remaining: Int)] = []
    private var nextKey = 0

    /// - Parameter workers: the number of clients.
    init(nodes: Int, workers: Int, shape: Shape, random: SeededRandom) {
        groupSize = min(2 * nodes, workers)
        // A single worker reads and writes.
        readers = groupSize == 1 ? 0 : groupSize / 2
        self.shape = shape
        var random = random
        randoms = (0..<workers).map { _ in SeededRandom(seed: random.next()) }
        let count = (workers + groupSize - 1) / groupSize
        lifetimes = (0..<count).map { _ in SeededRandom(seed: random.next()) }
        for group in 0..<count { groups.append(fresh(group)) }
    }

    /// The next request of a worker.
    mutating func next(worker: Int) -> Request {
        let key = takeKey(worker)
        switch kind(worker) {
        case .read: return Request(key: key, kind: .read)
        case .write: return Request(key: key, kind: .write, value: randoms[worker].below(5))
        case .cas, .txn:
            return Request(
                key: key, kind: .cas, value: randoms[worker].below(5), newValue: randoms[worker].below(5))
        }
    }

    private mutating func kind(_ worker: Int) -> Request.Kind {
        if let ratio = shape.readRatio {
            if randoms[worker].unit() < ratio { return .read }
            return randoms[worker].below(2) == 0 ? .write : .cas
        }
        if readers == 0, randoms[worker].below(2) == 0 { return .read }
        if worker % groupSize < readers { return .read }
        return randoms[worker].below(3) == 0 ? .write : .cas
    }

    private mutating func takeKey(_ worker: Int) -> Int {
        if let count = shape.keyCount { return randoms[worker].below(count) }
        let group = worker / groupSize
        if groups[group].remaining == 0 { groups[group] = fresh(group) }
        groups[group].remaining -= 1
        return groups[group].key
    }

    private mutating func fresh(_ group: Int) -> (key: Int, remaining: Int) {
        defer { nextKey += 1 }
        // The lifetimes differ so that keys do not retire all at once.
        return (nextKey, Int((128 * (0.9 + 0.1 * lifetimes[group].unit())).rounded(.up)))
    }
}
