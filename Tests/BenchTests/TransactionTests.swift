import Serializability
import XCTest

@testable import mini_maelstrom

/// Requests, replies and histories of transactions.
final class TransactionTests: XCTestCase {
    private let asked: [MicroOperation] = [
        .read(key: 5, values: nil), .append(key: 5, value: .integer(3)), .read(key: 6, values: nil),
    ]

    private func workload(
        appends: Bool = true, workers: Int = 4, seed: UInt64 = 1,
        _ limits: TransactionWorkload.Limits = .init()
    ) -> TransactionWorkload {
        TransactionWorkload(
            appends: appends, workers: workers, limits: limits, random: SeededRandom(seed: seed))
    }

    func testTransactionsAreThoseOfEllesGenerator() {
        var workload = workload()
        var lengths: [Int: Int] = [:]
        var reads = 0
        var latest: [Int: Int] = [:]
        var keys: [Int: Int] = [:]
        for round in 0..<20_000 {
            let operations = workload.next(worker: round % 4).operations
            lengths[operations.count, default: 0] += 1
            for operation in operations {
                keys[operation.key, default: 0] += 1
                guard case .append(let key, .integer(let value)) = operation else {
                    reads += 1
                    XCTAssertEqual(operation.seen, nil)
                    continue
                }
                // What is written to a key counts up from 1 to the limit.
                XCTAssertEqual(value, latest[key, default: 0] + 1)
                XCTAssertLessThanOrEqual(value, 16)
                latest[key] = value
            }
        }
        XCTAssertEqual(lengths.keys.sorted(), [1, 2, 3, 4])
        XCTAssertTrue(lengths.values.allSatisfy { abs($0 - 5000) < 300 }, "\(lengths)")
        XCTAssertEqual(Double(reads), 25_000, accuracy: 800)
        XCTAssertEqual(latest.values.count { $0 < 16 }, 10, "all others have retired")
        XCTAssertEqual(keys.keys.sorted(), Array(0..<keys.count), "the next unused key follows")
    }

    func testLaterKeysOfTheWindowAreMoreLikely() {
        var workload = workload(TransactionWorkload.Limits(keys: 3, length: 1, writesPerKey: 1_000_000))
        var counts: [Int: Int] = [:]
        for _ in 0..<14_000 { counts[workload.next(worker: 0).key, default: 0] += 1 }
        for (key, share) in [(0, 2000.0), (1, 4000), (2, 8000)] {
            XCTAssertEqual(Double(counts[key] ?? 0), share, accuracy: 300)
        }
    }

    func testRegistersAreWrittenAndTheShareOfReadsMayBeSet() {
        var workload = workload(appends: false, TransactionWorkload.Limits(readRatio: 0))
        let operations = (0..<100).flatMap { _ in workload.next(worker: 0).operations }
        XCTAssertTrue(operations.allSatisfy { if case .write = $0 { true } else { false } })
        XCTAssertEqual(workload.next(worker: 1).isOfLists, false)
    }

    func testATransactionIsWrittenAsMaelstromWritesIt() {
        var line: [UInt8] = []
        let operations = asked + [.write(key: 7, value: .integer(9))]
        MessageWriter.append(
            Request(key: 5, kind: .txn, operations: operations), id: 26, client: 7, node: "n0", messageID: 12,
            to: &line)
        XCTAssertEqual(
            String(decoding: line, as: UTF8.self),
            #"{"id":26,"src":"c7","dest":"n0","body":{"type":"txn","txn":[["r",5,null],["append",5,3],["r",6,null],"#
                + #"["w",7,9]],"msg_id":12}}"# + "\n")
    }

    private func outcome(_ txn: String, isOfLists: Bool = true) throws -> Outcome {
        let json = #"{"type":"txn_ok","txn":\#(txn),"in_reply_to":1}"#
        return Outcome(
            try JSONDecoder().decode(Reply.self, from: Data(json.utf8)),
            to: Request(key: 5, kind: .txn, operations: asked, isOfLists: isOfLists))
    }

    func testAReplyFillsInWhatWasRead() throws {
        XCTAssertEqual(
            try outcome(#"[["r",5,[1,"a",{"b":2}]],["append",5,3],["r",6,null]]"#),
            .committed([
                .read(key: 5, values: [.integer(1), .other("\"a\""), .other("{\"b\" 2}")]), asked[1],
                .read(key: 6, values: []),
            ]))
        XCTAssertEqual(
            try outcome(#"[["r",5,[1,2]],["append",5,3],["r",6,4]]"#, isOfLists: false),
            .committed([
                .read(key: 5, values: [.other("[1 2]")]), asked[1], .read(key: 6, values: [.integer(4)]),
            ]))
    }

    func testAReplyThatIsNotTheRequestedTransactionLeavesItsOutcomeUnknown() throws {
        for (txn, reason) in [
            (#"[["r",5,[]],["append",5,3]]"#, "txn_ok with 2 operations for 3"),
            (#"[["r",5,[]],["append",5,4],["r",6,null]]"#, "txn_ok with append 5 4 for append 5 3"),
            (#"[["r",5,[]],["append",5,3],["r",7,null]]"#, "txn_ok with r 7 null for r 6"),
            (#"[["r",5,[]],["append",5,3],["r",6,1]]"#, "txn_ok with r 6 1 for r 6"),
            (#"[["r",5,[]],["append",5,3],["r",6,null,1]]"#, "txn_ok without a list of [f, key, value]"),
            ("3", "txn_ok without a list of [f, key, value]"),
        ] {
            XCTAssertEqual(try outcome(txn), .unknown(.malformed(reason)))
        }
    }

    func testUndecidedErrorsOfTransactionsAreUnknownAlsoWhereTheyOnlyRead() throws {
        let request = Request(key: 5, kind: .txn, operations: [.read(key: 5, values: nil)])
        func outcome(_ code: Int) throws -> Outcome {
            let json = #"{"type":"error","code":\#(code),"text":"no","in_reply_to":1}"#
            return Outcome(try JSONDecoder().decode(Reply.self, from: Data(json.utf8)), to: request)
        }
        XCTAssertEqual(try outcome(0), .unknown(.code(0, "no")))
        XCTAssertEqual(try outcome(30), .failed(.code(30, "no")))
    }

    func testRepliesOfLearnedShapesAreReadInFull() throws {
        var reader = MessageReader()
        for round in 1...200 {
            let list = (0..<round % 17).map { $0 * round }
            let text = list.map(String.init).joined(separator: ",")
            let value = round % 3 == 0 ? "null" : round % 3 == 1 ? "[\(text)]" : "\(round)"
            let line =
                #"{"src":"n0","dest":"c3","body":{"type":"txn_ok","txn":[["r",\#(round),\#(value)],"#
                + #"["append",\#(round + 1),\#(round + 2)],["r",0,[\#(text)]]],"in_reply_to":\#(round)}}"#
            let message = try Array(line.utf8).withUnsafeBytes { try reader.read($0[...], from: 0) }
            let reply = try XCTUnwrap(message.reply)
            XCTAssertEqual(reply.inReplyTo, round)
            let elements = Reply.Item.Content.list(list.map(RegisterValue.integer))
            XCTAssertEqual(
                reply.transaction,
                [
                    Reply.Item(
                        name: "r", key: .integer(round),
                        content: round % 3 == 0 ? .null : round % 3 == 1 ? elements : .value(.integer(round))),
                    Reply.Item(
                        name: "append", key: .integer(round + 1), content: .value(.integer(round + 2))),
                    Reply.Item(name: "r", key: .integer(0), content: elements),
                ])
        }
        for list in ["[01]", "[,1]", "[1,,2]"] {
            let line =
                #"{"src":"n0","dest":"c3","body":{"type":"txn_ok","txn":[["r",1,\#(list)]],"in_reply_to":1}}"#
            let message = try? Array(line.utf8).withUnsafeBytes { try reader.read($0[...], from: 0) }
            XCTAssertNil(message?.reply?.transaction, list)
        }
    }

    private func recorded(isOfLists: Bool) -> Recorder {
        var recorder = Recorder(isOn: true)
        let write = isOfLists ? asked[1] : MicroOperation.write(key: 5, value: .integer(3))
        let operations = [asked[0], write]
        let seen = isOfLists ? [Datum.integer(1), .other("\"two words\"")] : [.other("{\"a\" [1 2]}")]
        let outcomes: [Outcome] = [
            .committed([.read(key: 5, values: seen), write]), .committed([.read(key: 5, values: []), write]),
            .failed(.code(11, "no leader")), .unknown(.timeout),
        ]
        for (process, outcome) in outcomes.enumerated() {
            let request = Request(key: 5, kind: .txn, operations: operations, isOfLists: isOfLists)
            recorder.invoke(request, process: process, at: 1_500_000)
            recorder.complete(
                Clients.Completion(
                    worker: 0, process: process, request: request, outcome: outcome, latency: 0),
                at: 12_000_003_000)
        }
        return recorder
    }

    func testAHistoryOfTransactionsSurvivesWritingAndReading() throws {
        for isOfLists in [true, false] {
            let recorder = recorded(isOfLists: isOfLists)
            let text = String(decoding: recorder.text(), as: UTF8.self)
            XCTAssertTrue(HistoryText.holdsTransactions(text))
            XCTAssertEqual(try HistoryText.parseTransactions(text).events, recorder.transactions.events)
        }
        let text = String(decoding: recorded(isOfLists: true).text(), as: UTF8.self)
        XCTAssertTrue(text.hasPrefix("0.001500\t0\t:invoke\t:txn\t[[:r 5 nil] [:append 5 3]]\n"), text)
        XCTAssertTrue(
            text.contains("12.000003\t0\t:ok\t:txn\t[[:r 5 [1 \"two words\"]] [:append 5 3]]\n"), text)
        XCTAssertTrue(text.contains("\t3\t:info\t:txn\t[[:r 5 nil] [:append 5 3]]\t:net-timeout\n"), text)
        XCTAssertFalse(HistoryText.holdsTransactions("0\t:invoke\t:read\t[0 nil]"))
        for line in ["0\t:ok\t:txn\t[[:r 5 [1 2]]", "0\t:ok\t:txn\t[[:r x 1]]", "0\t:ok\t:txn\t[:r 1 2]"] {
            XCTAssertThrowsError(try HistoryText.parseTransactions(line), line) {
                XCTAssertEqual("\($0)", "line 1 is no event of a history of transactions: \(line)")
            }
        }
    }

    func testModelsBelongToTheirWorkloads() throws {
        func complaint(_ arguments: String) -> String? {
            do {
                var options = Options()
                try options.parse(arguments.split(separator: " ").map(String.init))
                try options.check()
                return nil
            } catch {
                return "\(error)"
            }
        }
        XCTAssertNil(complaint("--bin /bin/sh -w txn-rw-register --consistency-models serializable"))
        XCTAssertEqual(
            complaint("--bin /bin/sh --consistency-models serializable"),
            "--consistency-models serializable: expected for lin-kv: linearizable")
        XCTAssertEqual(
            complaint("--bin /bin/sh -w txn-list-append --consistency-models linearizable"),
            "--consistency-models linearizable: expected for txn-list-append: read-committed, snapshot-isolation, "
                + "serializable, strict-serializable")
        XCTAssertEqual(
            complaint("--bin /bin/sh -w txn-list-append --padding 9"), "--padding: only lin-kv writes strings"
        )
        XCTAssertEqual(
            complaint("--bin /bin/sh -w lin-kv --concurrency 2n --padding 9"),
            "--padding: lin-kv is checked with numbers only; expected --no-check as well"
        )
        var options = Options()
        try options.parse(["-w", "txn-list-append", "--max-txn-length", "7", "--max-writes-per-key", "9"])
        XCTAssertEqual(
            options.transactionLimits, TransactionWorkload.Limits(keys: 10, length: 7, writesPerKey: 9))
        XCTAssertEqual(options.name, "txn-list-append")
        XCTAssertEqual(options.consistencyModels, [.strictSerializable])
    }
}
