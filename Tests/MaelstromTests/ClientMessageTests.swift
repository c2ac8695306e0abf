import Consensus
import KeyValue
import Maelstrom
import XCTest

final class ClientMessageTests: XCTestCase {
    func testEachClientRequestIsReadAsWhatItAsks() {
        let requests: [(body: String, operation: ClientOperation)] = [
            (#"{"type":"read","msg_id":1,"key":3}"#, .read(key: 3)),
            (#"{"msg_id":1,"key":"x","type":"read"}"#, .read(key: JSONValue(canonical: #""x""#))),
            (
                #"{"type":"write","msg_id":1,"key":3,"value":null}"#,
                .write(key: 3, value: JSONValue(canonical: "null"))
            ),
            (
                #"{"type":"write","msg_id":1,"key":null,"value":[]}"#,
                .write(key: JSONValue(canonical: "null"), value: JSONValue(canonical: "[]"))
            ),
            (
                #"{"type":"cas","msg_id":1,"key":3,"from":1,"to":2}"#,
                .cas(key: 3, from: 1, to: 2, createIfNotExists: false)
            ),
            (
                #"{"type":"cas","msg_id":1,"key":3,"from":1,"to":2,"create_if_not_exists":true}"#,
                .cas(key: 3, from: 1, to: 2, createIfNotExists: true)
            ),
            (
                #"{"type":"cas","msg_id":1,"key":3,"from":1,"to":2,"create_if_not_exists":null,"more":{}}"#,
                .cas(key: 3, from: 1, to: 2, createIfNotExists: false)
            ),
        ]
        for (body, operation) in requests {
            XCTAssertEqual(decode(line(body)).operation, operation, body)
        }
    }

    func testAMessageIDMayBeZeroNegativeOrAbsent() {
        for (id, expected) in [
            (#""msg_id":0,"#, 0), (#""msg_id":-7,"#, -7), ("", nil), (#""msg_id":null,"#, nil),
        ] {
            guard case .request(let request) = decode(line("{\(id)\"type\":\"read\",\"key\":1}")) else {
                return XCTFail(id)
            }
            XCTAssertEqual(request.messageID, expected)
            XCTAssertEqual(request.client, "c1")
        }
    }

    func testTheErrorOfAMalformedRequestNamesTheFieldAndItsType() {
        let requests: [(body: String, text: String)] = [
            (#"{"type":"read","msg_id":1}"#, "read: key is missing, which must be any JSON value"),
            (
                #"{"type":"write","msg_id":1,"key":1}"#,
                "write: value is missing, which must be any JSON value"
            ),
            (
                #"{"type":"cas","msg_id":1,"key":1,"to":1}"#,
                "cas: from is missing, which must be any JSON value"
            ),
            (
                #"{"type":"cas","msg_id":1,"key":1,"from":1}"#,
                "cas: to is missing, which must be any JSON value"
            ),
            (
                #"{"type":"cas","msg_id":1,"key":1,"from":1,"to":2,"create_if_not_exists":1}"#,
                "cas: create_if_not_exists must be true or false"
            ),
            (
                #"{"type":"write","msg_id":1,"key":1,"value":1e400}"#,
                "write: value must be a JSON value of whole strings and of numbers within the range of a double"
            ),
            (
                #"{"type":"write","msg_id":1,"key":1,"value":"\ud800"}"#,
                "write: value must be a JSON value of whole strings and of numbers within the range of a double"
            ),
            (
                #"{"type":"write","msg_id":1,"key":18446744073709551616,"value":1}"#,
                "write: key must hold no integer beyond 64 bits"
            ),
        ]
        for (body, text) in requests {
            let refusal = decode(line(body)).refusal
            XCTAssertEqual(
                refusal, Refusal(from: "n0", to: "c1", inReplyTo: 1, .malformedRequest, text), body)
        }
    }

    func testAMessageIDOfTheWrongKindIsMalformed() {
        for id in ["\"1\"", "1.5", "[]", "18446744073709551615"] {
            let refusal = decode(line("{\"type\":\"read\",\"msg_id\":\(id),\"key\":1}")).refusal
            XCTAssertEqual(refusal?.code, .malformedRequest)
            XCTAssertEqual(refusal?.inReplyTo, nil)
            XCTAssertEqual(refusal?.text, "read: msg_id must be a 64-bit integer")
        }
    }

    // Scenario 98
    func testARequestOfAnUnknownTypeIsNotSupported() {
        for type in ["echo", "", "Read", "Txn"] {
            let refusal = decode(line("{\"type\":\"\(type)\",\"msg_id\":0}")).refusal
            XCTAssertEqual(refusal?.code, .notSupported, type)
            XCTAssertEqual(refusal?.inReplyTo, 0)
        }
    }

    func testMessagesOfMembersAreNotSupportedFromClients() {
        for type in [
            "request_vote", "append_entries", "install_snapshot", "timeout_now", "read_index", "forward",
        ] {
            XCTAssertEqual(
                decode(line("{\"type\":\"\(type)\",\"msg_id\":1}")).refusal?.code, .notSupported, type)
            XCTAssertEqual(
                decode(line(from: "n1", "{\"type\":\"\(type)\",\"msg_id\":1}")).refusal?.code,
                .malformedRequest,
                type)
        }
    }

    func testAMemberMaySendClientRequests() {
        guard case .status("n1", 4) = decode(line(from: "n1", #"{"type":"status","msg_id":4}"#)) else {
            return XCTFail("no status")
        }
        XCTAssertEqual(decode(line(from: "n1", #"{"type":"read","key":1}"#)).operation, .read(key: 1))
    }

    func testBeforeInitEveryRequestGetsError11() {
        for type in ["read", "status", "echo", "request_vote", "log"] {
            let refusal = decode(line("{\"type\":\"\(type)\",\"msg_id\":3}"), initialized: false).refusal
            XCTAssertEqual(refusal?.code, .temporarilyUnavailable, type)
            XCTAssertEqual(refusal?.source, "n0")
            XCTAssertEqual(refusal?.inReplyTo, 3)
        }
    }

    func testAnInitNamesTheNode() {
        let input = decode(
            line(#"{"type":"init","msg_id":1,"node_id":"n0","node_ids":["n1","n0"]}"#), initialized: false)
        guard case .initialize(let request) = input else { return XCTFail("no init") }
        XCTAssertEqual(
            request,
            Initialize(client: "c1", messageID: 1, identity: Identity(id: "n0", members: ["n0", "n1"])))
    }

    func testAnInvalidInitIsMalformed() {
        let bodies: [(fields: String, named: String)] = [
            (#""node_ids":["n0"]"#, "node_id"),
            (#""node_id":"n0""#, "node_ids"),
            (#""node_id":0,"node_ids":["n0"]"#, "node_id"),
            (#""node_id":"n0","node_ids":"n0""#, "node_ids"),
            (#""node_id":"n0","node_ids":["n0",1]"#, "node_ids"),
            (#""node_id":"n0","node_ids":[]"#, "node_id"),
            (#""node_id":"n0","node_ids":["n1"]"#, "node_id"),
            (#""node_id":"n0","node_ids":["n0","n0"]"#, "node_ids"),
            (#""node_id":"n0","node_ids":["n0",""]"#, "node_ids"),
            (#""node_id":"","node_ids":[""]"#, "node_ids"),
        ]
        for (fields, named) in bodies {
            let refusal = decode(line(#"{"type":"init","msg_id":1,\#(fields)}"#), initialized: false).refusal
            XCTAssertEqual(refusal?.code, .malformedRequest, fields)
            XCTAssert(refusal?.text.contains(named) ?? false, fields)
        }
    }

    func testAMessageForAnotherNodeIsDropped() {
        XCTAssert(decode(line(to: "n1", #"{"type":"read","key":1}"#)).isUnusable)
    }

    func testAnInvalidLineIsDropped() {
        let lines = [
            "", "null", "[]", "7", #""x""#, "{}", "{", "}", "{\"src\":\"c1\"", "nonsense", "NaN",
            #"{"dest":"n0","body":{"type":"read"}}"#, #"{"src":1,"dest":"n0","body":{"type":"read"}}"#,
            #"{"src":"c1","body":{"type":"read"}}"#, #"{"src":"c1","dest":null,"body":{"type":"read"}}"#,
            #"{"src":"c1","dest":"n0"}"#, #"{"src":"c1","dest":"n0","body":[]}"#,
            #"{"src":"c1","dest":"n0","body":{}}"#, #"{"src":"c1","dest":"n0","body":{"type":1}}"#,
            #"{"src":"\ud800","dest":"n0","body":{"type":"read"}}"#,
            #"{"src":"c1","dest":"n0","body":{"type":"read","key":1}} x"#,
        ]
        for text in lines {
            XCTAssert(decode(text).isUnusable, text)
            XCTAssert(decode(text, initialized: false).isUnusable, text)
        }
    }

    func testInvalidUTF8IsDropped() {
        let good = Array(line(#"{"type":"read","key":1}"#).utf8)
        let broken: [[UInt8]] = [
            [0], [0xff], [0xff, 0xfe], [0x7b, 0], [0, 0x7b], [0xef, 0xbb, 0xbf], good + [0], [0] + good,
            good.flatMap { [$0, 0] }, good.map { $0 == UInt8(ascii: "c") ? 0xff : $0 },
        ]
        for bytes in broken { XCTAssert(decode(bytes).isUnusable || decode(bytes).operation != nil) }
        for _ in 0..<2000 {
            var noise = good
            for _ in 0..<3 { noise[Int.random(in: noise.indices)] = .random(in: .min ... .max) }
            _ = decode(noise)
        }
    }

    func testIDsAreComparedByTheirBytes() {
        let (composed, combined) = ("\u{e9}", "e\u{301}")
        XCTAssertEqual(composed, combined, "so says String")
        func initialize(_ ids: [String], as id: String) -> Input {
            let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
            return decode(
                line(#"{"type":"init","msg_id":1,"node_id":"\#(id)","node_ids":[\#(list)]}"#),
                initialized: false)
        }
        XCTAssertEqual(
            initialize(["n0", composed, combined], as: "n0").refusal?.text,
            "init: node_ids must hold no two ids that differ by Unicode normalisation alone, as two \(composed) do"
        )
        XCTAssertEqual(initialize([composed], as: combined).refusal?.code, .malformedRequest)
        guard case .initialize(let request) = initialize([composed, "n1"], as: composed) else {
            return XCTFail("no init")
        }
        let identity = request.identity
        XCTAssertNotEqual(identity, Identity(id: combined, members: [combined, "n1"]))
        func read(_ text: String) -> Input {
            Array(text.utf8).withUnsafeBytes { MessageDecoder().decode($0, for: identity) }
        }
        XCTAssertNotNil(read(line(to: composed, #"{"type":"read","key":1}"#)).operation)
        XCTAssert(read(line(to: combined, #"{"type":"read","key":1}"#)).isUnusable)
        let vote = #""type":"request_vote","term":1,"last_log_index":0,"last_log_term":0"#
        func ask(from source: String, for candidate: String) -> Input {
            Array(line(from: source, to: composed, #"{\#(vote),"candidate_id":"\#(candidate)"}"#).utf8)
                .withUnsafeBytes {
                    MessageDecoder().decode($0, for: Identity(id: composed, members: [composed, "\u{212b}"]))
                }
        }
        XCTAssertNotNil(ask(from: "\u{212b}", for: "\u{212b}").peer)
        XCTAssertEqual(ask(from: "\u{c5}", for: "\u{c5}").refusal?.code, .notSupported)
        XCTAssertEqual(ask(from: "\u{212b}", for: "\u{c5}").refusal?.code, .malformedRequest)
        let change = #"{"type":"change_membership","members":["\#(combined)"]}"#
        XCTAssertEqual(read(line(to: composed, change)).refusal?.code, .malformedRequest)
    }

    func testAnInitNamesAtMost65535Nodes() {
        for (count, isGood) in [(65_535, true), (65_536, false)] {
            let list = (0..<count).map { "\"n\($0)\"" }.joined(separator: ",")
            let input = decode(
                line(#"{"type":"init","msg_id":1,"node_id":"n0","node_ids":[\#(list)]}"#), initialized: false)
            if case .initialize = input { XCTAssert(isGood) } else { XCTAssertFalse(isGood) }
            if !isGood {
                XCTAssertEqual(
                    input.refusal?.text, "init: node_ids must hold at most 65535 ids; it holds 65536")
            }
        }
    }
}
