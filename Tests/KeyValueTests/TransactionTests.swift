import Consensus
import XCTest

@testable import KeyValue

/// What transactions do to a store, and how clients are told.
final class TransactionTests: XCTestCase {
    private var store = Store()
    private var requests = 0

    @discardableResult
    private func apply(_ operations: Transaction.MicroOperation...) -> OperationResult? {
        requests += 1
        return store.apply(command(requests, operations))
    }

    private func command(_ number: Int, _ operations: [Transaction.MicroOperation]) -> Command {
        Command(RequestID(client: "c1", number: number), .transaction(Transaction(operations)))
    }

    private func reads(_ values: JSONValue...) -> OperationResult {
        .transacted(reads: values.map { StoredValue($0) })
    }

    func testAReadSeesTheTransactionsOwnEarlierWrites() {
        XCTAssertEqual(
            apply(
                .read(key: 1), .write(key: 1, value: 5), .read(key: 1), .append(key: 2, element: 6),
                .append(key: 2, element: 7), .read(key: 2), .write(key: 2, value: 8), .read(key: 2)),
            reads("null", 5, "[6,7]", 8))
        XCTAssertEqual(apply(.read(key: 2), .write(key: 3, value: 1)), reads(8))
    }

    func testAnAppendToAMissingKeyMakesAListAndToAListAnElement() {
        XCTAssertEqual(apply(.append(key: 1, element: 6)), reads())
        XCTAssertEqual(store[1], "[6]")
        apply(.write(key: 2, value: "[]"), .append(key: 2, element: "[]"))
        XCTAssertEqual(store[2], "[[]]")
        apply(.append(key: 2, element: "[[]]"), .append(key: 2, element: "\"a]\""))
        XCTAssertEqual(store[2], "[[],[[]],\"a]\"]")
        apply(.write(key: 3, value: "[1,{\"a\":[2]}]"), .append(key: 3, element: "null"))
        XCTAssertEqual(store[3], "[1,{\"a\":[2]},null]")
    }

    func testWhereAnAppendMeetsNoListNothingOfTheTransactionHappens() {
        for value: JSONValue in [5, "null", "\"[]\"", "{\"a\":[]}", "true"] {
            apply(.write(key: 1, value: value), .write(key: 2, value: "[1]"))
            XCTAssertEqual(
                apply(.write(key: 3, value: 1), .append(key: 2, element: 2), .append(key: 1, element: 6)),
                .noList(at: 2), "\(value)")
            XCTAssertNil(store[3])
            XCTAssertEqual(store[2], "[1]")
            XCTAssertEqual(store[1], value)
        }
        // What the transaction itself writes decides as well.
        XCTAssertEqual(
            apply(.write(key: 2, value: 7), .read(key: 2), .append(key: 2, element: 1)), .noList(at: 2))
        XCTAssertEqual(store[2], "[1]")
        XCTAssertEqual(apply(.write(key: 1, value: "[]"), .append(key: 1, element: 1)), reads())
        XCTAssertEqual(store[1], "[1]")
    }

    func testTransactionsSeeWhatWritesAndCasDoAndTheOtherWayRound() {
        apply(.append(key: 1, element: 6), .append(key: 1, element: 7))
        let swap = Update.cas(key: 1, from: "[6,7]", to: "[8]", createIfNotExists: false)
        XCTAssertEqual(store.apply(Command(RequestID(client: "c2", number: 1), swap)), .swapped)
        XCTAssertEqual(store.apply(Command(RequestID(client: "c2", number: 2), swap)), .differs)
        XCTAssertEqual(apply(.append(key: 1, element: 9), .read(key: 1)), reads("[8,9]"))
    }

    func testACopyChangesNothingAndReadsWhatTheFirstRead() {
        let append = command(1, [.append(key: 1, element: 6), .read(key: 1)])
        XCTAssertEqual(store.apply(append), reads("[6]"))
        XCTAssertEqual(store.apply(command(2, [.append(key: 1, element: 7)])), reads())
        XCTAssertEqual(store.apply(append), reads("[6]"))
        XCTAssertEqual(store[1], "[6,7]")
        let failing = command(3, [.write(key: 2, value: 1), .append(key: 2, element: 1)])
        XCTAssertEqual(store.apply(failing), .noList(at: 1))
        XCTAssertEqual(store.apply(failing), .noList(at: 1))
        XCTAssertNil(store[2])
    }

    // MARK: - What is remembered

    private func text(of store: Store) -> String {
        var writer = SnapshotWriter(
            of: store, at: LogPosition(index: 9, term: 3), membership: Membership(voters: ["n0"]))
        var text = ""
        while !writer.isDone { text += writer.next(bytes: 1_000) }
        return text
    }

    private func restored(_ text: String, _ limits: Limits = Limits()) throws -> Store {
        var reader = SnapshotReader(limits)
        XCTAssertTrue(reader.read(text), reader.fault ?? "")
        XCTAssertTrue(reader.isWhole)
        return reader.store
    }

    func testASnapshotHoldsListsAndResultsHoweverTheyCameToBe() throws {
        let append = command(1, [.append(key: 1, element: "\"a b\""), .read(key: 1), .read(key: 2)])
        _ = store.apply(append)
        let failing = command(2, [.write(key: 2, value: 1), .append(key: 2, element: 1)])
        _ = store.apply(failing)
        let text = text(of: store)
        var back = try restored(text)
        XCTAssertEqual(self.text(of: back), text)
        XCTAssertEqual(back.apply(append), reads("[\"a b\"]", "null"))
        XCTAssertEqual(back.apply(failing), .noList(at: 1))
        for number in 3..<5 {
            let next = command(number, [.append(key: 1, element: 2), .read(key: 1)])
            XCTAssertEqual(back.apply(next), store.apply(next))
        }
        XCTAssertEqual(self.text(of: back), self.text(of: store))
    }

    func testWhatTransactionsReadIsRememberedUpToALimit() throws {
        var limits = Limits()
        limits.readBytesRemembered = 100
        limits.requestsInBlock = 2
        store = Store(limits)
        let commands = (0..<12).map { command($0, [.append(key: 1, element: 1_234_567), .read(key: 1)]) }
        let first = commands.map { store.apply($0) }
        // What the latest read has 97 bytes; what the 13th read is too much.
        XCTAssertEqual(store.apply(commands[0]), .transacted(reads: nil))
        XCTAssertEqual(store.apply(commands[11]), first[11])
        var back = try restored(text(of: store), limits)
        for number in 12..<30 {
            let next = command(number, [.append(key: 1, element: 1_234_567), .read(key: 1)])
            XCTAssertEqual(store.apply(next), back.apply(next))
            XCTAssertEqual(self.text(of: back), self.text(of: store), "\(number)")
        }
        XCTAssertEqual(text(of: store).split(separator: "\n").filter { $0.hasPrefix("did ") }.count, 30)
        XCTAssertEqual(
            store.apply(command(29, [.append(key: 1, element: 1_234_567), .read(key: 1)])),
            .transacted(reads: nil))
        XCTAssertEqual(store[1]?.text.utf8.count, 30 * 8 + 1)
    }

    func testAClientIsToldThatWhatItReadIsForgotten() {
        let transaction = Transaction([.read(key: 1), .write(key: 1, value: 2)])
        guard
            case .error(.timeout, _) = Update.transaction(transaction).reply(to: .transacted(reads: nil))
        else { return XCTFail("it may not be told that it did not happen") }
    }

    // MARK: - Cost

    func testAnAppendCopiesNoMoreThanItsLastPieceWhoeverHoldsTheList() {
        var value = StoredValue.emptyList
        var held: [StoredValue] = []
        for number in 0..<20_000 {
            value.append(JSONValue(canonical: String(number)))
            if number % 1_000 == 0 { held.append(value) }
        }
        let numbers = (0..<20_000).map(String.init)
        XCTAssertEqual(value.json.text, "[" + numbers.joined(separator: ",") + "]")
        XCTAssertEqual(value.size, value.json.text.utf8.count)
        for (slot, list) in held.enumerated() {
            XCTAssertEqual(
                list.json.text, "[" + numbers.prefix(1_000 * slot + 1).joined(separator: ",") + "]")
        }
        guard case .open(let pieces) = value else { return XCTFail("it is whole") }
        XCTAssertTrue(pieces.allSatisfy { $0.utf8.count < 20_000 })
    }

    func testValuesAreEqualHoweverTheyCameToBe() {
        var list = StoredValue("[1,2]")
        list.append(3)
        XCTAssertEqual(list, StoredValue("[1,2,3]"))
        XCTAssertEqual(Set([list, StoredValue("[1,2,3]")]).count, 1)
        XCTAssertNotEqual(list, StoredValue("[1,2,4]"))
    }

    func testATransactionThatOnlyReadsNeedsNoEntryAndReadsAtOneMoment() {
        let cluster = led(3)
        cluster.ask("n1", "c1", 1, .txn(.append(key: 1, element: 6), .write(key: 2, value: 9), .read(key: 1)))
        cluster.settle()
        XCTAssertEqual(
            cluster.answers("n1", to: 1),
            [.done(.txn, [OperationField("txn", "[[\"append\",1,6],[\"w\",2,9],[\"r\",1,[6]]]")])])
        let last = cluster["n0"].raft.log.lastIndex
        for id in cluster.ids {
            cluster.ask(id, "c2", 1, .txn(.read(key: 1), .read(key: 2), .read(key: 3)))
            cluster.settle()
            XCTAssertEqual(
                cluster.answers(id, to: 1, of: "c2"),
                [.done(.txn, [OperationField("txn", "[[\"r\",1,[6]],[\"r\",2,9],[\"r\",3,null]]")])])
        }
        XCTAssertEqual(cluster["n0"].raft.log.lastIndex, last)
        cluster.ask("n2", "c1", 2, .txn(.write(key: 3, value: 1), .append(key: 2, element: 1)))
        cluster.settle()
        XCTAssertEqual(cluster.codes("n2", to: 2), [.preconditionFailed])
        XCTAssertNil(cluster["n0"].store[3])
    }

    func testATransactionThatOnlyReadsIsNotAnsweredInAMinority() {
        let cluster = led(3)
        cluster.ask("n0", "c1", 1, .txn(.write(key: 1, value: 1)))
        cluster.settle()
        cluster.ask("n0", "c1", 2, .txn(.read(key: 1)))
        XCTAssertEqual(cluster.answers("n0", to: 2), [], "a leader must ask a quorum first")
        cluster.settle()
        XCTAssertEqual(
            cluster.answers("n0", to: 2), [.done(.txn, [OperationField("txn", "[[\"r\",1,1]]")])])
    }
}
