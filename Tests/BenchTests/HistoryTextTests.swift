import Linearizability
import XCTest

@testable import mini_maelstrom

final class HistoryTextTests: XCTestCase {
    func testAHistorySurvivesWritingAndReading() throws {
        var recorder = Recorder(isOn: true)
        let requests = [
            (Request(key: 3, kind: .read), Outcome.ok(nil)), (Request(key: 3, kind: .read), .ok(.integer(4))),
            (Request(key: 3, kind: .read), .failed(.code(11, "no\nleader"))),
            (Request(key: 0, kind: .write, value: 4), .unknown(.timeout)),
            (Request(key: 0, kind: .cas, value: 4, newValue: 1), .ok(nil)),
        ]
        for (process, (request, outcome)) in requests.enumerated() {
            recorder.invoke(request, process: process, at: 1_500_000)
            recorder.note(":stop-partition\t:network-healed", at: 1_600_000)
            recorder.complete(
                Clients.Completion(
                    worker: 0, process: process, request: request, outcome: outcome, latency: 0),
                at: 12_000_003_000)
        }
        let text = String(decoding: recorder.text(), as: UTF8.self)
        XCTAssertTrue(text.hasPrefix("0.001500\t0\t:invoke\t:read\t[3 nil]\n0.001600\t:nemesis\t:info"))
        XCTAssertTrue(text.contains("12.000003\t4\t:ok\t:cas\t[0 [4 1]]\n"))
        XCTAssertTrue(text.contains("3\t:info\t:write\t[0 4]\t:net-timeout\n"))
        XCTAssertTrue(text.contains("2\t:fail\t:read\t[3 nil]\t[:temporarily-unavailable no leader]\n"))
        XCTAssertEqual(try HistoryText.parse(text).events, recorder.history.events)
    }

    func testAReadOfAMissingKeyCountsSoThatALostWriteIsFound() throws {
        var recorder = Recorder(isOn: true)
        let requests = [
            (Request(key: 3, kind: .write, value: 4), Outcome.ok(nil)),
            (Request(key: 3, kind: .read), .failed(.code(20, "no such key"))),
        ]
        for (request, outcome) in requests {
            recorder.invoke(request, process: 0, at: 0)
            recorder.complete(
                Clients.Completion(worker: 0, process: 0, request: request, outcome: outcome, latency: 0),
                at: 0)
        }
        XCTAssertTrue(String(decoding: recorder.text(), as: UTF8.self).hasSuffix("0\t:ok\t:read\t[3 nil]\n"))
        let verdicts = try Checker().check(recorder.history)
        XCTAssertEqual(verdicts.count, 1)
        XCTAssertFalse(verdicts.contains { $0.verdict == .linearizable })
    }

    func testAnyJSONValueOfAReadSurvivesWritingAndReading() throws {
        for value in ["[1 {\"a\" 1.5}]", "\"two words\"", "{}", "[]"] {
            let event = RunEvent(process: 0, kind: .ok, key: 3, action: .read(.other(value)))
            let line = HistoryText.line(event, seconds: "1.000000", error: nil)
            XCTAssertEqual(try HistoryText.parse(line).events, [event])
        }
    }

    func testAnInvalidHistoryLineIsNamed() {
        XCTAssertThrowsError(try HistoryText.parse("0\t:invoke\t:read\t[0 nil]\n\nnonsense")) {
            XCTAssertEqual("\($0)", "line 3 is no event of a lin-kv history: nonsense")
        }
    }

    func testTheVerdictsOnTwoRunsOfMaelstromAreThoseOfKnossos() throws {
        var folder = packageRoot()
        folder.appendPathComponent("../shared/data/maelstrom")
        func invalidKeys(_ name: String) throws -> [Int] {
            let file = folder.standardized.appendingPathComponent(name)
            guard let text = try? String(contentsOf: file, encoding: .utf8) else {
                throw XCTSkip(
                    "no folder ../shared/data/maelstrom beside the package: nothing to compare with")
            }
            let verdicts = try Checker().check(try HistoryText.parse(text))
            XCTAssertGreaterThan(verdicts.count, 1)
            return verdicts.filter { $0.verdict != .linearizable }.map(\.key).sorted()
        }
        // Outside the assertions, where a skip would count as a failure.
        let (valid, invalid) = (try invalidKeys("valid.txt"), try invalidKeys("invalid.txt"))
        XCTAssertEqual(valid, [])
        XCTAssertEqual(invalid, [0, 1])
    }
}
