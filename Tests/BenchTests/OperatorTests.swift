import TestPrograms
import XCTest

@testable import mini_maelstrom

/// The bench with real nodes whose membership and leader it changes, or that run behind commands.
final class OperatorTests: BenchProgram {
    override class var sideBySide: [String: [String]] {
        let program = builtProgram("raft-kv").path
        return [
            "operators": words(
                of: "raft-kv", nodes: 5,
                "--rate 100 --time-limit 3 --nemesis transfer,membership --nemesis-interval 0.3 --seed 2"),
            "commands": [
                "test", "--node-command", "echo $$ > {id}.pid; exec \(program)", "--kill-command",
                "kill -KILL $(cat {id}.pid)", "--pause-command", "kill -STOP $(cat n{i}.pid)",
                "--resume-command", "kill -CONT $(cat n{i}.pid)", "--node-count", "3", "--rate", "100",
                "--time-limit", "3", "--nemesis", "kill,pause", "--nemesis-interval", "0.4", "--seed", "3",
                "--aftermath", "0.5", "--", "--data-dir", "{dir}",
            ],
        ]
    }

    func testMembershipChangesAndTransfersHappenAndTheRunIsValid() throws {
        let ended = try end(of: "operators")
        XCTAssertEqual(ended.status, 0, ended.output)
        let results = try results()
        XCTAssertGreaterThan(results.membershipChanges.ok, 0, ended.output)
        XCTAssertGreaterThan(results.transfers.ok, 0, ended.output)
        let lines = try nemesisLines()
        for (what, counts) in [("membership", results.membershipChanges), ("transfer", results.transfers)] {
            func count(_ how: String) -> Int { lines.count { $0.contains("\t:\(what)\t:\(how) ") } }
            XCTAssertEqual(count("ask"), counts.ok + counts.fail + counts.info)
            XCTAssertEqual(count("ok"), counts.ok)
            XCTAssertEqual(count("refused"), counts.fail)
            XCTAssertEqual(count("unknown"), counts.info)
        }
    }

    func testNodesThatKnowNoOperatorsRefuseAndTheRunContinues() throws {
        let ended = try withEnoughTime {
            try test(
                "--time-limit \($0) --aftermath 0.1 --nemesis membership,transfer --nemesis-interval 0.03 --seed 2"
            )
        } until: {
            try !$0.wasStarved && results().membershipChanges.info > 0
        }
        XCTAssertEqual(ended.status, 0, ended.output)
        XCTAssertGreaterThan(try results().membershipChanges.info, 0, ended.output)
    }

    func testNodesBehindCommandsAreKilledPausedAndRestartedByCommands() throws {
        let ended = try end(of: "commands")
        XCTAssertEqual(ended.status, 0, ended.output)
        XCTAssertGreaterThan(try results().kills.values.reduce(0, +), 0, ended.output)
        XCTAssertGreaterThan(try results().pauses.values.reduce(0, +), 0, ended.output)
        // The processor time of the commands here is not that of the nodes.
        XCTAssertNil(try results().cpuSeconds)
        XCTAssertFalse(ended.output.contains("processor time"), ended.output)
        XCTAssertFalse(try contents("report.html").contains("processor time"))
    }

    func testStepsOfANodeRunInOrderAndTimeOut() {
        var steps = NodeSteps(nodes: 2)
        XCTAssertTrue(steps.willRun(1, runs: true))
        XCTAssertTrue(steps.add(.kill, to: 1))
        XCTAssertFalse(steps.add(.start, to: 1))
        XCTAssertFalse(steps.add(.pause, to: 1))
        XCTAssertTrue(steps.isDying(1) && steps.willRun(1, runs: true))
        XCTAssertFalse(steps.isDying(0))
        steps.begin(-1, of: 1, at: 5)
        XCTAssertNil(steps.late(at: 4 + NodeSteps.patience))
        XCTAssertEqual(steps.late(at: 5 + NodeSteps.patience), 1)
        steps.end(1)
        XCTAssertNil(steps.late(at: .max))
        XCTAssertEqual(steps.current(1), .start)
        XCTAssertFalse(steps.isDying(1))
    }

    func testACommandThatFailsEndsTheRunAndIsNamed() throws {
        let ended = end(
            try start([
                "test", "--node-command", "\(builtProgram("TestNode").path)", "--kill-command", "exit 7",
                "--node-count", "1", "--time-limit", "60", "--nemesis", "kill", "--nemesis-interval", "0.05",
            ]))
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.contains("--kill-command for n0 exited with status 7"), ended.output)
    }
}
