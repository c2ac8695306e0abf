import Linearizability

/// A request of a client, with the key that it concerns.
struct Request: Hashable, Sendable {
    enum Kind: Int, CaseIterable, Sendable {
        case read, write, cas

        var name: String {
            switch self {
            case .read: "read"
            case .write: "write"
            case .cas: "cas"
            }
        }
    }

    var key: Int
    var kind: Kind
    /// What is written, or what a cas expects.
    var value = 0
    /// What a cas sets.
    var newValue = 0
}

/// What Maelstrom's lin-kv clients ask for: each group of twice as many workers as there are nodes works on one
/// key. One half of a group reads, the other writes once for every two cas, with values 0 to 4. A key retires
/// after 115 to 128 requests, so that checking stays cheap, and the group takes the next one.
struct Workload {
    /// What differs from Maelstrom's own.
    struct Shape: Hashable, Sendable {
        /// Requests over this many keys that never retire; nil for Maelstrom's.
        var keyCount: Int?
        /// The share of reads, of all workers alike; writes and cas have half of the rest each. Nil for
        /// Maelstrom's.
        var readRatio: Double?
        /// How many bytes of padding make strings of the values that are written; nil leaves them numbers.
        var padding: Int?
    }

    private let groupSize: Int
    private let readers: Int
    private let shape: Shape
    /// Each worker draws by itself, so that what it asks does not depend on when the others ask.
    private var randoms: [SeededRandom]
    /// For each group, of the lifetimes of its keys.
    private var lifetimes: [SeededRandom]
    private var groups: [(key: Int, remaining: Int)] = []
    private var nextKey = 0

    /// - Parameter workers: how many clients ask at a time.
    init(nodes: Int, workers: Int, shape: Shape, random: SeededRandom) {
        groupSize = min(2 * nodes, workers)
        // A single worker does both.
        readers = groupSize == 1 ? 0 : groupSize / 2
        self.shape = shape
        var random = random
        randoms = (0..<workers).map { _ in SeededRandom(seed: random.next()) }
        let count = (workers + groupSize - 1) / groupSize
        lifetimes = (0..<count).map { _ in SeededRandom(seed: random.next()) }
        for group in 0..<count { groups.append(fresh(group)) }
    }

    /// What a worker asks next.
    mutating func next(worker: Int) -> Request {
        let key = takeKey(worker)
        switch kind(worker) {
        case .read: return Request(key: key, kind: .read)
        case .write: return Request(key: key, kind: .write, value: randoms[worker].below(5))
        case .cas:
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
        // The limits differ a little so that keys do not retire all at once.
        return (nextKey, Int((128 * (0.9 + 0.1 * lifetimes[group].unit())).rounded(.up)))
    }
}
