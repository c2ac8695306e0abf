import TestPrograms
import XCTest

@testable import mini_maelstrom

/// Commands of the bench beyond a single run, with a node of one process.
final class CommandTests: BenchProgram {
    override class var sideBySide: [String: [String]] {
        let faults =
            "--time-limit 1 --aftermath 0 --seed 9 --rate 1 --nemesis partition,loss,duplicate "
            + "--nemesis-interval 0.05"
        return [
            "two runs": words("--time-limit 0.3 --seed 5 --test-count 2"),
            "nine runs": words("--time-limit 1 --test-count 9", with: "liar"),
            "served": words("--time-limit 0.3 --served total --availability 0.4"),
            "total": words("--time-limit 0.3 --availability total"),
            "printed": words(
                nodes: 2, "--rate 100 --time-limit 0.3 --log-stderr --log-net-send --log-net-recv",
                with: "gossip"),
            "liar": words("--time-limit 0.5", with: "liar"),
            "deaf": words("--time-limit 0.2 --rate 200 --served 0.5", with: "deaf"),
            "faults": words(nodes: 5, faults), "the same faults": words(nodes: 5, faults),
        ]
    }

    func testRunsFollowEachOtherWithTheNextSeedUntilOneIsNotValid() throws {
        let valid = try end(of: "two runs")
        XCTAssertEqual(valid.status, 0, valid.output)
        XCTAssertTrue(valid.output.contains("run 1 of 2: 1 node"), valid.output)
        let seeds = valid.output.matches(of: #/seed (\d+)\n/#).compactMap { Int($0.output.1) }
        XCTAssertEqual(seeds.last, seeds.first.map { $0 + 1 }, valid.output)
        let invalid = try end(of: "nine runs")
        XCTAssertEqual(invalid.status, 1, invalid.output)
        XCTAssertFalse(invalid.output.contains("run 2 of 9"), invalid.output)
    }

    func testTheSameSeedGivesTheSameFaults() throws {
        let acts = try ["faults", "the same faults"].map {
            let ended = try end(of: $0, isServed: false)
            XCTAssertNotEqual(ended.status, 64, ended.complaints)
            // The end is left out, as its time varies by a moment.
            return try nemesisLines().prefix(30)
        }
        XCTAssertEqual(acts[0].count, 30)
        XCTAssertEqual(acts[0], acts[1])
    }

    func testTooLittleAvailabilityIsInvalid() throws {
        let enough = try end(of: "served")
        XCTAssertEqual(enough.status, 0, enough.output)
        // A cas that finds another value has not ended ok.
        let total = try end(of: "total")
        XCTAssertEqual(total.status, 1, total.output)
        XCTAssertTrue(
            total.output.contains(" % of the requests ended ok, and --availability requires 100.00 %"),
            total.output)
        let deaf = try end(of: "deaf", isServed: false)
        XCTAssertEqual(deaf.status, 1, deaf.output)
        XCTAssertTrue(
            deaf.output.contains("0.00 % of the requests were served, and --served requires 50.00 %"),
            deaf.output)
    }

    func testLogsAndMessagesArePrinted() throws {
        let ended = try end(of: "printed")
        XCTAssertTrue(ended.output.contains("n1: test-node: n1 is up\n"), ended.output)
        XCTAssertTrue(ended.output.contains(#" :send {"src":"n0","dest":"n1","body":{"type":"gossip"}}"#))
        XCTAssertTrue(ended.output.contains(#""src":"n0","dest":"n1","body":{"type":"gossip"}}"#))
        XCTAssertTrue(ended.output.contains(" :recv {\"id\":"), ended.output)
    }

    func testAHistoryIsCheckedAgain() throws {
        XCTAssertEqual(try end(of: "liar").status, 1)
        let again = try run("analyze")
        XCTAssertEqual(again.status, 1, again.output)
        XCTAssertTrue(again.output.hasSuffix("Analysis invalid! (ﾉಥ益ಥ）ﾉ ┻━┻\n"), again.output)
        XCTAssertEqual(try run("analyze", latest.path).output.suffix(500), again.output.suffix(500))
        let nothing = try run("analyze", "nowhere")
        XCTAssertEqual(nothing.status, 64)
        XCTAssertEqual(
            nothing.complaints,
            "mini-maelstrom: analyze nowhere: expected a folder with a history.txt, such as "
                + "maelstrom-runs/store/latest\n")
    }

    func testWhatATestDemandsOfAHistoryIsDemandedOfAStoredOne() throws {
        func analyze(_ text: String) throws -> Ended {
            let file = folder.appendingPathComponent("history.txt")
            try text.write(to: file, atomically: true, encoding: .utf8)
            return try run("analyze", file.path)
        }
        for (text, status, sentence) in [
            ("0\t:invoke\t:read\t[0 nil]\r\n0\t:ok\t:read\t[0 nil]\r\n", 0, "2 events of 1 keys"),
            ("0\t:invoke\t:cas\t[0 [1 2]]\n0\t:fail\t:cas\t[0 [1 2]]\n", 1, "none of 1 cas succeeded"),
            ("0\t:invoke\t:txn\t[[:r 1 nil]]\n0\t:info\t:txn\t[[:r 1 nil]]\n", 1, "none of 1 txn succeeded"),
            ("0\t:invoke\t:read\t[0 nil]\n", 2, "no operation was completed"),
            ("", 2, "no operation was completed"),
            (
                "\n0\t:invoke\t:cas\t[0 [1 2]]\n3\t:fail\t:cas\t[0 [1 2]]\n", 2,
                "line 3 of the history: process 3 completes an operation that it did not invoke"
            ),
            (
                "0\t:invoke\t:txn\t[[:r 1 nil]]\n0\t:ok\t:txn\t[[:r 1 nil]]\n3\t:invoke\t:txn\t[[:r 1 nil]]\n"
                    + "3\t:invoke\t:txn\t[[:r 1 nil]]\n", 2,
                "line 4 of the history: process 3 invokes an operation, but its last one has not ended"
            ),
        ] as [(String, Int32, String)] {
            let ended = try analyze(text)
            XCTAssertEqual(ended.status, status, text + ended.output + ended.complaints)
            XCTAssertTrue(ended.output.contains(sentence), ended.output)
        }
    }

    func testTwoProgramsAreComparedInPairs() throws {
        let node = builtProgram("TestNode").path
        let ended = try withEnoughTime {
            try run(
                "compare", node, node, "--node-count", "1", "--time-limit", $0, "--test-count", "2", "--seed",
                "4")
        } until: {
            $0.status == 0
        }
        XCTAssertEqual(ended.status, 0, ended.output)
        XCTAssertTrue(ended.output.contains("2 pairs of runs, seeds from 4"), ended.output)
        for line in ended.output.split(separator: "\n") where !line.contains("/") {
            XCTAssertLessThanOrEqual(line.count, 80, "a terminal may have 80 columns: \(line)")
        }
        for figure in ["requests/s", "p50 ms", "p99 ms"] {
            XCTAssertTrue(ended.output.contains("\n\(Text.left(figure, 12))B/A "), ended.output)
        }
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: latest.deletingLastPathComponent().path)
                .count, 5)
    }

    func testCtrlCEndsAComparison() throws {
        let node = builtProgram("TestNode").path
        let running = try start(["compare", node, node, "--node-count", "1", "--time-limit", "600"])
        // The run has begun once its folder is there.
        while !FileManager.default.fileExists(atPath: latest.appendingPathComponent("n0.log").path) {
            usleep(1000)
        }
        running.process.interrupt()
        let ended = end(running)
        XCTAssertEqual(ended.status, 130, ended.output)
        XCTAssertTrue(
            ended.output.contains("interrupted after 0 of 5 pairs; what there is looks good"), ended.output)
    }

    func testNumbersHaveNoMoreDecimalsThanTheyNeed() {
        for (value, text) in [
            (0, "0"), (0.05, "0.05"), (1.5, "1.5"), (2, "2"), (9.999, "10"), (10, "10"), (99.94, "99.9"),
            (100, "100"), (120.0, "120"), (2000, "2000"),
        ] { XCTAssertEqual(Text.number(value), text) }
    }

    func testALineOfProgressFitsTheTerminal() {
        XCTAssertEqual(Text.cut("12 s: 3 ok", 10), "12 s: 3 ok")
        XCTAssertEqual(Text.cut("12 s: 3 ok, 5 failed", 10), "12 s: 3 o…")
    }

    func testOptionsUnknownToMaelstromAreLeftOut() throws {
        for (tool, script) in [("maelstrom", "echo \"$@\""), ("java", ""), ("swift", "")] {
            let stub = folder.appendingPathComponent(tool).path
            let contents = Data("#!/bin/sh\n\(script)\n".utf8)
            XCTAssertTrue(
                FileManager.default.createFile(
                    atPath: stub, contents: contents, attributes: [.posixPermissions: 0o755]))
        }
        let process = Process()
        process.executableURL = packageRoot().appendingPathComponent("scripts/maelstrom")
        process.arguments = ["lossy", "--padding", "5", "--rate=7", "--no-check", "--", "--log", "off"]
        process.environment = ["PATH": "\(folder.path):/usr/bin:/bin"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        XCTAssertEqual(
            String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
            "test --bin .build/release/raft-kv -w lin-kv --bin .build/release/raft-kv --node-count 5 "
                + "--concurrency 4n --rate 100 --time-limit 60 --latency 10 --latency-dist exponential "
                + "--nemesis-interval 5 --rate 7 -- --log off\n")
        process.waitUntilExit()
    }

    func testANodesLogIsFollowedLineByLine() throws {
        let path = folder.appendingPathComponent("n0.log").path
        var tail = LogTail(paths: [path, folder.appendingPathComponent("none").path])
        XCTAssertTrue(tail.lines().isEmpty)
        try "one\n\ntw".write(toFile: path, atomically: false, encoding: .utf8)
        XCTAssertEqual(tail.lines().map(\.line), ["one", ""])
        try "one\n\ntwo\n".write(toFile: path, atomically: false, encoding: .utf8)
        XCTAssertEqual(tail.lines().map(\.line), ["two"])
        XCTAssertTrue(tail.lines().isEmpty)
    }
}
