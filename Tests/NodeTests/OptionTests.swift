import XCTest

final class OptionTests: XCTestCase {
    func testABadOptionIsNamedWithItsValues() throws {
        let options: [(arguments: [String], named: [String])] = [
            (["--nonsense"], ["--nonsense"]),
            (["stray"], ["stray"]),
            (["--election-timeout"], ["--election-timeout", "milliseconds"]),
            (["--election-timeout", "0"], ["--election-timeout", "\"0\"", "milliseconds"]),
            (["--election-timeout", "-5"], ["--election-timeout", "\"-5\"", "milliseconds"]),
            (["--election-timeout", "1.5"], ["--election-timeout", "\"1.5\"", "milliseconds"]),
            (["--election-timeout=99999999999999999999"], ["--election-timeout", "99999999999999999999"]),
            (["--heartbeat-interval", "soon"], ["--heartbeat-interval", "\"soon\"", "milliseconds"]),
            (["--heartbeat-interval", ""], ["--heartbeat-interval", "\"\""]),
            (["--members", ""], ["--members", "ids"]),
            (["--members", "n0,,n1"], ["--members", "n0,,n1"]),
            (["--members", "n0,n0"], ["--members", "n0,n0"]),
            (["--log", "loud"], ["--log", "\"loud\"", "info", "election"]),
            (["--log", "info,weather=debug"], ["--log", "weather"]),
            (["--log", "rpc=trace,info"], ["--log"]),
            (["--log", ""], ["--log"]),
            (["--data-dir", ""], ["--data-dir", "a directory"]),
            (["--data-dir", "--log"], ["--data-dir", "--log", "a directory"]),
            (["--inspect", "--log=off"], ["--inspect", "--log=off"]),
            (["--log=--members"], ["--log takes", "\"--members\""]),
            (["--inspect"], ["--inspect", "a directory"]),
            (["--snapshot-every", "0"], ["--snapshot-every", "\"0\"", "entries"]),
            (["--snapshot-every", "many"], ["--snapshot-every", "\"many\"", "entries"]),
            (
                ["--election-timeout", "100", "--heartbeat-interval", "1000"],
                ["--election-timeout 100", "--heartbeat-interval 1000", "a third"]
            ),
            (["--heartbeat-interval=34", "--election-timeout=100"], ["--heartbeat-interval 34"]),
            (["--heartbeat-interval=1", "--election-timeout=2"], ["--heartbeat-interval 1", "a third"]),
        ]
        for (arguments, named) in options {
            let result = try session([initLine(["n0"])], arguments)
            XCTAssertEqual(result.exit, 64, "\(arguments)")
            XCTAssertEqual(result.output, [])
            XCTAssertEqual(result.log.filter { $0 == "\n" }.count, 1, result.log)
            for name in named { XCTAssert(result.log.contains(name), "\(name) in \(result.log)") }
        }
    }

    func testABadFilterInTheEnvironmentIsNamed() throws {
        let result = try session([""], environment: ["RAFT_KV_LOG=loud"])
        XCTAssertEqual(result.exit, 64)
        XCTAssert(result.log.contains("RAFT_KV_LOG"))
    }

    func testAnEmptyFilterInTheEnvironmentIsNone() throws {
        let result = try session([initLine(["n0"])], environment: ["RAFT_KV_LOG="])
        XCTAssertEqual(result.exit, 0)
        XCTAssert(result.log.contains("election: leads term 1"), result.log)
    }

    func testTheLogFollowsTheFilter() throws {
        let lines = [initLine(["n0"]), line(#"{"type":"write","msg_id":2,"key":1,"value":1}"#), "nonsense"]
        let usual = try session(lines)
        XCTAssert(usual.log.contains("election: leads term 1, with the votes of n0 (role=leader term=1)\n"))
        XCTAssert(usual.log.contains("node: warning: drops a line"))
        XCTAssertFalse(usual.log.contains("committed"))
        XCTAssertEqual(try session(lines, ["--log", "off"]).log, "")
        let some = try session(lines, ["--log", "error,replication=debug"], environment: ["RAFT_KV_LOG=off"])
        XCTAssert(some.log.contains("replication: committed up to (2, t1)"))
        XCTAssertFalse(some.log.contains("election"))
        let all = try session(lines, environment: ["RAFT_KV_LOG=trace"])
        XCTAssert(all.log.contains(#"rpc: in  {"src":"c1","dest":"n0","body":{"type":"write""#))
        XCTAssert(all.log.contains(#"rpc: out {"src":"n0","dest":"c1","body":{"type":"write_ok""#))
    }

    func testTheLogTellsRolesInAFormForPrograms() throws {
        let alone = try session([initLine(["n0"])])
        XCTAssert(alone.log.contains(" within this cluster (role=follower term=0)\n"), alone.log)
        XCTAssert(alone.log.contains("(role=candidate term=1)\n"), alone.log)
        let learner = try session([initLine(["n0", "n1"])], ["--members", "n1"])
        XCTAssert(learner.log.contains("(role=learner term=0)\n"), learner.log)
    }

    func testTextOfOthersCannotForgeLogLines() throws {
        let result = try session([initLine(["n0"]), line(#"{"type":"x"}"#, to: #"a\nb\u001b[2J"#)])
        XCTAssertFalse(result.log.contains("\u{1b}"))
        XCTAssert(result.log.contains("a?b?[2J"))
    }

    func testHelpAndVersionGoToStdoutWithExitCode0() throws {
        for (argument, word) in [("--help", "--election-timeout"), ("--version", "raft-kv")] {
            let node = try NodeProcess([argument])
            node.endInput()
            XCTAssertEqual(node.waitForEnd(), 0)
            XCTAssert(node.takeLines()?.joined(separator: "\n").contains(word) ?? false)
        }
    }
}
