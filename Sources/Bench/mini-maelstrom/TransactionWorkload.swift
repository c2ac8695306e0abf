import Serializability

/// Maelstrom's txn-list-append and txn-rw-register workloads, which are Elle's generator: transactions of random
/// length, half reads, over a window of keys of which each is twice as likely as the one before it. What is written to
/// a key counts up from 1; a key that has had its writes is replaced by the next unused one.
struct TransactionWorkload {
    /// Elle's default.
    static let defaultKeyCount = 10

    struct Limits: Hashable, Sendable {
        /// The number of keys in use at a time.
        var keys = TransactionWorkload.defaultKeyCount
        /// The largest number of micro-operations in a transaction.
        var length = 4
        var writesPerKey = 16
        /// The share of reads.
        var readRatio = 0.5
    }

    private let limits: Limits
    private let appends: Bool
    /// A generator per worker, so that the form of its transactions does not depend on the timing of others.
    private var randoms: [SeededRandom]
    private var keys: [Int]
    private var nextKey: Int
    /// The last value written to each of the keys in use.
    private var written: [Int]

    /// - Parameters:
    ///   - appends: whether keys are lists, and not registers.
    ///   - workers: the number of clients.
    init(appends: Bool, workers: Int, limits: Limits, random: SeededRandom) {
        self.appends = appends
        self.limits = limits
        var random = random
        randoms = (0..<workers).map { _ in SeededRandom(seed: random.next()) }
        keys = Array(0..<limits.keys)
        nextKey = limits.keys
        written = Array(repeating: 0, count: limits.keys)
    }

    /// The next request of a worker.
    mutating func next(worker: Int) -> Request {
        let length = 1 + randoms[worker].below(limits.length)
        let operations = (0..<length).map { _ in operation(of: worker) }
        return Request(key: operations[0].key, kind: .txn, operations: operations, isOfLists: appends)
    }

    /// Reads of every key that was used.
    func lastReads() -> [Request] {
        stride(from: 0, to: nextKey, by: limits.length).map { first in
            let keys = first..<min(first + limits.length, nextKey)
            return Request(
                key: first, kind: .txn, operations: keys.map { .read(key: $0, values: nil) },
                isOfLists: appends)
        }
    }

    private mutating func operation(of worker: Int) -> MicroOperation {
        let reads = randoms[worker].unit() < limits.readRatio
        let place = place(of: worker)
        guard !reads else { return .read(key: keys[place], values: nil) }
        if written[place] == limits.writesPerKey {
            (keys[place], written[place]) = (nextKey, 0)
            nextKey += 1
        }
        written[place] += 1
        let value = Datum.integer(written[place])
        return appends ? .append(key: keys[place], value: value) : .write(key: keys[place], value: value)
    }

    /// Draws the last key with probability one half, the one before it with one quarter, and so on.
    private mutating func place(of worker: Int) -> Int {
        while true {
            let back = randoms[worker].next().trailingZeroBitCount
            if back < keys.count { return keys.count - 1 - back }
        }
    }
}
