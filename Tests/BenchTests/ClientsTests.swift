import XCTest

@testable import mini_maelstrom

final class ClientsTests: XCTestCase {
    private var clients = Clients(count: 4, nodes: 2, firstClient: 3, timeout: 1000)
    private let read = Request(key: 7, kind: .read)
    private let write = Request(key: 7, kind: .write, value: 1)

    private func reply(_ json: String) throws -> Reply {
        try JSONDecoder().decode(Reply.self, from: Data(json.utf8))
    }

    private func outcome(_ json: String, to kind: Request.Kind) throws -> Outcome {
        Outcome(try reply(json), to: Request(key: 0, kind: kind))
    }

    func testClientsAreSpreadOverTheNodes() {
        XCTAssertEqual(clients.workers.map(\.node), [0, 1, 0, 1])
        XCTAssertEqual(clients.workers.map(\.client), [3, 4, 5, 6])
    }

    func testAnAnswerCompletesTheRequestOfItsInReplyTo() throws {
        clients.ask(write, worker: 1, at: 10)
        let ok = try reply(#"{"type":"write_ok","in_reply_to":1}"#)
        XCTAssertNil(clients.answer(ok, to: 3, at: 20), "another client's")
        XCTAssertNil(clients.answer(try reply(#"{"type":"write_ok","in_reply_to":2}"#), to: 4, at: 20))
        XCTAssertNil(clients.answer(try reply(#"{"type":"write_ok"}"#), to: 4, at: 20))
        let completion = try XCTUnwrap(clients.answer(ok, to: 4, at: 25))
        XCTAssertEqual(completion.outcome, .ok(nil))
        XCTAssertEqual(completion.latency, 15)
        XCTAssertNil(clients.answer(ok, to: 4, at: 30), "a second answer")
        XCTAssertEqual(clients.remark(on: ok, to: 4, from: 0), .repeatedAnswer(node: 0))
        let toNothing = try reply(#"{"type":"write_ok","in_reply_to":2}"#)
        XCTAssertEqual(clients.remark(on: toNothing, to: 4, from: 0), .wrongReference(node: 0))
        clients.ask(write, worker: 1, at: 40)
        XCTAssertNil(clients.answer(ok, to: 4, at: 50), "an answer to the request before")
    }

    func testAnUnknownWriteEndsItsProcessAndAReadDoesNot() {
        clients.ask(read, worker: 0, at: 0)
        clients.ask(write, worker: 1, at: 0)
        XCTAssertNil(clients.timeOut(at: 999))
        XCTAssertEqual(clients.timeOut(at: 1000)?.outcome, .failed(.timeout))
        XCTAssertEqual(clients.timeOut(at: 1000)?.outcome, .unknown(.timeout))
        XCTAssertNil(clients.timeOut(at: 1000))
        XCTAssertEqual(clients.workers[0].process, 0)
        XCTAssertEqual(clients.workers[0].client, 3)
        XCTAssertEqual(clients.workers[1].process, 5)
        XCTAssertEqual(clients.workers[1].client, 7)
        XCTAssertEqual(clients.waiting, 0)
    }

    func testALateAnswerIsIgnored() throws {
        clients.ask(write, worker: 1, at: 0)
        _ = clients.timeOut(at: 1000)
        clients.ask(write, worker: 1, at: 1000)
        let late = try reply(#"{"type":"write_ok","in_reply_to":1}"#)
        XCTAssertNil(clients.answer(late, to: 4, at: 1001))
        XCTAssertEqual(clients.remark(on: late, to: 4, from: 1), .lateAnswer(node: 1))
        XCTAssertTrue(clients.exists(4))
        XCTAssertFalse(clients.exists(8))
    }

    func testANodeThatAnswersNothingMoreIsTold() throws {
        var silences = Silences(nodes: 2)
        func end(_ worker: Int, _ isAnswered: Bool, at now: UInt64) throws {
            clients.ask(read, worker: worker, at: now)
            let id = clients.workers[worker].messageID
            let answer = try reply(#"{"type":"error","code":20,"in_reply_to":\#(id)}"#)
            let completion =
                isAnswered ? clients.answer(answer, to: worker + 3, at: now) : clients.timeOut(at: now + 1000)
            silences.add(try XCTUnwrap(completion), at: now + 1000)
        }
        for count in 0..<6 as Range<UInt64> {
            XCTAssertEqual(silences.lines(NodeNames()), [])
            try end(0, count < 3, at: 2_000_000_000 + count)
            if count > 3 { try end(1, count == 5, at: 3_000_000_000 + count) }
        }
        XCTAssertEqual(
            silences.lines(NodeNames()), ["n0 answered none of its last 3 requests, from 2.0 s on"])
        try end(0, true, at: 4_000_000_000)
        for count in 0..<1200 as Range<UInt64> { try end(3, false, at: 5_000_000_000 + count) }
        XCTAssertEqual(
            silences.lines(NodeNames()), ["n1 answered none of its last 1,200 requests, from 5.0 s on"])
    }

    func testAnAnsweredRequestDoesNotTimeOut() throws {
        for round in 0..<3000 as Range<UInt64> {
            clients.ask(read, worker: 2, at: round)
            let answer = try reply(#"{"type":"read_ok","value":1,"in_reply_to":\#(round + 1)}"#)
            XCTAssertNotNil(clients.answer(answer, to: 5, at: round))
        }
        XCTAssertNil(clients.timeOut(at: .max))
        XCTAssertNil(clients.nextDeadline)
    }

    func testDefiniteErrorsFailAndOthersAreUnknown() throws {
        for code in [1, 10, 11, 12, 14, 20, 21, 22, 30] {
            let json = #"{"type":"error","code":\#(code),"text":"no","in_reply_to":1}"#
            XCTAssertEqual(try outcome(json, to: .cas), .failed(.code(code, "no")))
        }
        for code in [0, 13, 99, 1000] {
            let json = #"{"type":"error","code":\#(code),"text":"no","in_reply_to":1}"#
            XCTAssertEqual(try outcome(json, to: .write), .unknown(.code(code, "no")))
            XCTAssertEqual(try outcome(json, to: .read), .failed(.code(code, "no")))
        }
    }

    func testAnErrorMayHaveMoreFields() throws {
        let json = #"{"type":"error","code":22,"text":"no","found":[1],"in_reply_to":1}"#
        XCTAssertEqual(try outcome(json, to: .cas), .failed(.code(22, "no")))
    }

    func testRepliesWithUnknownFieldsAreRefused() throws {
        XCTAssertEqual(
            try outcome(#"{"type":"write_ok","term":3,"in_reply_to":1}"#, to: .write),
            .unknown(.malformed("write_ok with a field term")))
        XCTAssertEqual(
            try outcome(#"{"type":"write_ok","value":3,"in_reply_to":1}"#, to: .write),
            .unknown(.malformed("write_ok with a field value")))
        XCTAssertEqual(
            try outcome(#"{"type":"write_ok","msg_id":3,"in_reply_to":1}"#, to: .write), .ok(nil))
    }

    func testTheTypeOfAReplyMustMatchTheRequest() throws {
        XCTAssertEqual(
            try outcome(#"{"type":"read_ok","value":1,"in_reply_to":1}"#, to: .cas),
            .unknown(.malformed("read_ok for a cas")))
        XCTAssertEqual(
            try outcome(#"{"type":"read_ok","in_reply_to":1}"#, to: .read),
            .failed(.malformed("read_ok without a value")))
    }

    func testAReadMayBringAnyValue() throws {
        for (json, value) in [
            ("3", RegisterValue.integer(3)), ("-3", .integer(-3)), ("null", nil), ("\"3\"", .other("\"3\"")),
            ("[1,{\"b\":2,\"a\":1.5}]", .other("[1 {\"a\" 1.5 \"b\" 2}]")),
            ("18446744073709551615", .other("18446744073709551615")),
        ] as [(String, RegisterValue?)] {
            let json = #"{"type":"read_ok","value":\#(json),"in_reply_to":1}"#
            XCTAssertEqual(try outcome(json, to: .read), .ok(value), json)
        }
    }
}
