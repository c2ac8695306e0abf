import KeyValue
import Maelstrom
import XCTest

/// A value is either kept exactly or refused; nothing is lost silently.
final class KeptWholeTests: XCTestCase {
    private func write(_ json: String) -> Input {
        decode(line("{\"type\":\"write\",\"msg_id\":1,\"key\":1,\"value\":\(json)}"))
    }

    private func text(_ json: String) -> String? {
        guard case .update(.write(_, let value))? = write(json).operation else { return nil }
        return value.text
    }

    /// Field names that JSONDecoder considers equal, with the error's name for them.
    private static let doubled: [(object: String, name: String)] = [
        (#"{"a":1,"a":2}"#, "a"), (#"{"a":1,"b":2,"a":1}"#, "a"), (#"{"a":1,"\u0061":2}"#, "a"),
        (#"{"\u00e9":1,"e\u0301":2}"#, "e\u{301}"), ("{\"é\":1,\"e\u{301}\":2}", "e\u{301}"),
        (#"{"":1,"":2}"#, ""),
        ("{" + (0..<40).map { "\"\($0 % 39)\":1" }.joined(separator: ",") + "}", "0"),
    ]

    func testAnObjectWithAFieldTwiceIsRefusedEverywhere() {
        for (object, name) in Self.doubled {
            for json in [object, "[1,\(object)]", #"{"x":{"y":[\#(object)]}}"#] {
                let refusal = write(json).refusal
                XCTAssertEqual(refusal?.code, .malformedRequest, json)
                XCTAssertEqual(
                    refusal?.text,
                    "write: value must hold no object with a field twice, and one has \(name) twice")
            }
            for (field, body) in [
                ("key", #""type":"read","key":\#(object)"#),
                ("key", #""type":"write","key":\#(object),"value":1"#),
                ("from", #""type":"cas","key":1,"from":\#(object),"to":1"#),
                ("to", #""type":"cas","key":1,"from":1,"to":\#(object)"#),
            ] {
                let refusal = decode(line("{\(body)}")).refusal
                XCTAssertEqual(refusal?.code, .malformedRequest, body)
                XCTAssert(refusal?.text.contains("\(field) must hold no object") ?? false, body)
            }
        }
    }

    func testABodyOrMessageWithAFieldTwiceIsRefused() {
        for (body, name) in [
            (#"{"type":"write","key":1,"key":2,"value":1}"#, "key"),
            (#"{"type":"write","key":1,"value":2,"value":2}"#, "value"),
            (#"{"type":"read","key":1,"\u006bey":2}"#, "key"),
            (#"{"type":"read","msg_id":1,"msg_id":2,"key":1}"#, "msg_id"),
            (#"{"type":"read","key":1,"é":1,"\u0065\u0301":2}"#, "e\u{301}"),
        ] {
            let refusal = decode(line(body)).refusal
            XCTAssertEqual(refusal?.code, .malformedRequest, body)
            XCTAssertEqual(
                refusal?.text.components(separatedBy: ": ").last,
                "body must name no field twice, and \(name) is there twice")
        }
        let twice = #"{"src":"c1","src":"c2","dest":"n0","body":{"type":"read","key":1}}"#
        XCTAssertEqual(
            decode(twice).refusal?.text, "read: a message must name no field twice, and src is there twice")
    }

    func testAMessageOfAMemberWithAFieldTwiceIsRefused() {
        let vote =
            #""type":"request_vote","term":1,"term":2,"candidate_id":"n1","last_log_index":0,"last_log_term":0"#
        XCTAssertEqual(decode(line(from: "n1", "{\(vote)}")).refusal?.code, .malformedRequest)
        let relay = #"{"type":"relay","source":"n1","route":[],"body":{\#(vote)}}"#
        XCTAssertEqual(decode(line(from: "n2", relay)).refusal?.code, .malformedRequest)
        let object = Self.doubled[0].object.replacing("\"", with: "\\\"")
        let append =
            #"{"type":"append_entries","term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"#
            + #""entries":["1 c1 1 write 1 \#(object)"],"leader_commit":0}"#
        XCTAssertEqual(decode(line(from: "n1", append)).refusal?.code, .malformedRequest)
        let forward = #"{"type":"forward","limit":9,"requests":["c1 1 write 1 \#(object)"]}"#
        XCTAssertEqual(decode(line(from: "n1", forward)).refusal?.code, .malformedRequest)
        let reply = #"{"type":"request_vote_res","in_reply_to":1,"term":1,"term":2,"vote_granted":true}"#
        XCTAssert(decode(line(from: "n1", reply)).isUnusable)
    }

    func testFieldNamesMayContainEscapes() {
        let operation = decode(
            line(#"{"typ\u0065":"write","\u006bey":{"\n\u0061":[1]},"v\u0061lue":{"b":1,"\u0061":2}}"#)
        ).operation
        XCTAssertEqual(
            operation,
            .write(key: JSONValue(canonical: #"{"\na":[1]}"#), value: JSONValue(canonical: #"{"a":2,"b":1}"#))
        )
    }

    func testFieldNamesThatDifferStayDistinct() {
        let object = #"{"a":1,"A":2,"a ":3,"":4,"\u0000":5,"ａ":6}"#
        XCTAssertEqual(text(object)?.split(separator: ",").count, 6)
    }

    func testANumberKeepsAllItsDigits() {
        for (json, kept) in [
            ("3.141592653589793238", "3.141592653589793238e+0"),
            ("123456789012345678901234567890.5", "1.234567890123456789012345678905e+29"),
            ("9007199254740992.5", "9.0071992547409925e+15"),
            ("18446744073709551616.0", "1.8446744073709551616e+19"),
            ("-0.1000000000000000055511151231257827", "-1.000000000000000055511151231257827e-1"),
            ("1.00000000000000000000000000000000001", "1.00000000000000000000000000000000001e+0"),
            ("0.1", "0.1"), ("1e30", "1e+30"), ("0.30000000000000004", "0.30000000000000004"),
            ("5e-324", "5e-324"), ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("0e5", "0"), ("-0.00e-7", "0"), ("-1e18", "-1000000000000000000"), ("12.50", "12.5"),
        ] {
            XCTAssertEqual(text(json), kept)
            XCTAssertEqual(text(kept), kept, "it is its own canonical text")
        }
    }

    func testANumberBeyondTheRangeOfDoubleIsRefused() {
        for json in ["1e400", "-1e400", "1e-400", "2e-324", "[1e400]", "01", "1.", "-", "1e", "[01]", "-01"] {
            XCTAssertEqual(write(json).refusal?.code, .malformedRequest, json)
        }
    }

    func testAStringIsKeptCodePointByCodePointOrRefused() {
        for (json, kept) in [
            (#""a\u0000b""#, #""a\u0000b""#), (#""\u2028""#, "\"\u{2028}\""), (#""\ufeff""#, "\"\u{feff}\""),
            (#""e\u0301""#, "\"e\u{301}\""), (#""\b\f\u001f""#, #""\b\f\u001f""#),
        ] {
            XCTAssertEqual(text(json).map { Array($0.utf8) }, Array(kept.utf8))
        }
        for json in [
            #""\ud800""#, #""\udc00""#, #""\ud83dx""#, #"["\ud800"]"#, #"{"\ud800":1}"#,
            #"{"a":{"\udc00":1}}"#,
        ] {
            XCTAssertEqual(write(json).refusal?.code, .malformedRequest, json)
        }
    }

    func testValuesOfEveryTypeMayBeMixed() {
        let kinds = [
            "1", #""a""#, "null", "1.5", "true", "false", "[2]", #"{"k":3}"#, "[]", "{}", "-7", #""\"""#,
        ]
        let pairs = kinds.flatMap { first in kinds.map { "\(first),\($0)" } }
        let array = "[\(pairs.joined(separator: ","))]"
        XCTAssertEqual(text(array), array)
        let object = "{\(kinds.enumerated().map { "\"\($0 + 10)\":\($1)" }.joined(separator: ","))}"
        XCTAssertEqual(text(object), object)
        XCTAssertEqual(
            text(" [ 1 ,\t{ \"b\" : null , \"a\" : [ ] } , \"]\" ] "), #"[1,{"a":[],"b":null},"]"]"#)
    }

    private func nested(_ depth: Int, in json: String = "1") -> String {
        String(repeating: "[", count: depth) + json + String(repeating: "]", count: depth)
    }

    func testAValueIsNested510LevelsDeepAtMost() {
        XCTAssertEqual(text(nested(510)), nested(510))
        for value in [
            nested(511), nested(512), nested(100_000), "[1,\(nested(510)),{\"a\":\"]\"}]",
            "{\"]\":\(nested(600, in: #""[\"""#)),\"b\":\(nested(600))}",
        ] {
            let refusal = write(value).refusal
            XCTAssertEqual(refusal?.code, .malformedRequest)
            XCTAssertEqual(refusal?.inReplyTo, 1)
            XCTAssertEqual(
                refusal?.text, "write: a message must be nested no deeper than 512 arrays and objects")
        }
    }

    func testMessagesNestedTooDeepGetAnErrorOfTheirType() {
        let deep = nested(520)
        let unknown = decode(line(#"{"type":"frob","msg_id":7,"x":\#(deep)}"#)).refusal
        XCTAssertEqual(unknown?.code, .notSupported)
        XCTAssertEqual(unknown?.inReplyTo, 7)
        XCTAssertEqual(
            decode(line(#"{"type":"read","msg_id":7,"key":\#(deep)}"#), initialized: false).refusal?.code,
            .temporarilyUnavailable)
        let vote = #""type":"request_vote","msg_id":7,"term":1,"candidate_id":"n1","last_log_index":0"#
        XCTAssertEqual(
            decode(line(from: "n1", #"{\#(vote),"last_log_term":\#(deep)}"#)).refusal?.code,
            .malformedRequest)
        XCTAssert(decode(line(from: "n1", #"{"type":"request_vote_res","term":\#(deep)}"#)).isUnusable)
        XCTAssert(decode(line(to: "n1", #"{"type":"read","key":\#(deep)}"#)).isUnusable)
        for broken in [String(deep.dropLast()), deep + "]", "[\(deep.dropLast())}"] {
            XCTAssert(write(broken).isUnusable)
        }
        XCTAssert(decode(deep).isUnusable)
        XCTAssert(decode("{\"src\":\(deep)}").isUnusable)
    }

    func testAMessageOfAMemberNestedTooDeepIsRefused() {
        for depth in [511, 512, 600] {
            let forward = #"{"type":"forward","limit":9,"requests":["c1 1 write 1 \#(nested(depth))"]}"#
            let decoded = decode(line(from: "n1", forward))
            XCTAssertEqual(decoded.peer != nil, depth == 511)
            XCTAssertEqual(decoded.refusal?.code, depth == 511 ? nil : .malformedRequest)
        }
    }

    /// JSONDecoder accepts these, and they are never written.
    func testATrailingCommaIsIgnored() {
        for (json, kept) in [
            ("[1,]", "[1]"), ("{\"a\":1,}", "{\"a\":1}"), ("[[1,],]", "[[1]]"),
            ("[{\"a\":[2 ,] ,} ,]", "[{\"a\":[2]}]"),
        ] {
            XCTAssertEqual(text(json), kept)
        }
        for json in ["\"a\tb\"", "\"\u{1}\"", "[\"a\nb\"]", "[1-2]", "[\"\\x\"]"] {
            XCTAssertEqual(write(json).refusal?.code, .malformedRequest, json)
        }
        for json in ["[,]", "[1,,]", "{,}", "[,1]", "{\"a\":1,,}", "[1 2]", "{\"a\" 1}"] {
            XCTAssert(write(json).isUnusable, json)
        }
    }

    func testALineInAnotherEncodingIsDropped() {
        let message = line(#"{"type":"read","key":1}"#)
        for encoding: [UInt8] in [
            message.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] },
            message.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] },
            [0xff, 0xfe] + message.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] },
        ] {
            XCTAssert(decode(encoding).isUnusable)
        }
        XCTAssertNotNil(
            decode([0xef, 0xbb, 0xbf] + Array(message.utf8)).operation, "a byte order mark of UTF-8")
    }
}
