import Linearizability
import XCTest

/// Compares the checker with one that tries every order.
final class OracleTests: XCTestCase {
    func testSmallRandomHistoriesGetTheVerdictOfTryingEveryOrder() {
        var random = Dice(seed: 7)
        var refused = 0
        for _ in 0..<4000 {
            let operations = random.operations(count: 2 + random.below(6))
            let expected = explains(operations, holding: nil)
            if !expected { refused += 1 }
            XCTAssertEqual(Checker().check(operations) == .linearizable, expected, "\(operations)")
        }
        XCTAssertTrue((400...3600).contains(refused), "the histories are all alike: \(refused) refused")
    }

    func testAViolationNamesValuesThatTryingEveryOrderFinds() {
        var random = Dice(seed: 11)
        for _ in 0..<1000 {
            let operations = random.operations(count: 6)
            guard case .violated(let violation) = Checker().check(operations) else { continue }
            guard let failing = violation.prefix.firstIndex(of: violation.operation) else {
                return XCTFail("the operation is not in its own prefix")
            }
            XCTAssertFalse(explains(violation.prefix, holding: nil))
            for value in [nil, 0, 1, 2] {
                var asked = violation.prefix
                asked[failing].action = .read(value)
                XCTAssertEqual(violation.possible.contains(value), explains(asked, holding: nil))
            }
        }
    }

    func testTheOrderUpToAViolationExplainsAllThatHadReturned() {
        var random = Dice(seed: 13)
        var orders = 0
        for _ in 0..<1000 {
            guard case .violated(let violation) = Checker().check(random.operations(count: 6)) else {
                continue
            }
            let before = violation.prefix.filter { $0 != violation.operation && $0.returned != nil }
            XCTAssertTrue(Set(before.map(\.invoked)).isSubset(of: violation.order))
            XCTAssertEqual(Set(violation.order).count, violation.order.count)
            XCTAssertFalse(violation.order.contains(violation.operation.invoked))
            var held: Int?
            var latest = 0
            for invoked in violation.order {
                guard let operation = violation.prefix.first(where: { $0.invoked == invoked }) else {
                    return XCTFail("an operation that is none")
                }
                XCTAssertLessThan(latest, operation.returned ?? .max, "out of real time")
                latest = max(latest, operation.invoked)
                switch operation.action {
                case .read(let value): XCTAssertEqual(value, held)
                case .write(let value): held = value
                case .compareAndSet(let from, let to):
                    XCTAssertEqual(from, held)
                    held = to
                }
            }
            if !violation.order.isEmpty { orders += 1 }
        }
        XCTAssertGreaterThan(orders, 100)
    }

    func testLongRandomHistoriesOfARealRegisterAreInOrderAndOneWrongReadIsFound() {
        var random = Dice(seed: 3)
        for _ in 0..<20 {
            var operations = random.recording(count: 100, processes: 6)
            XCTAssertEqual(Checker().check(operations), .linearizable)
            let reads = operations.indices.filter {
                if case .read(.some) = operations[$0].action { operations[$0].returned != nil } else { false }
            }
            guard let read = reads.last else { continue }
            operations[read].action = .read(99)
            guard case .violated(let violation) = Checker().check(operations) else {
                return XCTFail("a value that nobody wrote was read")
            }
            XCTAssertEqual(violation.operation, operations[read])
            XCTAssertFalse(violation.possible.isEmpty)
        }
    }

    func testThousandsOfOperationsOnOneKeyAreDecided() throws {
        var random = Dice(seed: 6)
        XCTAssertEqual(Checker().check(random.recording(count: 2000, processes: 20)), .linearizable)
    }

    /// Whether some order of the operations is possible.
    private func explains(_ open: [RegisterOperation<Int>], holding value: Int?) -> Bool {
        let deadline = open.compactMap(\.returned).min()
        guard let deadline else { return true }
        for (index, operation) in open.enumerated() where operation.invoked < deadline {
            var rest = open
            rest.remove(at: index)
            switch operation.action {
            case .read(let seen):
                if operation.returned == nil || seen == value, explains(rest, holding: value) { return true }
            case .write(let written):
                if explains(rest, holding: written) { return true }
            case .compareAndSet(let from, let to):
                if from == value, explains(rest, holding: to) { return true }
            }
        }
        return false
    }
}

/// Draws histories from a seed.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    private mutating func action(values: Int) -> Action<Int> {
        switch below(4) {
        case 0: .write(below(values))
        case 1: .compareAndSet(from: below(values), to: below(values))
        default: .read(below(6) == 0 ? nil : below(values))
        }
    }

    /// Random operations over three values, some with unknown outcome.
    mutating func operations(count: Int) -> [RegisterOperation<Int>] {
        var times = Array(0..<count * 2)
        for index in times.indices { times.swapAt(index, below(times.count)) }
        return (0..<count).map { index in
            let ends = [times[index * 2], times[index * 2 + 1]].sorted()
            return RegisterOperation(
                process: index, action: action(values: 3), invoked: ends[0],
                returned: below(4) == 0 ? nil : ends[1])
        }
    }

    /// Operations of concurrent processes on a real register. Each takes effect at a random moment between call and
    /// return. One in ten gets no answer, and may take effect much later.
    mutating func recording(count: Int, processes: Int) -> [RegisterOperation<Int>] {
        var held: Int?
        var result: [RegisterOperation<Int>] = []
        var running: [(index: Int, applied: Bool, failed: Bool)] = []
        var late: [Int] = []
        var time = 0
        var failed: Set<Int> = []
        while result.count < count || !running.isEmpty {
            time += 1
            if running.count < processes, result.count < count, below(2) == 0 {
                running.append((result.count, false, false))
                result.append(
                    RegisterOperation(
                        process: result.count, action: action(values: 5), invoked: time, returned: nil))
            } else if !late.isEmpty, below(8) == 0 {
                _ = apply(&result[late.remove(at: below(late.count))].action, &held)
            } else if !running.isEmpty {
                let turn = below(running.count)
                let index = running[turn].index
                if !running[turn].applied, below(10) == 0 {
                    running.remove(at: turn)
                    late.append(index)
                } else if !running[turn].applied {
                    running[turn].applied = true
                    running[turn].failed = !apply(&result[index].action, &held)
                } else {
                    if running[turn].failed { failed.insert(index) } else { result[index].returned = time }
                    running.remove(at: turn)
                }
            }
        }
        return result.enumerated().filter { !failed.contains($0.offset) }.map(\.element)
    }

    private func apply(_ action: inout Action<Int>, _ held: inout Int?) -> Bool {
        switch action {
        case .read:
            action = .read(held)
        case .write(let value):
            held = value
        case .compareAndSet(let from, let to):
            guard held == from else { return false }
            held = to
        }
        return true
    }
}
