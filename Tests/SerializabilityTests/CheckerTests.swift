import Serializability
import XCTest

final class CheckerTests: XCTestCase {
    func testOrdinaryHistoriesAreValid() throws {
        for history in [
            [], inTurn("ax1", "rx1 ax2", "rx12", "ry ay1", "rx12 ry1"),
            inTurn("wx1", "rx1 wx2", "rx2", "ry wy1", "rx2 ry1"), together("ax1 ry", "ay1 rx1", "rx1 ry1"),
            together("wx1", "wx2", "rx1", "rx2"), inTurn("rx ry rz"),
        ] {
            XCTAssertEqual(try kinds(history), [])
        }
    }

    func testAFailedTransactionIsAsIfItHadNeverBeen() throws {
        XCTAssertEqual(try kinds(inTurn("!ax1", "rx", "ax2", "rx2")), [])
        XCTAssertEqual(try kinds(inTurn("!wx1", "rx")), [])
        // What it read counts for nothing.
        XCTAssertEqual(try kinds(inTurn("ax1", "!rx", "rx1")), [])
    }

    func testAnUnknownTransactionMayHaveHappenedAtAnyTimeAfterItsInvocation() throws {
        XCTAssertEqual(try kinds(inTurn("?ax1 ry?", "rx", "rx1", "ax2", "rx12")), [])
        XCTAssertEqual(try kinds(inTurn("?ax1", "rx")), [])
        XCTAssertEqual(try kinds(inTurn("?wx1", "rx", "rx1")), [])
        XCTAssertEqual(try kinds(inTurn("rx1", "?ax1")), [.g1cRealtime], "not before its invocation")
        XCTAssertEqual(try kinds(inTurn("?ax1 ay1", "rx1 ry")), [.gSingle], "not in part")
        XCTAssertEqual(try kinds(inTurn("?wx1 wy1", "rx1 ry")), [.gSingle])
    }

    func testAnElementThatNoReadShowsCountsAfterAllThatReadsShow() throws {
        XCTAssertEqual(try kinds(inTurn("ax1", "ax2", "rx1"), .serializable), [])
        XCTAssertEqual(try kinds(inTurn("ax1", "ax2", "rx1")), [.gSingleRealtime])
        XCTAssertEqual(try kinds(inTurn("ax1", "ax2", "rx12", "ax3", "rx12")), [.gSingleRealtime])
    }

    func testManyReadersAndManyWritersOfAnUnknownOrderAreRelated() throws {
        // Each reads the initial state, and only one of them may.
        let texts = (1...9).map { "rx wx\($0) ry" } + (1...9).map { "rx wy\($0)" }
        let history = texts.enumerated().map { transaction($0.offset...($0.offset + 50), $0.element) }
        XCTAssertEqual(try kinds(history, .serializable), [.lostUpdate, .g2Item])
        let all = (1...9).map { transaction($0...($0 + 50), "rx wx\($0)") }
        XCTAssertEqual(try kinds(all, .serializable), [.lostUpdate, .g2Item])
        let readers = (1...9).map { _ in "rx" } + (1...9).map { "wx\($0)" }
        let valid = readers.enumerated().map { transaction($0.offset...($0.offset + 50), $0.element) }
        XCTAssertEqual(try kinds(valid), [])
        // One that reads the initial state as late as this misses the writes.
        XCTAssertEqual(try kinds(valid + [transaction(90...91, "rx")]), [.gSingleRealtime])
    }

    /// The example of Elle's documentation, and what its paper tells of four databases.
    func testTheExamplesOfElleAreJudgedLikeThere() throws {
        XCTAssertEqual(try kinds(together("ax1 ry1", "ax2 ay1", "rx12")), [.g1c])
        // An update that was carried out on an old version, after another one.
        XCTAssertEqual(try kinds(together("ax2", "ax1", "rx21 ay5 ax4", "ax5", "rx2154")), [.gSingle])
        // Each of two transactions saw neither the other's append nor any later one.
        XCTAssertEqual(try kinds(together("ax1", "ay1", "rx1 ay2 ry12", "ry1 ax2", "rx12 ry12")), [.g2Item])
        // A transaction that does not see what it has just appended.
        XCTAssertEqual(try kinds(together("ax6 rx"), .snapshotIsolation), [.internal])
        // One key's new value and another one's initial state.
        XCTAssertEqual(try kinds(together("wy1", "wx1 ry1", "rx1 ry"), .snapshotIsolation), [.gSingle])
    }

    func testACycleIsToldStepByStep() throws {
        let history = inTurn("ax1 ax2", "ax3", "rx12")
        let anomaly = try XCTUnwrap(SerializabilityChecker().check(history).anomalies.first)
        XCTAssertEqual(anomaly.transactions, [1, 2])
        XCTAssertEqual(anomaly.steps.map(\.relation), [.realtime, .antiDependency])
        XCTAssertEqual(
            anomaly.steps.map(\.words),
            ["T1 ended before T2 began", "T2 read [1 2] of key 120, which misses 3, that T1 appended"])
    }

    func testEachRelationHasItsWords() throws {
        func words(_ history: [Transaction], _ model: ConsistencyModel = .strictSerializable) throws
            -> [String]
        {
            try SerializabilityChecker([model]).check(history).anomalies.first { !$0.steps.isEmpty }?.steps
                .map(\.words) ?? []
        }
        XCTAssertEqual(
            try words(together("ax1 ry1", "ay1 rx1")),
            [
                "T2 read [1] of key 120, and T1 appended its 1",
                "T1 read [1] of key 121, and T2 appended its 1",
            ])
        XCTAssertEqual(
            try words(together("ax1 ay1", "ax2 ay2", "rx12 ry21"), .readCommitted),
            ["T2 appended 2 to key 120 after 1 of T1", "T1 appended 1 to key 121 after 2 of T2"])
        XCTAssertEqual(
            try words(together("wx1 wy1", "rx1 ry")),
            ["T2 read 1 of key 120, which T1 wrote", "T2 read no value of key 121, to which T1 wrote 1"])
        XCTAssertEqual(
            try words(together("wx1", "rx1 wx2 ry", "rx1 wy1"), .serializable),
            [
                "T1 read no value of key 121, to which T2 wrote 1",
                "T2 read 1 of key 120, which T1 read as well, and replaced by 2",
            ])
        XCTAssertEqual(
            try words(together("rx2 wx1", "rx1 wx2"), .readCommitted),
            [
                "T2 read 1 of key 120, which T1 wrote, and replaced it by 2",
                "T1 read 2 of key 120, which T2 wrote, and replaced it by 1",
            ])
    }

    func testTheSmallestCycleIsTold() throws {
        // A ring of five around a ring of two.
        let history = together(
            "aa1 re1", "ab1 ra1", "ac1 rb1 rf1", "ad1 rc1 af1 rg1", "ae1 rd1", "ag1 rf1")
        let verdict = try SerializabilityChecker([.readCommitted]).check(history)
        XCTAssertEqual(verdict.anomalies.map(\.transactions.count), [2])
    }

    func testAHistoryThatCannotBeCheckedIsAnError() {
        XCTAssertThrowsError(try kinds(together("ax1", "ax1"))) {
            XCTAssertEqual("\($0)", "1 was written to key 120 more than once")
        }
        XCTAssertThrowsError(try kinds(together("ax1", "wx2"))) {
            XCTAssertEqual("\($0)", "key 120 was written like a register and appended to like a list")
        }
    }

    func testEventsBecomeTransactions() throws {
        var history = TransactionHistory()
        func add(_ process: Int, _ kind: TransactionHistory.Event.Kind, _ text: String) {
            history.append(.init(process: process, kind: kind, operations: operations(text)))
        }
        add(0, .invoke, "rx? ay1")
        add(1, .invoke, "rx?")
        add(2, .invoke, "ax1")
        add(0, .ok, "rx ay1")
        add(1, .fail, "rx?")
        add(2, .info, "ax1")
        add(0, .invoke, "ax2")
        let transactions = try history.transactions()
        XCTAssertEqual(transactions.map(\.outcome), [.committed, .failed, .unknown, .unknown])
        XCTAssertEqual(transactions[0].operations, operations("rx ay1"))
        XCTAssertEqual(transactions.map(\.invoked), [0, 1, 2, 6])
        XCTAssertEqual(transactions[0].returned, 3)
        add(2, .invoke, "ax3")
        XCTAssertThrowsError(try history.transactions()) {
            XCTAssertEqual($0 as? TransactionHistoryError, .processIsBusy(process: 2, event: 7))
        }
    }
}
