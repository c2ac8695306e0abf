import Consensus
import KeyValue
import Simulation
import XCTest

@testable import Exploration

/// Scopes in which members are whole replicas, with clients.
final class ClientTests: XCTestCase {
    private let operations: [StoreOperation] = [.write(1), .write(2), .read, .cas(from: 1, to: 3)]

    private func entry(_ number: Int) -> Entry {
        Entry(
            term: 1,
            payload: .command(
                Command("c\(number) \(number) write", of: RequestID(head: "c\(number)", digest: 1))))
    }

    private func history(_ steps: (inout ClientHistory) throws -> Void) rethrows -> ClientHistory {
        var history = ClientHistory()
        try steps(&history)
        return history
    }

    private func breach(_ steps: (inout ClientHistory) throws -> Void) -> Property? {
        do {
            _ = try history(steps)
            return nil
        } catch { return (error as? Breach)?.property }
    }

    private func answer(
        _ history: inout ClientHistory, _ number: Int, _ answer: ClientHistory.Answer,
        _ committed: [Entry] = []
    ) throws {
        try history.take(number, answer, by: 0, committed, operations)
    }

    func testAReadThatMissesAWriteWhichWasAnsweredBeforeIsFound() {
        let found = breach {
            $0.asks(1)
            try answer(&$0, 1, .done)
            $0.asks(3)
            try answer(&$0, 3, .noSuchKey)
        }
        XCTAssertEqual(found, .linearizability)
    }

    func testWhatOverlapsMayComeInAnyOrder() {
        for read: ClientHistory.Answer in [.noSuchKey, .value("1"), .value("2")] {
            let found = breach {
                $0.asks(1)
                $0.asks(3)
                $0.asks(2)
                try answer(&$0, 1, .done)
                try answer(&$0, 2, .done)
                try answer(&$0, 3, read)
            }
            XCTAssertNil(found)
        }
    }

    func testWhatHasNoKnownOutcomeMayHappenOrNot() {
        for swapped: ClientHistory.Answer in [.done, .noSuchKey, .differs] {
            let found = breach {
                $0.asks(1)
                try answer(&$0, 1, .unknown)
                $0.asks(2)
                $0.asks(4)
                try answer(&$0, 4, swapped)
            }
            XCTAssertNil(found)
        }
    }

    func testWhatWasRefusedForGoodMayNotHappen() throws {
        XCTAssertEqual(
            breach {
                $0.asks(1)
                try answer(&$0, 1, .willNotHappen)
                $0.asks(3)
                try answer(&$0, 3, .value("1"))
            }, .linearizability)
        XCTAssertEqual(
            breach {
                $0.asks(1)
                try answer(&$0, 1, .willNotHappen, [entry(1)])
            }, .honesty)
        let refused = try history {
            $0.asks(1)
            try answer(&$0, 1, .willNotHappen)
        }
        XCTAssertThrowsError(try refused.checkHonest(entry(1)))
        XCTAssertNoThrow(try refused.checkHonest(entry(2)))
    }

    func testACopyMayBeRefusedAndMustNotBeAnsweredOtherwise() {
        func found(_ second: ClientHistory.Answer) -> Property? {
            breach {
                $0.asks(4)
                $0.asks(4)
                try answer(&$0, 4, .noSuchKey)
                try answer(&$0, 4, second)
            }
        }
        XCTAssertNil(found(.willNotHappen))
        XCTAssertNil(found(.unknown))
        XCTAssertNil(found(.noSuchKey))
        XCTAssertEqual(found(.done), .atMostOnce)
    }

    // MARK: - Transactions

    private let transactions: [StoreOperation] = [
        .transaction([.append(.x, 1), .write(.y, 2), .read(.x)]),
        .transaction([.append(.y, 3), .append(.x, 4)]),
        .transaction([.read(.x), .read(.y)]),
    ]

    func testATransactionIsCarriedOutAsAWholeOrNotAtAll() {
        var contents = Contents()
        XCTAssertEqual(transactions[2].take(&contents), .value(#"[["r","x",null],["r","y",null]]"#))
        XCTAssertEqual(
            transactions[0].take(&contents), .value(#"[["append","x",1],["w","y",2],["r","x",[1]]]"#))
        let before = contents
        XCTAssertEqual(transactions[1].take(&contents), .differs)
        XCTAssertEqual(contents, before)
        XCTAssertEqual(transactions[2].take(&contents), .value(#"[["r","x",[1]],["r","y",2]]"#))
    }

    func testReadsOfATransactionThatWereNeverThereTogetherAreFound() {
        func found(_ values: String) -> Property? {
            var history = ClientHistory()
            do {
                history.asks(3)
                history.asks(1)
                try history.take(
                    1, .value(#"[["append","x",1],["w","y",2],["r","x",[1]]]"#), by: 0, [], transactions)
                try history.take(3, .value(values), by: 1, [], transactions)
                return nil
            } catch { return error.property }
        }
        XCTAssertNil(found(#"[["r","x",null],["r","y",null]]"#))
        XCTAssertNil(found(#"[["r","x",[1]],["r","y",2]]"#))
        XCTAssertEqual(found(#"[["r","x",[1]],["r","y",null]]"#), .linearizability)
    }

    func testTheModelCarriesOutEachRequestOnce() {
        XCTAssertEqual(Contents(after: [entry(1), entry(2), entry(1)], operations)[.x], .number(2))
        XCTAssertNil(Contents(after: [], operations)[.x])
    }

    private let scope = Scope("clients", "", members: 2, terms: 1, logLength: 3, candidates: []) {
        $0.leader = 0
        $0.operations = [.write(1)]
        $0.budget.operations = 1
        $0.questions = 12
    }

    func testAWriteIsCarriedOutWhoeverIsAsked() {
        let result = Search(scope).run()
        XCTAssertTrue(result.isExhausted)
        XCTAssertNil(result.violation)
        XCTAssertGreaterThan(result.states, 20)
    }

    func testAStorySaysWhatClientsAskAndAreTold() throws {
        var cluster = Cluster(scope)
        var state = cluster.start()
        var actions: [Action] = []
        // The first thing that can happen is that a client asks n0; then all that is on its way arrives.
        for _ in 0..<12 {
            var next: (Action, [UInt32])?
            cluster.expand(state) { cluster, move, breach in
                XCTAssertNil(breach)
                let action = cluster.action(move)
                if case .message = action.input {} else if !actions.isEmpty { return true }
                next = (action, cluster.next)
                return false
            }
            guard let next else { break }
            actions.append(next.0)
            state = next.1
        }
        let text = Story(scope, actions, endsWith: nil).text
        XCTAssertTrue(text.contains("0. n0 leads, and all hold its log."), text)
        XCTAssertTrue(text.contains("Client c1 asks n0 to write 1, and it appends entry 2."), text)
        XCTAssertTrue(text.contains("and answers c1: done."), text)
    }
}
