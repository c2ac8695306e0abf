import KeyValue
import Maelstrom
import Raft
import XCTest

final class ClientMessageTests: XCTestCase {
    func testEachClientRequestIsReadAsWhatItAsks() {
        let requests: [(body: String, operation: KeyValue.Operation)] = [
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

    func testAMalformedRequestIsToldWhichFieldIsWrongAndWhatItMustBe() {
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
        for type in ["echo", "", "Read", "txn"] {
            let refusal = decode(line("{\"type\":\"\(type)\",\"msg_id\":0}")).refusal
            XCTAssertEqual(refusal?.code, .notSupported, type)
            XCTAssertEqual(refusal?.inReplyTo, 0)
        }
    }

    func testWhatOnlyMembersMaySendIsNotSupportedFromOthers() {
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

    func testStatusIsReadAndAMemberMayAskLikeAClient() {
        guard case .status("n1", 4) = decode(line(from: "n1", #"{"type":"status","msg_id":4}"#)) else {
            return XCTFail("no status")
        }
        XCTAssertEqual(decode(line(from: "n1", #"{"type":"read","key":1}"#)).operation, .read(key: 1))
    }

    func testBeforeInitEveryRequestIsToldToWait() {
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

    func testAnInitThatMakesNoSenseIsMalformed() {
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

    func testALineThatIsNoMessageIsDropped() {
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

    func testBytesThatAreNoTextAreDropped() {
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

    func testNestingBeyondAllMeasureIsNoMessage() {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let deep = String(repeating: open, count: 10_000) + "1" + String(repeating: close, count: 10_000)
            XCTAssert(
                decode(line("{\"type\":\"write\",\"msg_id\":1,\"key\":1,\"value\":\(deep)}")).isUnusable)
        }
        XCTAssert(decode(String(repeating: "[", count: 10_000)).isUnusable)
    }
}
