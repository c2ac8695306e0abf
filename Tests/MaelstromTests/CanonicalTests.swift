import KeyValue
import Maelstrom
import XCTest

final class CanonicalTests: XCTestCase {
    private func value(_ json: String) -> JSONValue? {
        guard
            case .update(.write(_, let value))? = decode(
                line("{\"type\":\"write\",\"key\":1,\"value\":\(json)}")
            )
            .operation
        else { return nil }
        return value
    }

    func testOnlyCanonicalTextIsAccepted() throws {
        let decoder = MessageDecoder()
        let texts = [
            "1.5", "1e30", "1e19", "18446744073709551615", "[1,{\"a\":\"\u{e9}\"}]", #""\u0001é""#, "-0.0",
            "null",
        ]
        let values = try texts.map { try XCTUnwrap(value($0), $0) }
        XCTAssertTrue(decoder.areCanonical(values + [1, JSONValue(canonical: "\"x\"")]))
        for text in [
            "x", "1.0", "[1, 2]", "1,2", "\"", "]", "[", "", "{\"b\":1,\"a\":2}", "\"\\u0061\"", "01",
        ] {
            XCTAssertFalse(decoder.areCanonical([1, JSONValue(canonical: text)] + values), text)
        }
        XCTAssertFalse(decoder.areCanonical([JSONValue(canonical: "[1"), JSONValue(canonical: "2]")]))
    }

    func testEqualValuesHaveTheSameText() {
        let classes: [[String]] = [
            ["1", "1.0", "1e0", "10e-1", "0.1e1"],
            ["0", "-0", "0.0", "-0.0", "0e5"],
            ["1000", "1e3", "1E+3"],
            ["9007199254740993", "9007199254740993.0"],
            ["9223372036854775807", "9223372036854775807.0"],
            ["9223372036854775808", "9223372036854775808.0"],
            ["-9223372036854775808", "-9223372036854775808.0"],
            ["18446744073709551615", "18446744073709551615.0"],
            ["10000000000000000000", "1e19"],
            ["0.1", "1e-1", "0.10"],
            ["1e30", "1.0E+30", "10e29"],
            [#""a/b""#, #""a\/b""#, #""\u0061/b""#],
            [#""é""#, #""\u00e9""#],
            [#""e\u0301""#, "\"e\u{301}\""],
            [#""\n""#, #""\u000a""#, #""\u000A""#],
            [#""😀""#, #""\ud83d\ude00""#],
            [
                #"{"a":1,"b":[1,{"d":null,"c":true}]}"#,
                #" { "b" : [ 1.0, {"c":true,"d":null} ] , "a" : 1e0 } "#,
            ],
            ["[]", "[ ]"], ["{}", "{ }"], ["null"], ["true"], ["false"],
            [#""1""#], [#""""#], [#"" ""#], [#"["1"]"#], ["[1]", "[1.0]"], ["[[1]]"], ["1.5"], ["-1"],
            [#""null""#], [#""\u0000""#], [#""\u007f""#], [#""\\""#], [#""\"""#],
        ]
        var texts: Set<String> = []
        for spellings in classes {
            let values = spellings.map { value($0) }
            for (spelling, value) in zip(spellings, values) {
                XCTAssertNotNil(value, spelling)
                XCTAssertEqual(value, values[0], spelling)
            }
            // Compared as bytes, because differently composed letters are different values.
            texts.insert(values[0].map { $0.text.utf8.map { String($0, radix: 16) }.joined() } ?? "")
        }
        XCTAssertEqual(texts.count, classes.count)
    }

    func testCanonicalTextIsItsOwnCanonicalText() {
        for json in [
            "1", "-5", "18446744073709551615", "1e+30", "0.1", "1.5e-07", #""x y""#, #""é\n\"\\ /""#,
            #"{"a":[1,"2"]}"#,
        ] {
            let once = value(json)
            XCTAssertEqual(once.flatMap { value($0.text) }, once, json)
        }
    }

    func testAnIntegerBeyond64BitsIsRefusedEverywhere() {
        for json in [
            "18446744073709551616", "-9223372036854775809", "100000000000000000000000000000",
            "[1,18446744073709551616]", #"{"a":{"b":[-9223372036854775809]}}"#,
        ] {
            let refusal = decode(line("{\"type\":\"write\",\"msg_id\":1,\"key\":1,\"value\":\(json)}"))
                .refusal
            XCTAssertEqual(refusal?.code, .malformedRequest, json)
            XCTAssertEqual(refusal?.text, "write: value must hold no integer beyond 64 bits")
        }
    }

    func testALargeDoubleAndDigitsInAStringAreAccepted() {
        XCTAssertEqual(value("1e30")?.text, "1e+30")
        XCTAssertNotNil(value(#"[1e30,"18446744073709551616","\"18446744073709551616"]"#))
        XCTAssertNotNil(value("18446744073709551616.5"))
    }

    func testAStringOfAnyLengthIsKept() {
        let long = String(repeating: "x", count: 5_000_000)
        XCTAssertEqual(value("\"\(long)\"")?.text.utf8.count, 5_000_002)
    }
}
