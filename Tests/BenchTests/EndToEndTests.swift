import TestPrograms
import XCTest

@testable import mini_maelstrom

/// The bench with a node of one process that can misbehave.
final class EndToEndTests: BenchProgram {
    override class var sideBySide: [String: [String]] {
        let cuts = "--time-limit 0.3 --aftermath 0.1 --nemesis partition --nemesis-interval 0.01"
        return [
            "correct": words("--time-limit 1"), "apart": words(nodes: 3, "--time-limit 1"),
            "liar": words("--time-limit 1", with: "liar"), "cut": words(nodes: 5, cuts, with: "gossip"),
            "uncut": words(cuts, with: "gossip"), "deaf": words("--time-limit 0.1", with: "deaf"),
        ]
    }

    func testASingleCorrectNodeIsFoundValid() throws {
        let ended = try end(of: "correct")
        XCTAssertEqual(ended.status, 0, ended.output)
        XCTAssertTrue(ended.output.hasSuffix("Everything looks good! ヽ(‘ー`)ノ\n"), ended.output)
        XCTAssertTrue(ended.output.contains("seed 1"))
        let files = try FileManager.default.contentsOfDirectory(atPath: latest.path)
        XCTAssertEqual(files.sorted(), ["history.txt", "n0.log", "report.html", "results.json"])
        XCTAssertEqual(try results().verdict, .valid)
        XCTAssertGreaterThan(try results().total.ok, 10)
        XCTAssertEqual(try contents("n0.log"), "test-node: n0 is up\n")
    }

    func testThreeNodesThatDoNotReplicateAreFoundInvalid() throws {
        let ended = try end(of: "apart")
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.hasSuffix("Analysis invalid! (ﾉಥ益ಥ）ﾉ ┻━┻\n"), ended.output)
        XCTAssertTrue(ended.output.contains("but the register could only have held"), ended.output)
    }

    func testANodeThatCarriesOutWhatItAnswered11IsFoundInvalid() throws {
        let ended = try end(of: "liar")
        XCTAssertEqual(ended.status, 1, ended.output)
    }

    func testAnInvalidLineFailsTheRunAndShowsTheNodesLog() throws {
        let ended = try test("--time-limit 60", with: "garbage")
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.contains("n0 printed a line that is no message"), ended.output)
        XCTAssertTrue(ended.output.contains("this is no message"), ended.output)
        XCTAssertTrue(ended.output.contains("    test-node: n0 is up"), ended.output)
    }

    func testANodeThatExitsFailsTheRunAndShowsItsLog() throws {
        let ended = try test("--time-limit 60", with: "exit")
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.contains("n0 exited with status 3 by itself"), ended.output)
        XCTAssertTrue(ended.output.contains("    test-node: something dreadful happened"), ended.output)
    }

    func testANodeThatAnswersNothingIsInvalidAsInMaelstrom() throws {
        let ended = try end(of: "deaf", isServed: false)
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.contains("net-timeout             4\n"), ended.output)
        XCTAssertTrue(ended.output.contains(" succeeded; so few show little"), ended.output)
    }

    func testPartitionsDropMessagesBetweenNodes() throws {
        let cut = try end(of: "cut")
        XCTAssertTrue(cut.output.contains("partitions              dropped "), cut.output)
        let uncut = try end(of: "uncut")
        XCTAssertTrue(uncut.output.contains("cut nothing"), uncut.output)
    }

    func testCtrlCEndsTheNodesAndChecksTheHistorySoFar() throws {
        let running = try start([
            "test", "--bin", builtProgram("TestNode").path, "--node-count", "1", "--time-limit", "600",
            "--rate",
            "100",
        ])
        // It has begun once it prints its options; the check covers whatever it did by then.
        let first = running.output.fileHandleForReading.availableData
        XCTAssertTrue(String(decoding: first, as: UTF8.self).hasPrefix("1 node, 4 clients"))
        running.process.interrupt()
        let ended = end(running)
        XCTAssertEqual(ended.status, 130, ended.output)
        XCTAssertTrue(ended.output.contains("\ninterrupted after 0 s"), ended.output)
    }

    func testBadOptionsAreNamedAndExitWith64() throws {
        let bad = try run("test", "--bin", "/bin/sh", "--rate", "fast")
        XCTAssertEqual(bad.status, 64)
        XCTAssertEqual(bad.complaints, "mini-maelstrom: --rate fast: expected a number, 0 or more, or max\n")
        XCTAssertEqual(bad.output, "")
        XCTAssertEqual(try run("test", "--bin", "/bin/sh", "--rate", "0x10").status, 64)
        XCTAssertEqual(try run("test").status, 64)
        XCTAssertEqual(try run("test", "--bin", folder.path).status, 64)
        let forgetful = try run("test", "--bin", builtProgram("TestNode").path, "--nemesis", "partition,kill")
        XCTAssertEqual(forgetful.status, 64)
        XCTAssertTrue(forgetful.complaints.contains("-- --data-dir {dir}"), forgetful.complaints)
        XCTAssertEqual(try run("--help").status, 0)
    }

    func testANamedRunTakesItsOptionsFromItsFile() throws {
        let runs = folder.appendingPathComponent("maelstrom-runs")
        try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
        try "# Shows that names work.\n--node-count 1\n--rate max\n--time-limit 60\n--bin no-such-node\n"
            .write(
                to: runs.appendingPathComponent("mine"), atomically: true, encoding: .utf8)
        let ended = try withEnoughTime {
            try run("mine", "--time-limit", $0, "--bin", builtProgram("TestNode").path)
        }
        XCTAssertEqual(ended.status, 0, ended.output)
        XCTAssertTrue(ended.output.hasPrefix("mine: Shows that names work.\n1 node"), ended.output)
        XCTAssertTrue(try run("--help").output.contains("Shows that names work."))
        XCTAssertTrue(try run("--help").output.contains("A healthy cluster of three"), "one that is built in")
        let elsewhere = try withEnoughTime { try run("hello", "--time-limit", $0, "--rate", "max") }
        XCTAssertEqual(elsewhere.status, 0, elsewhere.output + elsewhere.complaints)
    }

    func testARunThatCannotWriteResultsReportsThat() throws {
        try "".write(
            to: folder.appendingPathComponent("maelstrom-runs"), atomically: true, encoding: .utf8)
        let ended = try test("--time-limit 0.2")
        XCTAssertEqual(ended.status, 74)
        XCTAssertTrue(ended.complaints.contains("cannot make maelstrom-runs/store/"), ended.complaints)
    }
}
