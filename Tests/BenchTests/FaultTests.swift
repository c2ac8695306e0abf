import TestPrograms
import XCTest

@testable import mini_maelstrom

/// The bench with real nodes that it kills and pauses.
final class FaultTests: BenchProgram {
    private static func run(_ nemesis: String, seed: Int, with arguments: String = "") -> [String] {
        words(
            of: "raft-kv", nodes: 3,
            "--rate 200 --time-limit 3 --aftermath 1 --nemesis \(nemesis) --nemesis-interval 0.4 --seed \(seed)",
            with: arguments)
    }

    /// A lone node in memory is killed. Whoever waits for it then waits for a second; of the many other clients most read
    /// the only key, before another writes it.
    private static func lossOfData(seconds: String) -> [String] {
        words(
            of: "raft-kv",
            "--rate 200 --clients 100 --key-count 1 --read-ratio 0.8 --time-limit \(seconds) --aftermath 0.2 "
                + "--nemesis kill --nemesis-interval 0.1", with: "--log info")
    }

    override class var sideBySide: [String: [String]] {
        [
            "kill": run("kill", seed: 1, with: "--data-dir {dir}"),
            "pause": run("pause", seed: seedThatPausesTheLeader ?? 0),
            "lossOfData": lossOfData(seconds: "2"),
        ]
    }

    func testKilledNodesRestartWithTheirDisksAndTheRunIsValid() throws {
        let ended = try end(of: "kill")
        XCTAssertEqual(ended.status, 0, ended.output)
        let results = try results()
        XCTAssertGreaterThan(results.kills.values.reduce(0, +), 0, ended.output)
        XCTAssertGreaterThan(results.droppedByKills, 0, ended.output)
        let starts = try (0..<3).map { node in
            try contents("n\(node).log").components(separatedBy: "keeps its state in").count - 1
        }
        XCTAssertGreaterThan(starts.reduce(0, +), 3, ended.output)
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: latest.path + "/data").sorted(),
            ["n0", "n1", "n2"])
    }

    /// A seed whose second pause hits the leader; at the first, nobody leads yet.
    private static var seedThatPausesTheLeader: Int? {
        (1...1000).first { seed in
            var nemesis = Nemesis(
                faults: [.pause], nodes: 3, interval: 0.4,
                random: SeededRandom(seed: UInt64(seed), purpose: "nemesis"))
            guard case .pause(.one, _) = nemesis.act(at: .max), nemesis.act(at: .max) == .resume,
                nemesis.next ?? 0 > 1_000_000_000, case .pause(.leader, _) = nemesis.act(at: .max)
            else { return false }
            return true
        }
    }

    func testTheLeaderIsFoundAndPausedAndTheRunIsValid() throws {
        XCTAssertNotNil(Self.seedThatPausesTheLeader)
        let ended = try end(of: "pause")
        XCTAssertEqual(ended.status, 0, ended.output)
        XCTAssertGreaterThan(try results().pauses.values.reduce(0, +), 0, ended.output)
        let lines = try nemesisLines()
        XCTAssertTrue(lines.contains { $0.contains("\t:pause\t:leader [\"n") }, "\(lines)")
    }

    func testALoneNodeThatLosesItsDataIsFoundInvalid() throws {
        var ended = try end(of: "lossOfData")
        func isFound(_ ended: Ended) -> Bool {
            ended.output.contains("but the register could only have held")
        }
        if !isFound(ended) {
            ended = try withEnoughTime({ end(try start(Self.lossOfData(seconds: $0))) }, until: isFound)
        }
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(isFound(ended), ended.output)
    }

    func testALeaderFaultHitsANodeThoughNoLeaderIsKnown() throws {
        func isHit() throws -> Bool {
            try nemesisLines().contains { $0.contains("\t:pause\t:leader [\"n0\"]") }
        }
        let ended = try withEnoughTime {
            try test("--time-limit \($0) --aftermath 0.1 --nemesis pause --nemesis-interval 0.03")
        } until: {
            try !$0.wasStarved && isHit()
        }
        XCTAssertEqual(ended.status, 0, ended.output)
        XCTAssertTrue(try isHit(), ended.output)
    }

    func testANodeThatCannotBeStartedAgainFailsTheRun() throws {
        let node = folder.appendingPathComponent("node").path
        let script = "#!/bin/sh\nrm \"$0\"\nexec \(builtProgram("TestNode").path) \"$@\"\n"
        XCTAssertTrue(
            FileManager.default.createFile(
                atPath: node, contents: Data(script.utf8), attributes: [.posixPermissions: 0o755]))
        let ended = try run(
            "test", "--bin", node, "--node-count", "1", "--time-limit", "60", "--nemesis", "kill",
            "--nemesis-interval", "0.05", "--", "none")
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.contains("n0 did not start: cannot start"), ended.output)
    }
}
