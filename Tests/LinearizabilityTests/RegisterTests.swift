import Linearizability
import XCTest

final class RegisterTests: XCTestCase {
    private func assertValid(_ lines: History<String, Int>, line: UInt = #line) throws {
        XCTAssertEqual(try verdict(lines), .linearizable, line: line)
    }

    private func assertViolated(
        _ lines: History<String, Int>, by action: Action<Int>, possible: [Int?], line: UInt = #line
    ) throws {
        guard case .violated(let violation) = try verdict(lines) else {
            return XCTFail("should be refused", line: line)
        }
        XCTAssertEqual(violation.operation.action, action, line: line)
        XCTAssertEqual(violation.possible, possible, line: line)
    }

    func testAnEmptyHistoryIsLinearizable() throws {
        try assertValid(history())
    }

    func testARegisterStartsWithoutAValue() throws {
        try assertValid(history("r-"))
        try assertViolated(history("r1"), by: .read(1), possible: [nil])
    }

    func testAReadSeesTheLastWrite() throws {
        try assertValid(history("w1 w2 r2"))
    }

    func testAReadOfAnOverwrittenValueIsRefused() throws {
        try assertViolated(history("w1 w2 r1"), by: .read(1), possible: [2])
    }

    func testALostWriteIsRefused() throws {
        try assertViolated(history("w1 r-"), by: .read(nil), possible: [1])
    }

    func testAReadDuringAWriteSeesEither() throws {
        try assertValid(history("w1 w2----", "    r1"))
        try assertValid(history("w1 w2----", "    r2"))
        try assertViolated(history("w1 w2----", "    r3"), by: .read(3), possible: [1, 2])
    }

    func testAReadAfterOneThatSawTheNewValueMayNotSeeTheOld() throws {
        try assertValid(history("w1 w2---------", "    r1 r2"))
        try assertViolated(history("w1 w2---------", "    r2 r1"), by: .read(1), possible: [2])
    }

    func testConcurrentWritesHappenInOneOrderForAll() throws {
        try assertValid(history("w1----", "w2----", "        r1 r1"))
        try assertViolated(history("w1----", "w2----", "        r1 r2"), by: .read(2), possible: [1])
    }

    func testACompareAndSetNeedsItsValue() throws {
        try assertValid(history("w1 c1>2 r2"))
        try assertViolated(history("w1 c2>3"), by: .compareAndSet(from: 2, to: 3), possible: [1])
        try assertViolated(history("c0>1"), by: .compareAndSet(from: 0, to: 1), possible: [nil])
    }

    func testOfTwoConcurrentCompareAndSetsFromOneValueOneHappens() throws {
        try assertValid(history("w1 c1>2---", "   c1>3!--", "           r2"))
        guard case .violated = try verdict(history("w1 c1>2---", "   c1>3---")) else {
            return XCTFail("both happened")
        }
    }

    func testCompareAndSetsMayChainInAnyOrderWhileTheyOverlap() throws {
        try assertValid(history("c2>3------", "c1>2------", "w1--------", "           r3"))
    }

    func testWhatFailedDidNotHappen() throws {
        try assertValid(history("w1 w2! r1"))
        try assertViolated(history("w1 w2! r2"), by: .read(2), possible: [1])
    }

    func testAnUnknownWriteMayHaveHappenedOrNot() throws {
        try assertValid(history("w1 w2? r1"))
        try assertValid(history("w1 w2? r2"))
    }

    func testAnUnknownWriteMayHappenMuchLater() throws {
        try assertValid(history("w1 w2? r1 r1 w3 r3 r2"))
    }

    func testAnUnknownWriteHappensOnce() throws {
        try assertViolated(history("w1 w2? r2 w1 r2"), by: .read(2), possible: [1])
        try assertValid(history("w1 w2? w2? r2 w1 r2"))
    }

    func testAnUnknownWriteDoesNotHappenBeforeItsInvocation() throws {
        try assertViolated(history("w1 r2 w2?"), by: .read(2), possible: [1])
    }

    func testUnknownCompareAndSetsMayChain() throws {
        try assertValid(history("w1 c1>2? c2>3? r3"))
        try assertValid(history("w1 c2>3? c1>2? r3"))
        try assertViolated(history("w1 c2>3? r3"), by: .read(3), possible: [1])
    }

    func testAnUnknownReadConstrainsNothing() throws {
        try assertValid(history("w1 r? r1"))
    }

    func testAnUnknownWriteBetweenTwoReadsExplainsACompareAndSet() throws {
        try assertValid(history("w1 w2? c2>4 r4"))
        try assertViolated(history("w1 w2? c2>4 c2>4"), by: .compareAndSet(from: 2, to: 4), possible: [4])
    }

    func testTheShortestFailingPrefixEndsWithTheFirstImpossibleOperation() throws {
        guard case .violated(let violation) = try verdict(history("w1 r2 w2 r1 r7", "         w5----")) else {
            return XCTFail("should be refused")
        }
        XCTAssertEqual(violation.operation.action, .read(2))
        XCTAssertEqual(violation.prefix.map(\.action), [.write(1), .read(2)])
    }

    func testKeysAreIndependent() throws {
        var both = History<String, Int>()
        for (key, value) in [("a", 1), ("b", 2)] {
            both.append(HistoryEvent(process: 0, kind: .invoke, key: key, action: .write(value)))
            both.append(HistoryEvent(process: 0, kind: .ok, key: key, action: .write(value)))
        }
        both.append(HistoryEvent(process: 0, kind: .invoke, key: "a", action: .read(nil)))
        both.append(HistoryEvent(process: 0, kind: .ok, key: "a", action: .read(2)))
        let verdicts = try Checker().check(both)
        XCTAssertEqual(verdicts.map(\.key), ["a", "b"])
        XCTAssertEqual(verdicts[1].verdict, .linearizable)
        XCTAssertNotEqual(verdicts[0].verdict, .linearizable)
    }

    func testAProcessDoesOneThingAtATime() {
        var twice = History<String, Int>()
        twice.append(HistoryEvent(process: 3, kind: .invoke, key: "a", action: .write(1)))
        twice.append(HistoryEvent(process: 3, kind: .invoke, key: "a", action: .write(2)))
        XCTAssertThrowsError(try twice.operations()) {
            XCTAssertEqual($0 as? HistoryError, .processIsBusy(process: 3, event: 1))
        }
        var uninvited = History<String, Int>()
        uninvited.append(HistoryEvent(process: 3, kind: .ok, key: "a", action: .write(1)))
        XCTAssertThrowsError(try uninvited.operations()) {
            XCTAssertEqual($0 as? HistoryError, .nothingInvoked(process: 3, event: 0))
        }
    }

    func testASearchStopsAtItsLimit() throws {
        // Twelve concurrent writes, and a read of a value that none of them wrote.
        var wide = History<String, Int>()
        for kind in [HistoryEvent<String, Int>.Kind.invoke, .ok] {
            for value in 1...12 {
                wide.append(HistoryEvent(process: value, kind: kind, key: "x", action: .write(value)))
            }
        }
        wide.append(HistoryEvent(process: 0, kind: .invoke, key: "x", action: .read(nil)))
        wide.append(HistoryEvent(process: 0, kind: .ok, key: "x", action: .read(13)))
        XCTAssertEqual(try Checker(limit: 100).check(wide)[0].verdict, .undecided(states: 100))
        guard case .violated(let violation) = try Checker().check(wide)[0].verdict else {
            return XCTFail("should be refused")
        }
        XCTAssertEqual(violation.possible.compactMap(\.self), Array(1...12))
    }
}
