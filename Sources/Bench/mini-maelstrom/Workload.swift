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
/// sends one write for every two cas, with values 0 to 4. A key retires once 20 processes have used it, which bounds
/// the cost of checking, and the group takes the next one. (A worker goes on as a new process after each request whose
/// outcome it never learns.)
struct Workload {
    /// Deviations from Maelstrom's workload.
    struct Shape: Hashable, Sendable {
        /// The number of keys, which never retire; nil for Maelstrom's keys.
        var keyCount: Int?
        /// After how many requests a key retires, roughly; nil for Maelstrom's keys.
        var operationsPerKey: Int?
        /// The share of reads of every worker, with as many writes as cas; nil for Maelstrom's mix.
        var readRatio: Double?
        /// The bytes of padding that make each value a string; nil for numbers.
        var padding: Int?
    }

    /// Jepsen's limit of processes per key.
    private static let processesPerKey = 20

    private struct Group {
        var key: Int
        var processes: Set<Int> = []
        /// The number of requests that its key has left.
        var remaining: Int
    }

    private let groupSize: Int
    private let readers: Int
    private let shape: Shape
    /// A generator per worker, so that its requests do not depend on the timing of others.
    private var randoms: [SeededRandom]
    /// A generator per group, for the lifetimes of its keys.
    private var lifetimes: [SeededRandom]
    private var groups: [Group] = []
    private var nextKey = 0
    /// The keys that were asked for.
    private(set) var keys: Set<Int> = []

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

    /// The next request of a worker, which is that process at present.
    mutating func next(worker: Int, process: Int) -> Request {
        let key = takeKey(worker, process)
        keys.insert(key)
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

    private mutating func takeKey(_ worker: Int, _ process: Int) -> Int {
        if let count = shape.keyCount { return randoms[worker].below(count) }
        let group = worker / groupSize
        let isFull =
            groups[group].processes.count >= max(Workload.processesPerKey, groupSize)
            && !groups[group].processes.contains(process)
        if isFull || groups[group].remaining == 0 { groups[group] = fresh(group) }
        groups[group].remaining -= 1
        groups[group].processes.insert(process)
        return groups[group].key
    }

    private mutating func fresh(_ group: Int) -> Group {
        defer { nextKey += 1 }
        guard let count = shape.operationsPerKey else { return Group(key: nextKey, remaining: .max) }
        // The lifetimes differ so that keys do not retire all at once, as in Jepsen.
        let share = 0.9 + 0.1 * lifetimes[group].unit()
        return Group(key: nextKey, remaining: Int((Double(count) * share).rounded(.up)))
    }
}
