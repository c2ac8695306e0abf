import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Simulation

/// What clients were told is checked as the bench does it, without the rules that know the log: so these histories hold
/// answers that those rules would refuse.
final class TransactionHistoryTests: XCTestCase {
    /// Requests of two keys, each answered as it is said.
    private struct Told {
        var ledger = Ledger()
        private let committedHistory = CommittedHistory(keys: 2)

        init(keepsKinds: Bool = false) {
            ledger.keepsKinds = keepsKinds
        }

        mutating func ask(_ parts: Ledger.Part...) -> Int {
            ask(.transaction(parts), key: parts[0].key)
        }

        mutating func ask(_ action: Ledger.Action, key: Int = 0) -> Int {
            let number = ledger.ask(.client(0), key: key, action, committedHistory)
            ledger.send(number, to: 0, life: 1)
            return number
        }

        /// A transaction that also writes.
        mutating func done(_ number: Int, _ reads: JSONValue...) {
            ledger.settle(number, .result(.transacted(reads: reads.map { StoredValue($0) })))
        }

        /// A transaction that only reads.
        mutating func read(_ number: Int, _ values: JSONValue?...) { ledger.settle(number, .values(values)) }

        mutating func denied(_ number: Int) throws {
            try ledger.answered(
                number, .error(.temporarilyUnavailable, ""), by: 0, life: 1, committedHistory)
        }
    }

    private func anomaly(keepsKinds: Bool = false, _ steps: (inout Told) throws -> Void) -> String? {
        var told = Told(keepsKinds: keepsKinds)
        do {
            try steps(&told)
            try told.ledger.checkSerializable()
            return nil
        } catch {
            let breach = error as? Breach
            XCTAssertEqual(breach?.property, .serializability)
            return breach?.detail.split(separator: " ").first.map(String.init)
        }
    }

    func testReadsOfTwoMomentsAreReadSkew() {
        let found = anomaly { told in
            let first = told.ask(.append(0), .append(1))
            told.done(first)
            let second = told.ask(.append(0), .append(1))
            let read = told.ask(.read(0), .read(1))
            let both = told.ask(.read(0), .read(1))
            told.done(second)
            told.read(read, #"["0.0","1.0"]"#, #"["0.1"]"#)
            told.read(both, #"["0.0","1.0"]"#, #"["0.1","1.1"]"#)
        }
        XCTAssertEqual(found, "G-single")
    }

    func testAReadOfAnOldStateIsStale() {
        let found = anomaly { told in
            for _ in 0..<2 {
                let append = told.ask(.append(0))
                told.done(append)
            }
            let (old, new) = (told.ask(.read(0)), told.ask(.read(0)))
            told.read(old, #"["0.0"]"#)
            told.read(new, #"["0.0","1.0"]"#)
        }
        XCTAssertEqual(found, "G-single-realtime")
    }

    func testAnAppendThatNobodyEverReadsIsMissedWhereKeysKeepTheirKinds() {
        func lose(_ told: inout Told) {
            // In place of a write of a list.
            for action: Ledger.Action in [.write, .transaction([.write(0, asList: true)])] {
                let number = told.ask(action)
                told.done(number)
            }
            let read = told.ask(.read(0))
            told.read(read, #"["1.0"]"#)
        }
        // The write that nobody read counts as the last.
        XCTAssertEqual(anomaly(keepsKinds: true, lose), "G0-realtime")
    }

    func testAnAppendThatIsCarriedOutTwiceIsFound() {
        let found = anomaly { told in
            let (first, second) = (told.ask(.append(0)), told.ask(.append(0)))
            told.done(first)
            told.done(second)
            let read = told.ask(.read(0))
            told.read(read, #"["0.0","1.0","1.0"]"#)
        }
        XCTAssertEqual(found, "duplicate-elements")
    }

    func testWhatWasDeniedAndIsReadIsAnAbortedRead() {
        let found = anomaly { told in
            let (first, second) = (told.ask(.append(0)), told.ask(.append(0)))
            told.done(first)
            try told.denied(second)
            let read = told.ask(.read(0))
            told.read(read, #"["0.0","1.0"]"#)
        }
        XCTAssertEqual(found, "G1a")
    }

    func testWhatAFailedTransactionWroteIsAnAbortedRead() {
        let found = anomaly { told in
            let failing = told.ask(.write(0, asList: false), .append(0))
            told.ledger.settle(failing, .result(.noList(at: 1)))
            let read = told.ask(.read(0))
            told.read(read, #""0.0""#)
        }
        XCTAssertEqual(found, "G1a")
    }

    func testATransactionThatMissesItsOwnWriteContradictsItself() {
        let found = anomaly { told in
            let number = told.ask(.write(1, asList: false), .read(1))
            told.done(number, .null)
        }
        XCTAssertEqual(found, "internal")
    }

    func testWhatTwoOverwroteUnseenIsALostUpdate() {
        let found = anomaly { told in
            for _ in 0..<2 {
                let number = told.ask(.read(0), .write(0, asList: false))
                told.done(number, .null)
            }
        }
        XCTAssertEqual(found, "lost-update")
    }

    /// Of one key at one time a list, at another none, by requests of all kinds.
    func testWhatIsInOrderIsNoAnomaly() {
        XCTAssertNil(
            anomaly { told in
                let write = told.ask(.write)
                told.ledger.settle(write, .result(.written))
                let swap = told.ask(.cas(from: "0", create: false))
                told.ledger.settle(swap, .result(.swapped))
                let failing = told.ask(.append(0), .write(1, asList: false))
                told.ledger.settle(failing, .result(.noList(at: 0)))
                let list = told.ask(.read(0), .write(0, asList: true), .append(0))
                told.done(list, "1")
                let append = told.ask(.append(0), .append(1), .read(1))
                told.done(append, #"["4.1"]"#)
                let unknown = told.ask(.append(0))
                let read = told.ask(.read(0), .read(1))
                told.read(read, #"["3.1","3.2","4.0","5.0"]"#, #"["4.1"]"#)
                let last = told.ask(.read)
                told.ledger.settle(last, .value(#"["3.1","3.2","4.0","5.0"]"#))
                // Nobody else reads what the first appends.
                let unread = told.ask(.append(0))
                told.done(unread)
                let swapList = told.ask(.cas(from: #"["3.1","3.2","4.0","5.0","8.0"]"#, create: false))
                told.ledger.settle(swapList, .result(.swapped))
                XCTAssertNil(told.ledger[unknown].answer)
            })
    }

    func testInHalfOfTheSeedsWithTransactionsKeysKeepTheirKinds() {
        let scenarios = (1...400 as ClosedRange<UInt64>).map { Scenario(seed: $0) }
        let (with, kept) = (scenarios.count { $0.transactions > 0 }, scenarios.count { $0.keepsKinds })
        XCTAssertGreaterThan(with, 100)
        XCTAssertTrue((with / 4..<with * 3 / 4).contains(kept), "\(kept) of \(with)")
    }
}
