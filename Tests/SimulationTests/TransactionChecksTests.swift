import TestPrograms
import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Simulation

/// Each way in which a transaction may go wrong is found.
final class TransactionChecksTests: XCTestCase {
    private typealias Books = ChecksTests.Books

    private func txnOK(_ text: String) -> ClientReply.Body {
        .done(.txn, [OperationField("txn", JSONValue(canonical: text))])
    }

    func testALostOrDoubledOrForeignElementIsFound() throws {
        var books = Books()
        let first = books.ask(.transaction([.append(0)]))
        let second = books.ask(.transaction([.append(0), .read(0)]))
        try books.commit(first)
        try books.commit(second)
        for held in [#"["1.0"]"#, #"["1.0","0.0"]"#, #"["0.0","1.0","1.0"]"#, #"["0.0","9.0"]"#, "null"] {
            var copy = books
            expect(.honesty) {
                try copy.answer(second, self.txnOK(#"[["append",0,"1.0"],["r",0,\#(held)]]"#))
            }
        }
        XCTAssertNoThrow(
            try books.answer(second, txnOK(#"[["append",0,"1.0"],["r",0,["0.0","1.0"]]]"#)))
    }

    func testAReadThatMissesTheOwnWriteIsFound() throws {
        var books = Books()
        let write = books.ask(.transaction([.write(0, asList: false), .read(0)]))
        try books.commit(write)
        expect(.honesty) { try books.answer(write, txnOK(#"[["w",0,"0.0"],["r",0,null]]"#)) }
    }

    func testAFalseResultIsFound() throws {
        var books = Books()
        let failing = books.ask(.transaction([.write(0, asList: false), .append(0)]))
        try books.commit(failing)
        XCTAssertNil(books.committedHistory.version(of: 0).value)
        var copy = books
        expect(.honesty) { try copy.answer(failing, self.txnOK(#"[["w",0,"0.0"],["append",0,"0.1"]]"#)) }
        XCTAssertNoThrow(try books.answer(failing, .error(.preconditionFailed, "")))
        let good = books.ask(.transaction([.append(0)]))
        try books.commit(good)
        expect(.honesty) { try books.answer(good, .error(.preconditionFailed, "")) }
    }

    func testReadsOfTwoMomentsAreFound() throws {
        var books = Books(keys: 2)
        let reads = (0..<5).map { _ in books.ask(.transaction([.read(0), .read(1)])) }
        let both: Ledger.Action = .transaction([.write(0, asList: false), .write(1, asList: true)])
        let (first, second) = (books.ask(both), books.ask(both))
        try books.commit(first)
        try books.commit(second)
        XCTAssertNoThrow(try books.answer(reads[0], txnOK(#"[["r",0,null],["r",1,null]]"#)))
        XCTAssertNoThrow(try books.answer(reads[1], txnOK(#"[["r",0,"5.0"],["r",1,["5.1"]]]"#)))
        expect(.freshReads) { try books.answer(reads[2], txnOK(#"[["r",0,"6.0"],["r",1,["5.1"]]]"#)) }
        expect(.freshReads) { try books.answer(reads[3], txnOK(#"[["r",0,null],["r",1,["5.1"]]]"#)) }
        expect(.honesty) { try books.answer(reads[4], txnOK(#"[["r",0,"6.0"]]"#)) }
    }

    func testAStaleTransactionThatOnlyReadsIsFound() throws {
        var books = Books(keys: 2)
        for _ in 0..<2 { try books.commit(books.ask(.transaction([.write(0, asList: false)]))) }
        let late = books.ask(.transaction([.read(1), .read(0)]))
        expect(.freshReads) { try books.answer(late, txnOK(#"[["r",1,null],["r",0,"0.0"]]"#)) }
    }

    /// The history of a register sees transactions as what they did to it.
    func testTransactionsStandInTheHistoryOfEachOfTheirKeys() throws {
        var books = Books(keys: 2)
        let write = books.ask(.transaction([.append(0), .write(1, asList: false)]))
        let append = books.ask(.transaction([.append(0), .read(1)]))
        let read = books.ask(.transaction([.read(1), .read(0)]))
        for number in [write, append] { try books.commit(number) }
        try books.answer(read, txnOK(#"[["r",1,"0.1"],["r",0,["0.0"]]]"#))
        let history = books.ledger.history(keys: 2, books.committedHistory)
        XCTAssertEqual(
            history[0].map(\.action),
            [
                .write("[\"0.0\"]"), .compareAndSet(from: "[\"0.0\"]", to: "[\"0.0\",\"1.0\"]"),
                .read("[\"0.0\"]"),
            ])
        XCTAssertEqual(history[1].map(\.action), [.write("\"0.1\""), .read("\"0.1\""), .read("\"0.1\"")])
    }

    func testSeedsWithTransactionsKeepEveryProperty() {
        let runs = concurrently(Array(1...8 as ClosedRange<UInt64>)) { seed in
            var scenario = Scenario(seed: seed, bias: .crashes, members: 3, operations: 150)
            scenario.transactions = 80
            let simulation = Simulation(scenario)
            return (report: simulation.run(), answers: simulation.ledger.asked.map(\.answer))
        }
        for run in runs { XCTAssertNil(run.report.violation) }
        let answers = runs.flatMap(\.answers)
        XCTAssertGreaterThan(answers.count { if case .result(.transacted) = $0 { true } else { false } }, 100)
        XCTAssertGreaterThan(answers.count { if case .result(.noList) = $0 { true } else { false } }, 10)
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.init(canonical: text) }
}
