import XCTest

@testable import mini_maelstrom

/// The roles of nodes over time, from logs and faults.
final class LaneTests: XCTestCase {
    private let noon = 12 * 3_600_000.0

    private func changes(_ lines: String..., start: Double) -> [NodeLog.Change] {
        NodeLog.changes(lines.joined(separator: "\n"), start: start)
    }

    func testRolesAndTermsAreReadFromANodesLog() {
        let found = changes(
            "11:59:59.900 n0 t0 node: one of n0 n1; voters are n0 n1 (role=follower term=0)",
            "12:00:00.100 n0 t0 election: asks who would vote for it in term 1 (role=pre_candidate term=0)",
            "12:00:00.110 n0 t1 election: stands in term 1 (role=candidate term=1)",
            "12:00:00.120 n0 t1 election: leads term 1, with the votes of n0 n1 (role=leader term=1)",
            "12:00:00.500 n0 t1 replication: committed up to (3, t1)",
            "something else altogether",
            "12:00:00.600 n0 t1 election: makes the voters n0 (role=leader term=1)",
            "12:00:01.000 n0 t2 election: is a follower in term 2: a higher term (role=follower term=2)",
            "12:00:02.000 n0 t2 election: follows n1 in term 2 (role=follower term=2)",
            "12:00:03.000 n0 t2 election: makes the voters n1 n2 (role=learner term=2)", start: noon)
        XCTAssertEqual(
            found.map(\.role), [.follower, .preCandidate, .candidate, .leader, .follower, .learner])
        XCTAssertEqual(found.map(\.term), [0, 0, 1, 1, 2, 2])
        XCTAssertEqual(found.map(\.time), [-100, 100, 110, 120, 1000, 3000])
        XCTAssertEqual(found[3].text, "n0 t1 election: leads term 1, with the votes of n0 n1")
    }

    func testRolesAreReadFromTheLogOfAnyNodeThatTellsThem() {
        let found = changes(
            #"time=2026-11-27T12:00:00.250Z level=info msg="became leader" role=leader term=3"#,
            "[12:00:01] INFO raft role=Follower, term=4", "role=leader term=5 without a time",
            "12:00:02.000 role=king term=6", "12:00:03.000 role=leader", "12:00:04 role=learner term=7\r",
            "12:00:05 role=leader term=8\r", start: noon)
        XCTAssertEqual(found.map(\.role), [.leader, .follower, .learner, .leader])
        XCTAssertEqual(found.map(\.term), [3, 4, 7, 8])
        XCTAssertEqual(found.map(\.time), [250, 1000, 4000, 5000])
    }

    func testALogContinuesAfterMidnight() {
        let found = changes(
            "23:59:59.000 n0 t1 election: leads term 1, with the votes of n0 (role=leader term=1)",
            "00:00:01.500 n0 t2 election: follows n1 in term 2 (role=follower term=2)", start: 86_398_000)
        XCTAssertEqual(found.map(\.time), [1000, 3500])
        let early = changes("23:59:59.000 n0 is up (role=follower term=0)", start: 500)
        XCTAssertEqual(early.map(\.time), [-1500])
    }

    func testFaultsLastFromTheirBeginningToTheirEnd() {
        var times = FaultTimes()
        times.begin(.partition, "one", at: 1_000_000)
        times.begin(.kill, "minority", nodes: [1, 3], at: 2_000_000)
        times.end(.partition, at: 3_000_000)
        times.begin(.kill, "one", nodes: [2], at: 3_500_000)
        times.end(.kill, at: 4_000_000)
        let change = times.begin(.membership, "ask this", at: 5_000_000)
        let other = times.begin(.membership, "ask that", at: 5_500_000)
        times.end(change, "ok this", at: 6_000_000)
        times.begin(.loss, "0.1", at: 7_000_000)
        times.end(other, "refused that", at: 8_000_000)
        let spans = times.spans(end: 10)
        XCTAssertEqual(spans.map(\.fault), [.partition, .kill, .kill, .membership, .membership, .loss])
        XCTAssertEqual(spans.map(\.from), [1, 2, 3.5, 5, 5.5, 7])
        XCTAssertEqual(spans.map(\.to), [3, 4, 4, 6, 8, 10])
        XCTAssertEqual(spans[4].text, "ask that; refused that")
        XCTAssertEqual(spans[1].nodes, [1, 3])
    }

    func testFaultsOverrideANodesLog() {
        let changes = [
            NodeLog.Change(time: -5, role: .follower, term: 0, text: "a"),
            NodeLog.Change(time: 10, role: .leader, term: 1, text: "b"),
            NodeLog.Change(time: 45, role: .follower, term: 1, text: "c"),
        ]
        func fault(_ name: Nemesis.Fault, _ from: Double, _ to: Double, _ node: Int) -> FaultTimes.Span {
            FaultTimes.Span(fault: name, from: from, to: to, nodes: [node], text: "one")
        }
        let faults = [fault(.pause, 15, 20, 0), fault(.kill, 30, 40, 0), fault(.kill, 1, 2, 1)]
        let lane = Lane(node: 0, changes: changes, faults: faults, end: 50)
        XCTAssertEqual(
            lane.spans.map(\.state),
            [.follower, .leader, .paused, .leader, .down, .unknown, .follower])
        XCTAssertEqual(lane.spans.map(\.from), [0, 10, 15, 20, 30, 40, 45])
        XCTAssertEqual(lane.spans.last?.to, 50)
        XCTAssertEqual(
            Lane(node: 1, changes: [], faults: faults, end: 50).spans.map(\.state),
            [.unknown, .down, .unknown])
    }
}
