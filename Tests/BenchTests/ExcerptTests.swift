import Linearizability
import XCTest

@testable import mini_maelstrom

/// What the bench quotes of a history.
final class ExcerptTests: XCTestCase {
    private var recorder = Recorder(isOn: true)

    private func invoke(_ process: Int, _ request: Request, node: Int, at milliseconds: UInt64) {
        recorder.invoke(request, process: process, node: node, at: milliseconds * 1_000_000)
    }

    private func complete(_ process: Int, _ request: Request, _ outcome: Outcome, at milliseconds: UInt64) {
        recorder.complete(
            Clients.Completion(worker: 0, process: process, request: request, outcome: outcome, latency: 1),
            at: milliseconds * 1_000_000)
    }

    /// A history in which key 4 is violated, and key 2 after it.
    private func record() {
        let (one, two, three) = (
            Request(key: 4, kind: .write, value: 1), Request(key: 4, kind: .write, value: 2),
            Request(key: 4, kind: .write, value: 3)
        )
        let read = Request(key: 4, kind: .read)
        recorder.note(":start-partition\t:one {}", at: 0)
        invoke(0, one, node: 0, at: 1)
        complete(0, one, .ok(nil), at: 2)
        invoke(1, two, node: 1, at: 3)
        invoke(2, three, node: 2, at: 4)
        invoke(3, read, node: 0, at: 5)
        recorder.note(":stop-partition\t:network-healed", at: 6)
        complete(3, read, .ok(.integer(9)), at: 7)
        complete(1, two, .ok(nil), at: 8)
        complete(2, three, .unknown(.timeout), at: 9)
        let other = Request(key: 2, kind: .read)
        invoke(0, other, node: 0, at: 10)
        complete(0, other, .ok(.integer(7)), at: 11)
    }

    func testAViolationIsToldWithTrueOutcomesLinesTimesAndNodes() {
        record()
        let names = NodeNames(["eva", "max", "ida"])
        let judgement = Judgement(
            .registers(recorder.history), Statistics(), failure: .interrupted(2),
            places: recorder.places(names))
        XCTAssertEqual(judgement.invalidKeys, [2, 4], "keys are sorted")
        XCTAssertEqual(
            judgement.reasons.first { $0.hasPrefix("key 4") },
            """
            key 4: process 3 at eva read 9, but the register could only have held 1, 2 or 3
                lines           seconds               node  process
                2 to 3          0.001 to 0.002 s      eva   0        wrote 1
                4 to 9          0.003 to 0.008 s      max   1        wrote 2
                5 to ?          0.004 to ? s          ida   2        may have written 3
              > 6 to 8          0.005 to 0.007 s      eva   3        read 9
            """)
        let lines = String(decoding: recorder.text(), as: UTF8.self).split(separator: "\n")
        XCTAssertEqual(lines[3], "0.003000\t1\t:invoke\t:write\t[4 2]", "line 4 of the file")
        XCTAssertEqual(lines[8], "0.008000\t1\t:ok\t:write\t[4 2]")
    }

    func testAValueOfMegabytesIsToldInPart() {
        let read = Request(key: 4, kind: .read)
        invoke(0, read, node: 0, at: 1)
        complete(0, read, .ok(.other(String(repeating: "y", count: 1 << 20))), at: 2)
        let judgement = Judgement(
            .registers(recorder.history), Statistics(), failure: .interrupted(2),
            places: recorder.places(NodeNames()))
        let reason = judgement.reasons[0]
        XCTAssertTrue(reason.hasPrefix("key 4: process 0 at n0 read yyyyyyyy"), String(reason.prefix(200)))
        XCTAssertLessThan(reason.count, 1000)
        let picture = ViolationPicture(
            judgement.violations[0].violation, key: 4, of: judgement, recorder: recorder)
        XCTAssertLessThan(picture.failing.words.count, 300)
        let long = Judgement(
            nil, Statistics(),
            failure: .badLine(node: 0, line: String(repeating: "y", count: 5000), why: "no JSON"))
        XCTAssertLessThan(long.reasons[0].count, 1200)
        XCTAssertTrue(long.reasons[0].hasSuffix("what is for people belongs on stderr"), long.reasons[0])
    }

    func testAStoredHistoryIsToldWithTheLinesOfItsFile() throws {
        record()
        let text = String(decoding: recorder.text(), as: UTF8.self)
        let stored = Judgement(
            .registers(try HistoryText.parse(text)), places: HistoryText.places(text))
        XCTAssertTrue(
            stored.reasons.last?.contains("\n    4 to 9          0.003 to 0.008 s      1        wrote 2\n")
                == true,
            "\(stored.reasons)")
        let places = HistoryText.places(
            "0\t:invoke\t:read\t[1 nil]\n:nemesis\t:info\t:x\n0\t:ok\t:read\t[1 5]\n")
        XCTAssertEqual(places.lines, [1, 3])
        XCTAssertEqual(places.times, [])
    }

    func testCutsAreToldInWords() {
        XCTAssertEqual(
            Partition.split([2, 0, 1], at: 1).words(NodeNames()),
            "n0, n1 do not hear n2; n2 does not hear n0, n1")
    }

    func testTheMenuOfMomentsIsInOrderOfTime() {
        var times = FaultTimes()
        times.begin(.loss, "", at: 5_000_000)
        times.begin(.partition, "", at: 1_000_000)
        times.end(.partition, at: 9_000_000)
        times.end(.loss, at: 7_000_000)
        let moments = MessageExcerpt.moments(faults: times.spans(end: 10), lanes: [], violations: [])
        XCTAssertEqual(
            moments.map(\.name), ["partition begins", "loss begins", "loss ends", "partition ends"])
    }
}
