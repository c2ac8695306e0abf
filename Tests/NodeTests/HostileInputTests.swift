import Foundation
import XCTest

/// The node survives any input and still works afterwards.
final class HostileInputTests: XCTestCase {
    private let write = line(#"{"type":"write","msg_id":1000,"key":"good","value":[1,2]}"#)
    private let read = line(#"{"type":"read","msg_id":1001,"key":"good"}"#)

    private func assertGoesOn(after bytes: [UInt8], file: StaticString = #filePath, line: UInt = #line) throws
    {
        let before = Array((initLine(["n0"]) + "\n" + write + "\n").utf8)
        let result = try session(before + bytes + Array(("\n" + read + "\n").utf8))
        XCTAssertEqual(result.exit, 0, file: file, line: line)
        XCTAssertEqual(
            result.output.last,
            #"{"src":"n0","dest":"c1","body":{"type":"read_ok","in_reply_to":1001,"value":[1,2]}}"#,
            file: file, line: line)
    }

    // Scenario 98
    func testInvalidLinesAreSkipped() throws {
        var noise = [UInt8](repeating: 0, count: 5000) + [10, 13, 10, 10]
        noise += (0...255).filter { $0 != 10 }.flatMap { byte in [UInt8(byte), 0x22, 0x7b, UInt8(byte), 10] }
        noise +=
            Array("{\"src\":\"c1\",\"dest\":\"n0\",\"body\":{\"type\":\"write\",\"key\":\"".utf8) + [
                0xff, 0xc0, 10,
            ]
        noise += Array((String(repeating: "[", count: 10_000) + "\n").utf8)
        noise += Array((String(repeating: "{\"a\":", count: 10_000) + "\n").utf8)
        noise += Array("[]\n{}\nnull\n{\"src\":1}\n\"\\ud800\"\n".utf8)
        try assertGoesOn(after: noise)
    }

    func testADeepValueIsStoredOrRefusedButNeverFatal() throws {
        for depth in [400, 505, 520, 10_000] {
            let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            try assertGoesOn(
                after: Array(line("{\"type\":\"write\",\"msg_id\":5,\"key\":5,\"value\":\(value)}").utf8))
        }
    }

    func testOutOfRangeNumbersFromMembersChangeNothing() throws {
        let wire = Wire()
        try wire.start("n0", ["--election-timeout", "3600000"])
        wire.type([initLine(["n0", "n1", "n2"])])
        let numbers = [
            "-1", "4611686018427387905", "9223372036854775807", "1e300", "18446744073709551616", "0.5",
            "\"1\"",
        ]
        var id = 10
        for number in numbers {
            for body in [
                #""type":"request_vote","term":\#(number),"candidate_id":"n1","last_log_index":0,"last_log_term":0"#,
                #""type":"request_vote","term":1,"candidate_id":"n1","last_log_index":\#(number),"last_log_term":0"#,
                #""type":"append_entries","term":\#(number),"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":[],"leader_commit":0"#,
                #""type":"append_entries","term":1,"leader_id":"n1","prev_log_index":\#(number),"prev_log_term":1,"entries":[],"leader_commit":0"#,
                #""type":"append_entries","term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":["\#(number == "\"1\"" ? "" : number) no-op"],"leader_commit":0"#,
                #""type":"append_entries","term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":[],"leader_commit":\#(number)"#,
                #""type":"install_snapshot","term":1,"leader_id":"n1","last_included_index":\#(number),"last_included_term":1,"offset":0,"data":"","done":true"#,
                #""type":"timeout_now","term":\#(number),"leader_id":"n1""#,
                #""type":"read_index","term":\#(number)"#,
            ] {
                id += 1
                wire.request("{\(body),\"msg_id\":\(id)}", from: "n1")
            }
            for body in [
                #""type":"append_entries_res","in_reply_to":\#(number),"term":1,"success":true"#,
                #""type":"request_vote_res","in_reply_to":1,"term":\#(number),"vote_granted":true"#,
                #""type":"read_index_res","in_reply_to":1,"term":1,"index":\#(number)"#,
            ] where number != "18446744073709551616" {
                wire.request("{\(body)}", from: "n2")
            }
        }
        let last = id
        wire.run(until: { wire.replies.contains { $0.inReplyTo == last } })
        let answers = wire.replies.filter { $0.destination == "n1" }
        XCTAssertEqual(answers.count, last - 10)
        XCTAssert(answers.allSatisfy { $0.code == 12 })
        wire.request(#"{"type":"status","msg_id":9}"#)
        XCTAssertEqual(wire.reply(to: 9)?["last_log_index"], 0)
        XCTAssertEqual(wire.end(), 0)
    }

    func testTheHighestTermIsAccepted() throws {
        let result = try session(
            [
                initLine(["n0", "n1"]),
                line(
                    #"{"type":"append_entries","msg_id":1,"term":4611686018427387904,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":["4611686018427387904 no-op"],"leader_commit":4611686018427387904,"round_trip":[4611686018427387904,4611686018427387904]}"#,
                    from: "n1"),
                line(#"{"type":"timeout_now","term":4611686018427387904,"leader_id":"n1"}"#, from: "n1"),
                line(#"{"type":"status","msg_id":2}"#),
            ], ["--election-timeout", "3600000"])
        XCTAssertEqual(result.exit, 0)
        XCTAssert(result.output.contains { $0.contains(#""success":true"#) })
    }

    func testErrorsFromMembersAreNotAnswered() throws {
        let result = try session(
            [
                initLine(["n0", "n1"]),
                line(#"{"type":"error","in_reply_to":1,"code":12,"text":"?"}"#, from: "n1"),
                line(#"{"type":"request_vote_res"}"#, from: "n1"),
                line(#"{"type":"init_ok","in_reply_to":1}"#, from: "n1"),
            ], ["--election-timeout", "3600000"])
        XCTAssertEqual(result.output.count, 1)
    }

    // Scenario 100
    func testABurstOf20000LinesIsAnsweredLineByLine() throws {
        var lines = [initLine(["n0"])]
        for id in 2...20_001 {
            let key = id % 17
            switch id % 3 {
            case 0: lines.append(line(#"{"type":"write","msg_id":\#(id),"key":\#(key),"value":\#(id)}"#))
            case 1: lines.append(line(#"{"type":"read","msg_id":\#(id),"key":\#(key)}"#))
            default:
                lines.append(line(#"{"type":"cas","msg_id":\#(id),"key":\#(key),"from":\#(id - 2),"to":0}"#))
            }
        }
        let result = try session(lines)
        XCTAssertEqual(result.exit, 0)
        XCTAssertEqual(result.output.count, 20_001, "nothing else is on stdout")
        let answered = result.output.compactMap { Printed($0)?.inReplyTo }
        XCTAssertEqual(answered.count, 20_001)
        XCTAssertEqual(answered.sorted(), Array(1...20_001))
    }

    func testAValueOf5MegabytesIsStored() throws {
        let value = "\"" + String(repeating: "abcdé", count: 900_000) + "\""
        let result = try session([
            initLine(["n0"]), line("{\"type\":\"write\",\"msg_id\":2,\"key\":1,\"value\":\(value)}"),
            line(#"{"type":"read","msg_id":3,"key":1}"#),
        ])
        XCTAssertEqual(
            result.output.last,
            #"{"src":"n0","dest":"c1","body":{"type":"read_ok","in_reply_to":3,"value":"# + value + "}}")
    }

    func testEachRecordedRequestOfRealClientsIsAnsweredOnce() throws {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        let data = folder.deletingLastPathComponent().appendingPathComponent(
            "shared/data/maelstrom/stdin-n0.jsonl")
        guard let bytes = FileManager.default.contents(atPath: data.path) else {
            throw XCTSkip("the recorded run is not at hand")
        }
        // A lone node has nobody to wait for.
        let text = String(decoding: bytes, as: UTF8.self).replacing(#"["n0","n1","n2"]"#, with: #"["n0"]"#)
        let result = try session(Array(text.utf8))
        let asked = text.split(separator: "\n").compactMap { Printed(String($0)) }.compactMap { message in
            message["msg_id"].map { "\(message.source) \($0)" }
        }
        let answered = result.output.compactMap { Printed($0) }
        XCTAssertEqual(answered.map { "\($0.destination) \($0.inReplyTo ?? -1)" }.sorted(), asked.sorted())
        XCTAssert(answered.allSatisfy { $0.code.map { [20, 22].contains($0) } ?? true })
        XCTAssertEqual(result.exit, 0)
    }
}
