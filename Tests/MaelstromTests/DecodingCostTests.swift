import Consensus
import Foundation
import KeyValue
import XCTest

@testable import Maelstrom

/// The cost of decoding: JSONDecoder is asked once per value, and never for a value that is missing. A question that
/// fails costs more than a hundred others.
final class DecodingCostTests: XCTestCase {
    /// A `MessageLine` or `CanonicalArray`, read through a counting decoder.
    private struct Counted<Content: DecodableWithConfiguration>: DecodableWithConfiguration
    where Content.DecodingConfiguration == JSONSource {
        let message: Content
        let tally = Tally()

        init(from decoder: any Decoder, configuration source: JSONSource) throws {
            message = try Content(
                from: CountedDecoder(decoder: decoder, tally: tally), configuration: source)
        }
    }

    private func count<Content: DecodableWithConfiguration>(
        _ type: Content.Type, _ text: String
    ) throws -> Counted<Content> where Content.DecodingConfiguration == JSONSource {
        let decoder = JSONDecoder()
        return try Array(text.utf8).withUnsafeBytes { bytes in
            try decoder.decode(
                Counted<Content>.self, from: Data(bytes),
                configuration: JSONSource(bytes: bytes, decoder: decoder))
        }
    }

    /// Values, and the number of values within each.
    private static let shapes: [(unit: String, values: Int)] = [
        ("1", 1), ("-1.5e3", 1), (#""a""#, 1), (#""\n""#, 1), ("null", 1), ("true", 1), ("[]", 1), ("{}", 1),
        (#"{"a":1}"#, 2), (#"{"\n":1,"b":null}"#, 3), ("[[[1]]]", 4),
        (#"[1,"a",null,1.5,true,[2],{"k":3}]"#, 10),
        (#"{"a":{"b":[{"c":[0.5,null,"x"]}]}}"#, 8), ("18446744073709551615", 1), ("0e5", 1),
    ]

    func testEachValueIsDecodedOnceWithoutGuessingItsType() throws {
        for (unit, values) in Self.shapes {
            let array = "[" + Array(repeating: unit, count: 100).joined(separator: ",") + "]"
            for field in ["key", "value"] {
                let other = field == "key" ? "value" : "key"
                let line = try count(
                    MessageLine.self,
                    line(#"{"type":"write","msg_id":1,"\#(field)":\#(array),"\#(other)":1}"#))
                guard case .success(.request) = line.message.input else { return XCTFail(unit) }
                XCTAssertEqual(line.tally.errors, 0, unit)
                // Besides the values: the message, its body, src, dest, the type, and the fields of the body.
                XCTAssertLessThanOrEqual(line.tally.calls, 100 * values + 12, unit)
            }
            let values = try count(CanonicalArray.self, array)
            XCTAssertEqual(values.message.values.count, 100)
            XCTAssertEqual(values.tally.errors, 0, unit)
        }
    }

    func testNoFieldOfAMessageIsDecodedByGuessing() throws {
        for body in [
            #"{"type":"init","msg_id":1,"node_id":"n0","node_ids":["n0","n1"]}"#,
            #"{"type":"read","msg_id":1,"key":1}"#, #"{"type":"read","key":null}"#, #"{"type":"status"}"#,
            #"{"type":"cas","msg_id":1,"key":1,"from":1,"to":2}"#,
            #"{"type":"cas","msg_id":1,"key":1,"from":1,"to":2,"create_if_not_exists":true}"#,
            #"{"type":"txn","msg_id":1,"txn":[["r",1,null],["append","x",{"a":[1.5,"\u00e9"]}]]}"#,
            #"{"type":"log","msg_id":1,"from":1,"to":2}"#,
            #"{"type":"append_entries","msg_id":1,"term":1,"leader_id":"c1","prev_log_index":0,"prev_log_term":0,"entries":["1 no-op"],"leader_commit":0}"#,
            #"{"type":"append_entries_res","in_reply_to":1,"term":1,"success":true}"#,
            #"{"type":"request_vote","msg_id":1,"term":1,"candidate_id":"c1","last_log_index":0,"last_log_term":0}"#,
            #"{"type":"forward","requests":["c1 1 write 1 2"],"limit":9}"#,
            #"{"type":"frob","msg_id":1,"more":{}}"#,
        ] {
            let line = try count(MessageLine.self, line(body))
            if case .failure(let error)? = line.message.input { XCTFail("\(body): \(error.text)") }
            XCTAssertEqual(line.tally.errors, 0, body)
            XCTAssertLessThan(line.tally.calls, 25, body)
        }
    }

    private func processorTime(_ work: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        work()
        return now() - start
    }

    /// This cost cannot be counted. Decoding escaped names again for each value would take fifty times as long here.
    func testManyValuesInOneMessageCostNoMoreThanOneByOne() {
        let value = "[" + Array(repeating: #"{\"\\n\":1}"#, count: 200).joined(separator: ",") + "]"
        func forward(_ count: Int) -> String {
            let requests = (1...count).map { "\"c1 \($0) write 1 \(value)\"" }
            return line(
                from: "n1", #"{"type":"forward","limit":9,"requests":[\#(requests.joined(separator: ","))]}"#)
        }
        let (one, many) = (forward(1), forward(100))
        func best(_ work: () -> Void) -> Double { (0..<3).map { _ in processorTime(work) }.min() ?? 0 }
        let alone = best { for _ in 0..<100 { XCTAssertNotNil(decode(one).peer) } }
        let together = best { XCTAssertNotNil(decode(many).peer) }
        XCTAssertLessThan(together, 10 * alone)
    }

    /// `String`'s comparison and hash take quadratic time for a letter with many accents.
    func testAClientMayBeNamedByALetterWithManyAccents() {
        func name(_ accents: Int) -> String { "e" + String(repeating: "\u{301}\u{323}", count: accents) }
        func ask(_ accents: Int) {
            guard case .request(let request) = decode(line(from: name(accents), #"{"type":"read","key":1}"#))
            else { return XCTFail("no request") }
            let id = RequestID(client: request.client, number: 1)
            XCTAssertEqual(Set([id, id]).count, 1)
        }
        let short = processorTime { for _ in 0..<100 { ask(1_000) } }
        let long = processorTime { ask(100_000) }
        XCTAssertLessThan(long, 20 * short)
    }
}
