import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Simulation

extension XCTestCase {
    func expect(
        _ property: Property, file: StaticString = #filePath, line: UInt = #line, _ body: () throws -> Void
    ) {
        XCTAssertThrowsError(try body(), file: file, line: line) { error in
            XCTAssertEqual((error as? Breach)?.property, property, "\(error)", file: file, line: line)
        }
    }
}

/// Each check finds a violation of its property.
final class ChecksTests: XCTestCase {
    // Scenario 17
    func testTwoLeadersOfOneTermAreFound() throws {
        var elections = Elections(members: 3)
        try elections.recordLeader(0, term: 1)
        try elections.recordLeader(0, term: 1)
        try elections.recordLeader(1, term: 2)
        expect(.electionSafety) { try elections.recordLeader(2, term: 1) }
    }

    func testALeaderThatFollowsAnotherInTheSameTurnHasLed() throws {
        let simulation = Simulation(Scenario(plain: 1, members: 3, operations: 1))
        try simulation.start()
        let ready = ReplicaReady(
            early: [], storage: StorageUpdate(), events: [.becameLeader(term: 1, votes: ["n0", "n1"])])
        try simulation.check(ready, of: simulation.members[0])
        XCTAssertNil(simulation.members[0].seen.leadingTerm)
        XCTAssertTrue(simulation.elections.hasLed(0))
    }

    func testASecondVoteInATermIsFound() throws {
        var elections = Elections(members: 3)
        try elections.recordVote(by: 0, for: "n1", term: 1)
        try elections.recordVote(by: 0, for: "n1", term: 1)
        try elections.recordVote(by: 1, for: "n2", term: 1)
        try elections.recordVote(by: 0, for: "n2", term: 2)
        expect(.oneVote) { try elections.recordVote(by: 0, for: "n2", term: 1) }
    }

    func testLogsThatDoNotMatchAreFound() throws {
        var entries = Entries()
        try entries.record(Entry(term: 1, "a"), at: 1, after: 0, in: 0)
        try entries.record(Entry(term: 1, "a"), at: 1, after: 0, in: 1)
        try entries.record(Entry(term: 2, "b"), at: 1, after: 0, in: 1)
        try entries.record(Entry(term: 2, "c"), at: 2, after: 1, in: 0)
        expect(.logMatching) { try entries.record(Entry(term: 1, "b"), at: 1, after: 0, in: 2) }
        expect(.logMatching) { try entries.record(Entry(term: 2, "c"), at: 2, after: 2, in: 1) }
    }

    // MARK: - The committed log and the clients' requests

    struct Books {
        var committedHistory: CommittedHistory
        var ledger = Ledger()
        var changes = ChangeLedger(initialVoters: ["n0"])

        init(keys: Int = 1) {
            committedHistory = CommittedHistory(keys: keys)
        }

        mutating func ask(_ action: Ledger.Action) -> Int {
            let number = ledger.ask(.client(0), key: 0, action, committedHistory)
            ledger.send(number, to: 0, life: 1)
            return number
        }

        func entry(_ number: Int, term: Term = 1) -> Entry {
            let asked = ledger.request(number)
            let id = RequestID(client: asked.client, number: asked.messageID ?? 0)
            guard case .operation(.update(let update)) = asked.subject else { fatalError("a read") }
            return Entry(term: term, payload: .command(Command(id, update)))
        }

        mutating func commit(_ number: Int, in term: Term = 1) throws {
            try committedHistory.add(entry(number), committedIn: term, &ledger, &changes)
        }

        mutating func answer(_ number: Int, _ body: ClientReply.Body) throws {
            try ledger.answered(number, body, by: 0, life: 1, committedHistory)
        }
    }

    func testAnotherEntryAtACommittedIndexIsFound() throws {
        var books = Books()
        let (first, second) = (books.ask(.write), books.ask(.write))
        XCTAssertTrue(try books.committedHistory.isFirstCommit(books.entry(first), at: 1, to: 0))
        try books.commit(first)
        XCTAssertFalse(try books.committedHistory.isFirstCommit(books.entry(first), at: 1, to: 1))
        expect(.stateMachineSafety) {
            _ = try books.committedHistory.isFirstCommit(books.entry(second), at: 1, to: 1)
        }
        expect(.stateMachineSafety) {
            _ = try books.committedHistory.isFirstCommit(books.entry(first, term: 2), at: 1, to: 1)
        }
        expect(.stateMachineSafety) {
            _ = try books.committedHistory.isFirstCommit(books.entry(second), at: 3, to: 1)
        }
    }

    private func commit(_ books: inout Books, in term: Term) throws {
        let write = books.ask(.write)
        try books.commit(write, in: term)
    }

    func testALeaderMustHoldOnlyWhatWasCommittedBeforeItsTerm() throws {
        var books = Books()
        XCTAssertNil(books.committedHistory.last(before: 5))
        for term in [1, 3, 2, 4] { try commit(&books, in: term) }
        XCTAssertNil(books.committedHistory.last(before: 1))
        XCTAssertEqual(books.committedHistory.last(before: 2)?.index, 1)
        XCTAssertEqual(books.committedHistory.last(before: 3)?.index, 3)
        XCTAssertEqual(books.committedHistory.last(before: 9)?.index, 4)
    }

    func testACommandThatNobodyRequestedIsFound() throws {
        var books = Books()
        _ = books.ask(.write)
        for text in ["c0 1 write 0 1", "c1 0 write 0 0", "c0 0 write 1 0", "c0 0 cas 0 1 0", "nonsense"] {
            expect(.atMostOnce) {
                try books.committedHistory.add(
                    Entry(term: 1, text), committedIn: 1, &books.ledger, &books.changes)
            }
        }
    }

    func testACopyOfARequestHasNoEffect() throws {
        var books = Books()
        let (first, second) = (books.ask(.write), books.ask(.write))
        try books.commit(first)
        try books.commit(second)
        try books.commit(first)
        XCTAssertEqual(books.committedHistory.version(of: 0).value?.json.text, "\(second)")
        XCTAssertEqual(books.committedHistory.version(of: 0, at: 1).value?.json.text, "\(first)")
        XCTAssertEqual(books.committedHistory.version(of: 0, at: 3).value?.json.text, "\(second)")
    }

    func testAnAnswerBeforeTheCommitIsFound() throws {
        var books = Books()
        let write = books.ask(.write)
        expect(.honesty) { try books.answer(write, .writeOK) }
    }

    func testAFalseResultIsFound() throws {
        var books = Books()
        let cas = books.ask(.cas(from: 7, create: false))
        try books.commit(cas)
        expect(.honesty) { try books.answer(cas, .casOK) }
        let write = books.ask(.write)
        try books.commit(write)
        expect(.honesty) { try books.answer(write, .error(.malformedRequest, "")) }
    }

    func testACommitAfterError11AndError11AfterACommitAreFound() throws {
        var books = Books()
        let first = books.ask(.write)
        try books.answer(first, .error(.temporarilyUnavailable, ""))
        expect(.honesty) { try books.commit(first) }
        let second = books.ask(.write)
        try books.commit(second)
        expect(.honesty) { try books.answer(second, .error(.temporarilyUnavailable, "")) }
        let third = books.ask(.write)
        books.ledger.send(third, to: 0, life: 1)
        try books.answer(third, .error(.temporarilyUnavailable, ""))
        XCTAssertNoThrow(try books.commit(third), "another copy of it may still happen")
    }

    func testAStaleReadIsFound() throws {
        var books = Books()
        let (first, second) = (books.ask(.write), books.ask(.write))
        try books.commit(first)
        let early = books.ask(.read)
        try books.commit(second)
        let late = books.ask(.read)
        XCTAssertNoThrow(try books.answer(early, .readOK(JSONValue(canonical: "\(first)"))))
        expect(.freshReads) { try books.answer(late, .readOK(JSONValue(canonical: "\(first)"))) }
        let third = books.ask(.read)
        expect(.freshReads) { try books.answer(third, .error(.keyDoesNotExist, "")) }
        let fourth = books.ask(.read)
        expect(.freshReads) { try books.answer(fourth, .readOK(JSONValue(canonical: "99"))) }
    }

    func testASecondAnswerToOneCopyIsFound() throws {
        var books = Books()
        let write = books.ask(.write)
        try books.commit(write)
        try books.answer(write, .writeOK)
        expect(.answers) { try books.answer(write, .writeOK) }
        expect(.answers) {
            _ = try books.ledger.operation(answeredBy: ClientReply(to: "c9", inReplyTo: write, .writeOK))
        }
    }

    // MARK: - Disks

    func testADiskThatHoldsSomethingElseIsFound() {
        func stored(_ terms: [Term], term: Term = 3, votedFor: NodeID? = "n1") -> StoredState {
            StoredState(
                hardState: HardState(term: term, votedFor: votedFor),
                log: Log(entries: terms.map { Entry(term: $0, "c1 1 write 1 \($0)") }))
        }
        let expected = Stored(stored([1, 2, 3]))
        XCTAssertNil(expected.difference(from: stored([1, 2, 3])))
        for wrong in [
            stored([1, 2]), stored([1, 2, 3, 3]), stored([1, 1, 3]), stored([1, 2, 3], term: 2),
            stored([1, 2, 3], votedFor: nil),
        ] {
            XCTAssertNotNil(expected.difference(from: wrong))
        }
    }
}

extension ClientReply.Body {
    static func readOK(_ value: JSONValue) -> Self { .done(.read, [OperationField("value", value)]) }
    static let writeOK = Self.done(.write, [])
    static let casOK = Self.done(.cas, [])
}
