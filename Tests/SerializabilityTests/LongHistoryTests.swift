import Serializability
import XCTest

/// What takes the square of a history's length never ends here.
final class LongHistoryTests: XCTestCase {
    private let count = 8_000

    /// Lists of one key after the other, each appended to and read by all.
    private func history(_ number: Int, isRegister: Bool = false) -> [Transaction] {
        var state: [Datum] = []
        return (0..<number).map { index in
            let key = index / 32
            if index % 32 == 0 { state = [] }
            let value = Datum.integer(index)
            let write =
                isRegister
                ? MicroOperation.write(key: key, value: value) : .append(key: key, value: value)
            let read = MicroOperation.read(key: key, values: state)
            state = isRegister ? [value] : state + [value]
            return Transaction(
                process: index % 100, operations: [read, write], outcome: .committed, invoked: 2 * index,
                // A hundred at a time.
                returned: 2 * index + 199)
        }
    }

    func testALongValidHistory() throws {
        XCTAssertTrue(try SerializabilityChecker().check(history(count)).isValid)
        XCTAssertTrue(try SerializabilityChecker().check(history(count, isRegister: true)).isValid)
    }

    func testManyReadersOfTheSameInitialStateAndManyWriters() throws {
        var transactions: [Transaction] = []
        for index in 0..<count {
            let value = MicroOperation.write(key: 0, value: .integer(index))
            let read = MicroOperation.read(key: 0, values: [])
            transactions.append(
                Transaction(
                    process: index, operations: index % 2 == 0 ? [read, value] : [read], outcome: .committed,
                    invoked: index, returned: count + index))
        }
        let verdict = try SerializabilityChecker().check(transactions)
        XCTAssertEqual(Set(verdict.counts.keys), [.lostUpdate, .g2Item])
        XCTAssertEqual(verdict.anomalies.first { $0.kind == .g2Item }?.transactions.count, 2)
    }

    func testAHistoryThatIsOneCycle() throws {
        // Every transaction sees what the one after it appended, in a ring.
        let transactions = (0..<count).map { index in
            Transaction(
                process: index,
                operations: [
                    .append(key: index, value: .integer(1)),
                    .read(key: (index + 1) % count, values: [.integer(1)]),
                ], outcome: .committed, invoked: index, returned: count + index)
        }
        let verdict = try SerializabilityChecker().check(transactions)
        XCTAssertEqual(verdict.counts, [.g1c: 1])
        XCTAssertEqual(verdict.anomalies.first?.transactions.count, count)
    }

    func testAHistoryThatRunsBackwardsInTime() throws {
        let transactions = history(count).enumerated().map { index, transaction in
            var transaction = transaction
            transaction.invoked = 2 * (count - index)
            transaction.returned = 2 * (count - index) + 1
            return transaction
        }
        let verdict = try SerializabilityChecker().check(transactions.reversed())
        XCTAssertEqual(verdict.anomalies.first?.transactions.count, 2)
        XCTAssertTrue(try SerializabilityChecker([.serializable]).check(transactions.reversed()).isValid)
    }
}
