import Serializability
import XCTest

/// Histories that are drawn: valid ones and small faults in them, and the verdicts on tiny ones against a search of all
/// orders.
final class RandomHistoryTests: XCTestCase {
    func testASerialExecutionWithConcurrencyIsValid() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            for isList in [true, false] {
                var run = SerialRun(seed: seed, isList: isList)
                let verdict = try SerializabilityChecker().check(run.run(400))
                XCTAssertTrue(verdict.isValid, "seed \(seed): \(verdict.counts)")
            }
        }
    }

    func testAReadThatMissesWhatWasThereBeforeItBeganIsFound() throws {
        try forEachSeed { history, random in
            // A writer of the last element ended before the reader began.
            let ends = self.writerEnds(history)
            let reads = self.reads(history).filter { read in
                guard let end = read.values.last.flatMap({ ends[Version(key: read.key, value: $0)] }) else {
                    return false
                }
                return end < history[read.transaction].invoked
            }
            guard !reads.isEmpty else { return nil }
            let read = reads[random.below(reads.count)]
            return (read, Array(read.values.dropLast()))
        }
    }

    func testAReadWithoutItsFirstElementIsFound() throws {
        try forEachSeed { history, random in
            let reads = self.reads(history).filter { $0.values.count > 1 }
            guard !reads.isEmpty else { return nil }
            let read = reads[random.below(reads.count)]
            return (read, Array(read.values.dropFirst()))
        }
    }

    func testAReadOfWhatWasNotYetAskedForIsFound() throws {
        try forEachSeed { history, random in
            let later = history.enumerated().flatMap { index, transaction in
                transaction.operations.compactMap { operation in
                    operation.written.map { (index, Version(key: operation.key, value: $0)) }
                }
            }
            let reads = self.reads(history)
            for _ in 0..<100 {
                let read = reads[random.below(reads.count)]
                let (writer, version) = later[random.below(later.count)]
                guard version.key == read.key, history[writer].invoked > history[read.transaction].returned
                else { continue }
                return (read, read.values + [version.value])
            }
            return nil
        }
    }

    /// Every verdict on a tiny history of lists, whose end is read, agrees with a search of all orders.
    func testTinyHistoriesAreJudgedLikeASearchOfAllOrdersJudges() throws {
        var random = SeededRandom(seed: 5)
        var valid = 0
        for _ in 0..<1500 {
            let history = tinyHistory(&random, isList: true)
            for model in [ConsistencyModel.serializable, .strictSerializable] {
                let isPossible = Orders(history, realtime: model == .strictSerializable).exist
                let verdict = try SerializabilityChecker([model]).check(history)
                XCTAssertEqual(
                    verdict.isValid, isPossible, "\(model) \(verdict.counts) \(history.map(notation))")
                if isPossible { valid += 1 }
            }
        }
        XCTAssertGreaterThan(valid, 100)
    }

    /// Of registers the order of versions is known only in part, so not every anomaly shows.
    func testTinyHistoriesOfRegistersAreInvalidOnlyWhereNoOrderExists() throws {
        var random = SeededRandom(seed: 6)
        var (found, missed) = (0, 0)
        for _ in 0..<1500 {
            let history = tinyHistory(&random, isList: false)
            for model in [ConsistencyModel.serializable, .strictSerializable] {
                let isPossible = Orders(history, realtime: model == .strictSerializable).exist
                let verdict = try SerializabilityChecker([model]).check(history)
                XCTAssertTrue(
                    verdict.isValid || !isPossible, "\(model) \(verdict.counts) \(history.map(notation))")
                if !isPossible {
                    (found, missed) = verdict.isValid ? (found, missed + 1) : (found + 1, missed)
                }
            }
        }
        XCTAssertGreaterThan(found, 2 * missed)
    }

    // MARK: -

    private struct Version: Hashable {
        var key: Int
        var value: Datum
    }

    private struct Read {
        var transaction: Int
        var operation: Int
        var key: Int
        var values: [Datum]
    }

    /// What committed transactions read of keys that they do not touch otherwise.
    private func reads(_ history: [Transaction]) -> [Read] {
        history.enumerated().flatMap { index, transaction -> [Read] in
            guard transaction.outcome == .committed else { return [] }
            return transaction.operations.enumerated().compactMap { place, operation in
                guard let values = operation.seen,
                    transaction.operations.count(where: { $0.key == operation.key }) == 1
                else { return nil }
                return Read(transaction: index, operation: place, key: operation.key, values: values)
            }
        }
    }

    private func writerEnds(_ history: [Transaction]) -> [Version: Int] {
        var ends: [Version: Int] = [:]
        for transaction in history where transaction.outcome == .committed {
            for operation in transaction.operations {
                guard let value = operation.written else { continue }
                ends[Version(key: operation.key, value: value)] = transaction.returned
            }
        }
        return ends
    }

    /// Changes one read of a valid history of lists, and expects an anomaly.
    private func forEachSeed(
        _ fault: ([Transaction], inout SeededRandom) -> (read: Read, values: [Datum])?
    ) throws {
        var found = 0
        for seed in 1...25 as ClosedRange<UInt64> {
            var run = SerialRun(seed: seed, isList: true)
            var history = run.run(300)
            var random = SeededRandom(seed: seed)
            guard let (read, values) = fault(history, &random) else { continue }
            history[read.transaction].operations[read.operation] = .read(key: read.key, values: values)
            XCTAssertFalse(try SerializabilityChecker().check(history).isValid, "seed \(seed)")
            found += 1
        }
        XCTAssertGreaterThan(found, 12)
    }

    private func tinyHistory(_ random: inout SeededRandom, isList: Bool) -> [Transaction] {
        // The order of each list is fixed, so that the reads have a chance to fit.
        var history: [Transaction] = []
        var moments = Array(0..<8).shuffled(using: &random)
        var next = [1, 1]
        for process in 0..<4 {
            let pair = [moments.removeLast(), moments.removeLast()].sorted()
            var operations: [MicroOperation] = []
            for _ in 0...random.below(2) {
                let key = random.below(2)
                if random.below(2) == 0 {
                    let value = Datum.integer(next[key])
                    operations.append(
                        isList ? .append(key: key, value: value) : .write(key: key, value: value))
                    next[key] += 1
                } else if !isList {
                    let value = random.below(next[key])
                    operations.append(.read(key: key, values: value == 0 ? [] : [.integer(value)]))
                } else {
                    let count = random.below(3)
                    operations.append(.read(key: key, values: (0..<count).map { .integer($0 + 1) }))
                }
            }
            let outcomes: [Transaction.Outcome] = [.committed, .committed, .committed, .unknown, .failed]
            history.append(
                Transaction(
                    process: process, operations: operations, outcome: outcomes[random.below(5)],
                    invoked: pair[0], returned: pair[1]))
        }
        guard isList else { return history.sorted { $0.invoked < $1.invoked } }
        // The last one reads what was committed and what may have been.
        let last = (0..<2).map { key in
            let values = history.filter {
                $0.outcome == .committed || $0.outcome == .unknown && random.below(2) == 0
            }
            .flatMap(\.operations).filter { $0.key == key }.compactMap(\.written)
            return MicroOperation.read(key: key, values: values.shuffled(using: &random))
        }
        history.append(
            Transaction(process: 9, operations: last, outcome: .committed, invoked: 8, returned: 9))
        return history.sorted { $0.invoked < $1.invoked }
    }
}

/// A transaction in the notation of `operations`, with its span.
private func notation(_ transaction: Transaction) -> String {
    let words = transaction.operations.map { operation in
        let key = operation.key == 0 ? "x" : "y"
        if let value = operation.written { return "a\(key)\(value)" }
        return "r\(key)\((operation.seen ?? []).map(\.description).joined())"
    }
    let mark =
        switch transaction.outcome {
        case .committed: ""
        case .failed: "!"
        case .unknown: "?"
        }
    return "\(transaction.invoked)...\(transaction.returned) \(mark)\(words.joined(separator: " "))"
}

/// Carries out transactions one after another, each at some moment between its invocation and its return.
private struct SerialRun {
    private var random: SeededRandom
    private let isList: Bool
    private var state: [Int: [Datum]] = [:]
    private var next: [Int: Int] = [:]

    init(seed: UInt64, isList: Bool) {
        random = SeededRandom(seed: seed)
        self.isList = isList
    }

    /// Three moments of each transaction, in the order in which they come.
    mutating func run(_ count: Int) -> [Transaction] {
        var result: [Transaction] = []
        var open: [Int] = []
        var carriedOut: Set<Int> = []
        var moment = 0
        while result.count < count || !open.isEmpty {
            moment += 1
            if result.count < count, open.isEmpty || open.count < 8 && random.below(3) == 0 {
                open.append(result.count)
                result.append(
                    Transaction(process: result.count, operations: ask(), outcome: .unknown, invoked: moment))
                continue
            }
            let place = random.below(open.count)
            let index = open[place]
            if !carriedOut.contains(index) {
                // One in ten fails, and one in ten is never heard of again.
                let fate = random.below(10)
                if fate == 0 {
                    result[index].outcome = .failed
                    open.remove(at: place)
                } else if fate == 1 {
                    if random.below(2) == 0 { _ = carryOut(result[index].operations) }
                    open.remove(at: place)
                } else {
                    result[index].operations = carryOut(result[index].operations)
                    carriedOut.insert(index)
                }
            } else {
                result[index].outcome = .committed
                result[index].returned = moment
                open.remove(at: place)
            }
        }
        // What was carried out and never returned read nothing that counts.
        return result
    }

    private mutating func ask() -> [MicroOperation] {
        (0...random.below(4)).map { _ in
            // Keys retire now and then.
            let key = random.below(5) + 5 * (next.values.reduce(0, +) / 120)
            guard random.below(2) == 0 else { return .read(key: key, values: nil) }
            next[key, default: 0] += 1
            let value = Datum.integer(next[key] ?? 0)
            return isList ? .append(key: key, value: value) : .write(key: key, value: value)
        }
    }

    private mutating func carryOut(_ operations: [MicroOperation]) -> [MicroOperation] {
        operations.map { operation in
            switch operation {
            case .read(let key, _): return .read(key: key, values: state[key] ?? [])
            case .write(let key, let value): state[key] = [value]
            case .append(let key, let value): state[key, default: []].append(value)
            }
            return operation
        }
    }
}

/// Tries all orders of a few transactions on lists.
private struct Orders {
    private let transactions: [Transaction]
    private let realtime: Bool

    init(_ transactions: [Transaction], realtime: Bool) {
        self.transactions = transactions.filter { $0.outcome != .failed }
        self.realtime = realtime
    }

    var exist: Bool { search([:], Array(transactions.indices)) }

    private func search(_ state: [Int: [Datum]], _ rest: [Int]) -> Bool {
        if rest.allSatisfy({ transactions[$0].outcome == .unknown }) { return true }
        for index in rest {
            let transaction = transactions[index]
            let mustWait =
                realtime
                && rest.contains { other in
                    transactions[other].outcome == .committed
                        && transactions[other].returned < transaction.invoked
                }
            guard !mustWait, let after = apply(transaction, to: state) else { continue }
            if search(after, rest.filter { $0 != index }) { return true }
        }
        return false
    }

    private func apply(_ transaction: Transaction, to state: [Int: [Datum]]) -> [Int: [Datum]]? {
        var state = state
        for operation in transaction.operations {
            switch operation {
            case .read(let key, let values):
                if transaction.outcome == .committed, values != state[key] ?? [] { return nil }
            case .write(let key, let value): state[key] = [value]
            case .append(let key, let value): state[key, default: []].append(value)
            }
        }
        return state
    }
}
