import Consensus
import XCTest

@testable import KeyValue

/// The text of a request in the log and in messages.
final class RequestTests: XCTestCase {
    private let clients = [
        "c1", "", " ", "a b", "%", "%%", "%20", "\"", "\\", "/", "a/b", "\u{e9}", "e\u{301}", "\u{1F600}",
        "\n", "\u{0}",
        "-._:", "write",
    ]
    private let values: [JSONValue] = [
        "1", "-1", "1.5", "null", "true", "\"\"", "\"a b\"", "\"\\\"\"", "\"\\\\\"", "\"\\\\\\\" x\"",
        "\"a\\\" b\"",
        "[1,2]", "{\"a b\":\"c d\"}", "{}", "\"\u{1F600} \u{e9}\"", "\"write\"", "18446744073709551615",
    ]

    func testARequestSurvivesWritingAndReading() {
        for client in clients {
            for number in [0, -1, 7, .max, .min] {
                for member in [nil, "n0", "", "n/0 %"] {
                    let id = RequestID(client: client, number: number, numberedBy: member)
                    let request = Command(id, .write(key: 1, value: 2))
                    XCTAssertEqual(Command(line: request.text)?.text, request.text)
                    XCTAssertEqual(Command(line: request.text)?.id, request.id)
                    XCTAssertEqual(RequestID(words: request.id.words), request.id)
                    XCTAssertEqual(LoggedOperation(request), .update(.write(key: 1, value: 2)))
                    XCTAssertEqual(request.id.client, client)
                    XCTAssertEqual(request.id.number, number)
                    XCTAssertEqual(request.id.numberedBy, member)
                    let refusal = Command(refusing: request.id, .busy)
                    XCTAssertEqual(refusal.id, request.id, "it is about that request")
                    XCTAssertEqual(Command(line: refusal.text)?.text, refusal.text)
                    XCTAssertEqual(Command(line: refusal.text)?.id, request.id)
                    XCTAssertEqual(LoggedOperation(refusal), .refuseChange(.busy))
                    XCTAssertTrue(request.text.unicodeScalars.allSatisfy { $0.value > 31 })
                }
            }
        }
    }

    // Scenario 99
    func testAnyJSONValueIsAKeyAndAValue() {
        let id = RequestID(client: "c", number: 1)
        for key in values {
            for value in values {
                let operations: [Update] = [
                    .write(key: key, value: value),
                    .cas(key: key, from: value, to: key, createIfNotExists: true),
                    .cas(key: value, from: key, to: value, createIfNotExists: false),
                    .transaction(Transaction([.write(key: key, value: value)])),
                    .transaction(
                        Transaction([.read(key: value), .append(key: value, element: key), .read(key: key)])),
                ]
                for operation in operations {
                    let request = Command(id, operation)
                    XCTAssertEqual(Command(line: request.text)?.text, request.text)
                    XCTAssertEqual(Command(line: request.text)?.id, request.id)
                    XCTAssertEqual(LoggedOperation(request), .update(operation), request.text)
                    XCTAssertEqual(request.values, operation.logged.values)
                    XCTAssertEqual(request.with(request.values).id, request.id)
                }
            }
        }
    }

    /// A request whose every field is 1.
    private struct Ones: OperationSource {
        let flag: Bool

        func value(_ name: String) -> JSONValue { 1 }
        func flag(_ name: String) -> Bool { flag }
        func transaction(_ name: String) -> Transaction { Transaction([.write(key: 1, value: 1)]) }
    }

    func testEachUpdateHasItsOwnWordsInTheLog() {
        let id = RequestID(client: "c", number: 1)
        for kind in ClientOperation.Kind.allCases {
            for flag in [false, true] {
                var source = Ones(flag: flag)
                guard case .update(let update) = ClientOperation(kind, from: &source) else { continue }
                XCTAssertEqual(update.kind, kind)
                XCTAssertEqual(LoggedOperation(Command(id, update)), .update(update), "\(kind)")
            }
        }
        XCTAssertEqual(Set(Update.words.map(\.word)).count, Update.words.count)
    }

    /// What snapshots and logs hold must be known in another process, and by a later version.
    func testTheDigestIsTheSameInEveryProcess() {
        let id = RequestID(client: "c9", number: 1)
        let write = Command(id, .write(key: "\"x\"", value: 5))
        XCTAssertEqual(write.id.words, "c9 1 d50513ee525b30c6")
        let others: [Update] = [
            .write(key: "\"x\"", value: 6), .write(key: "\"y\"", value: 5),
            .cas(key: "\"x\"", from: 5, to: 5, createIfNotExists: false),
            .cas(key: "\"x\"", from: 5, to: 5, createIfNotExists: true),
            .transaction(Transaction([.write(key: "\"x\"", value: 5)])),
            .transaction(Transaction([.append(key: "\"x\"", element: 5)])),
        ]
        let changes = [["n0"], ["n1"]].map { MembershipChange(id, voters: $0).id }
        XCTAssertEqual(Set(others.map { Command(id, $0).id } + changes + [write.id]).count, 9)
    }

    func testAnInvalidLineIsNoRequest() {
        let lines = [
            "", " ", "c", "c 1", "c 1 write", "c 1 write 1", "c 1 write 1 2 3", "c 1 read 1", "c x write 1 2",
            "c 1.5 write 1 2", " 1 write 1 2", "c  write 1 2", "c 1 cas 1 2", "c 1 cas 1 2 3 4",
            "c 1 WRITE 1 2",
            "c/d 1 write 1 2", "c n/0/1 write 1 2", "c n/ write 1 2", "c /1 write 1 2", "c 1 write \"a b",
            "% 1",
            "%2 1 write 1 2", "%zz 1 write 1 2", "%ff 1 write 1 2",
            "c 99999999999999999999 write 1 2", "\u{e9} 1 write 1 2",
            "c 1 txn", "c 1 txn \"r\" 1 null", "c 1 txn \"w\" 1", "c 1 txn \"w\" 1 2 \"r\"", "c 1 txn w 1 2",
            "c 1 txn \"w\" 1 2 \"r\" 1 2", "c 1 txn \"x\" 1 2",
        ]
        for line in lines { XCTAssertNil(Command(line: line), "'\(line)'") }
    }

    func testNoLineCrashesTheReader() {
        let pieces = [
            "c", " ", "  ", "1", "write", "cas", "txn", "\"w\"", "\"", "\\", "%", "%2", "/", "\u{e9}",
            "\u{1F600}", "{", "\n",
        ]
        for seed in 0..<2_000 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let line = (0..<Int.random(in: 0..<12, using: &generator)).map { _ in
                pieces.randomElement(using: &generator)!
            }.joined()
            if let request = Command(line: line) {
                XCTAssertEqual(Command(line: request.text)?.id, request.id)
            }
        }
    }

    func testAnInvalidCommandHasNoEffect() {
        let cluster = ReplicaCluster(1)
        cluster.with("n0") { [now = cluster.now] in $0.advance(to: now) }
        cluster.with("n0") { _ = $0.tamper { raft, _ in raft.propose(Command("no request")) } }
        XCTAssertEqual(cluster["n0"].lastApplied, 2)
        XCTAssertEqual(cluster["n0"].store.count, 0)
    }
}
