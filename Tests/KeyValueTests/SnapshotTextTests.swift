import XCTest

@testable import Consensus
@testable import KeyValue

final class SnapshotTextTests: XCTestCase {
    private func filled(_ keys: Int) -> Store {
        var store = Store()
        for number in 0..<keys {
            let id = RequestID(
                client: "c \(number % 7)", number: number, numberedBy: number % 5 == 0 ? "n/0" : nil)
            let key = JSONValue(canonical: "\"key \\\" \(number)\"")
            let operation: Update =
                number % 3 == 0
                ? .cas(key: key, from: 1, to: 2, createIfNotExists: number % 2 == 0)
                : .write(key: key, value: JSONValue(canonical: "{\"a b\":[\(number)]}"))
            _ = store.apply(Command(id, operation))
        }
        return store
    }

    private func text(of store: Store, bytes: Int = 1_000) -> [String] {
        var writer = SnapshotWriter(
            of: store, at: LogPosition(index: 9, term: 3),
            membership: Membership(voters: ["n0", "n1"], outgoing: ["n1"]))
        var pieces: [String] = []
        while !writer.isDone { pieces.append(writer.next(bytes: bytes)) }
        return pieces
    }

    func testAStoreReadFromItsSnapshotIsTheSame() {
        let store = filled(3_000)
        var reader = SnapshotReader()
        for piece in text(of: store) { XCTAssertTrue(reader.read(piece)) }
        XCTAssertTrue(reader.isWhole)
        XCTAssertEqual(reader.membership, Membership(voters: ["n0", "n1"], outgoing: ["n1"]))
        XCTAssertEqual(reader.store.count, store.count)
        XCTAssertEqual(text(of: reader.store).joined(), text(of: store).joined())
    }

    func testPiecesCutAnywhereMakeTheSameStore() {
        let whole = text(of: filled(50)).joined()
        var reader = SnapshotReader()
        for scalar in whole.unicodeScalars { XCTAssertTrue(reader.read(String(scalar))) }
        XCTAssertTrue(reader.isWhole)
        XCTAssertEqual(text(of: reader.store).joined(), whole)
    }

    func testWritesDuringASnapshotAreNotPartOfIt() {
        var store = filled(2_000)
        let before = text(of: store).joined()
        var writer = SnapshotWriter(
            of: store, at: LogPosition(index: 9, term: 3),
            membership: Membership(voters: ["n0", "n1"], outgoing: ["n1"]))
        var taken = ""
        for number in 0... where !writer.isDone {
            taken += writer.next(bytes: 500)
            let id = RequestID(client: "late", number: number)
            _ = store.apply(
                Command(id, .write(key: JSONValue(canonical: "\(number)"), value: 0)))
            if writer.isDone { break }
        }
        XCTAssertEqual(taken, before)
        XCTAssertNotEqual(text(of: store).joined(), before)
    }

    func testAnInvalidSnapshotTextIsRefused() {
        for bad in [
            "key 1 2\n", "members n0\nkey 1\n", "members \nend\nend\n", "members n0\ndid c1 x 1 written\n",
            "members n0\ndid c1 1 written\n", "members n0\ndid c1 1 x written\n",
        ] {
            var reader = SnapshotReader()
            XCTAssertFalse(reader.read(bad), bad)
        }
        var cutShort = SnapshotReader()
        XCTAssertTrue(cutShort.read("members n0\nkey 1 2\n"))
        XCTAssertFalse(cutShort.isWhole)
    }

    func testTheOldestRequestIsForgottenFirst() {
        var completedRequests = CompletedRequests()
        let remembered = Limits().requestsRemembered
        for number in 0..<(remembered + 1_600) {
            completedRequests.remember(.written, of: RequestID(client: "c", number: number))
        }
        XCTAssertEqual(completedRequests.count, remembered + 100)
        XCTAssertNil(completedRequests.outcome(of: RequestID(client: "c", number: 1_499)))
        XCTAssertEqual(completedRequests.outcome(of: RequestID(client: "c", number: 1_500)), .written)
    }

    // With blocks in different places, members would forget requests at different entries.
    func testARestoredStoreForgetsRequestsAtTheSameEntries() {
        var limits = Limits()
        limits.requestsRemembered = 30
        limits.requestsInBlock = 10
        var living = CompletedRequests(limits)
        for number in 0..<57 { living.remember(.written, of: RequestID(client: "c", number: number)) }
        var readBack = CompletedRequests()
        for id in living.blocks.flatMap(\.ids) { readBack.remember(.written, of: id) }
        readBack = readBack.within(limits)
        for number in 57..<90 {
            let id = RequestID(client: "c", number: number)
            living.remember(.written, of: id)
            readBack.remember(.written, of: id)
            XCTAssertEqual(readBack.blocks.map(\.ids), living.blocks.map(\.ids), "\(number)")
        }
        XCTAssertEqual(living.count, 30)
    }
}
