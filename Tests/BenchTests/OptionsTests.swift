import XCTest

@testable import mini_maelstrom

final class OptionsTests: XCTestCase {
    private func parse(_ arguments: String...) throws -> Options {
        var options = Options()
        try options.parse(arguments)
        return options
    }

    private func complaint(_ arguments: String...) -> String? {
        complaint {
            var options = Options()
            try options.parse(arguments)
        }
    }

    private func complaint(command arguments: String...) -> String? {
        complaint { _ = try Command(arguments) }
    }

    private func complaint(_ act: () throws -> Void) -> String? {
        do {
            try act()
            return nil
        } catch {
            return "\(error)"
        }
    }

    func testTheDefaultsAreThoseOfMaelstrom() throws {
        let options = try parse()
        XCTAssertEqual(options.rate, 5)
        XCTAssertEqual(options.timeLimit, 60)
        XCTAssertEqual(options.latency, Latency(mean: 0, distribution: .constant))
        XCTAssertEqual(options.nemesis, [])
        XCTAssertEqual(options.nemesisInterval, 10)
        XCTAssertNil(options.seed)
    }

    func testEveryOptionIsRead() throws {
        let options = try parse(
            "-w", "lin-kv", "--bin", "node", "--node-count", "3", "--concurrency", "2n", "--rate", "12.5",
            "--time-limit", "7", "--latency", "20", "--latency-dist", "uniform", "--nemesis", "partition",
            "--nemesis-interval", "2.5", "--seed", "9", "--key-count", "16", "--read-ratio", "0.5",
            "--no-check", "--p-loss", "0.3", "--p-duplicate", "0.2", "--partitions", "one,majorities-ring",
            "--test-count", "3", "--availability", "0.9", "--served", "total", "--consistency-models",
            "linearizable",
            "--ops-per-key", "64", "--accept-malformed", "--junit", "a.xml", "--summary", "b.md",
            "--log-stderr", "--log-net-send", "--log-net-recv", "--node-command", "run {i}",
            "--kill-command", "kill", "--pause-command", "stop", "--resume-command", "go on",
            "--", "--log", "debug")
        XCTAssertNil(options.bin, "--node-command came later")
        XCTAssertEqual(try parse("--node-command", "a", "--bin", "b").bin, "b")
        XCTAssertNil(try parse("--node-command", "a", "--bin", "b").commands.start)
        XCTAssertEqual(options.clients, 6)
        XCTAssertEqual(options.rate, 12.5)
        XCTAssertEqual(options.timeLimit, 7)
        XCTAssertEqual(options.latency, Latency(mean: 20, distribution: .uniform))
        XCTAssertEqual(options.nemesis, [.partition])
        XCTAssertEqual(options.nemesisInterval, 2.5)
        XCTAssertEqual(options.seed, 9)
        XCTAssertEqual(options.shape, Workload.Shape(keyCount: 16, operationsPerKey: 64, readRatio: 0.5))
        XCTAssertFalse(options.checks)
        XCTAssertEqual(options.lossShare, 0.3)
        XCTAssertEqual(options.duplicateShare, 0.2)
        XCTAssertEqual(options.partitions, [.one, .majoritiesRing])
        XCTAssertEqual(options.testCount, 3)
        XCTAssertEqual(options.requirements, [.ok(0.9), .served(1)])
        XCTAssertTrue(options.acceptsMalformed)
        XCTAssertEqual([options.junit, options.summary], ["a.xml", "b.md"])
        XCTAssertTrue(options.logsStderr && options.logsSends && options.logsReceipts)
        XCTAssertEqual(
            options.commands, ShellCommands(start: "run {i}", kill: "kill", pause: "stop", resume: "go on"))
        XCTAssertEqual(options.nodeArguments, ["--log", "debug"])
    }

    func testAValueMayFollowAnEqualsSignAndTheLastOneCounts() throws {
        XCTAssertEqual(try parse("--rate=3", "--rate", "4").rate, 4)
        XCTAssertEqual(try parse("--concurrency=40").clients, 40)
    }

    func testNodesHaveNamesAsInMaelstrom() throws {
        XCTAssertEqual(try parse("--nodes", "a,b,c").names.quoted([0, 2]), #""a" "c""#)
        XCTAssertEqual(try parse("--node", "a", "-n", "b").nodeCount, 2)
        XCTAssertNil(try parse("--nodes", "a,b,c", "--node-count", "5").nodeNames)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try "x1\nx2\n".write(to: file, atomically: false, encoding: .utf8)
        XCTAssertEqual(try parse("--nodes-file", file.path).nodeNames, ["x1", "x2"])
        try FileManager.default.removeItem(at: file)
        for names in ["", "a,a", "a,,b", "c1", "lin-kv", "a b", "a\"b"] {
            XCTAssertTrue(complaint("--nodes", names)?.hasPrefix("--nodes \(names): expected") == true, names)
        }
    }

    func testConcurrencyOfLinKVIsAMultipleOf2n() throws {
        var options = try parse("--node-command", "node", "--node-count", "3", "--concurrency", "10")
        XCTAssertEqual(
            complaint { try options.check() },
            "--concurrency 10: each key of lin-kv is for 2n clients, so expected a multiple of 6 for 3 nodes, such as "
                + "2n; --clients takes any number")
        XCTAssertNil(
            complaint {
                try parse("--node-command", "x", "--concurrency", "1n", "-w", "txn-list-append").check()
            })
        options.concurrency = .any(10)
        XCTAssertNil(complaint { try options.check() })
        XCTAssertEqual(options.clients, 10)
    }

    func testErrorsNameTheOptionTheValueAndWhatIsExpected() {
        XCTAssertEqual(
            complaint("--latency-dist", "gauss"),
            "--latency-dist gauss: expected constant, uniform or exponential")
        XCTAssertEqual(
            complaint("--nemesis", "partition,flood"),
            "--nemesis partition,flood: expected a list of partition, kill, pause, loss, duplicate, membership, transfer"
        )
        XCTAssertEqual(
            complaint("--consistency-models", "causal"),
            "--consistency-models causal: expected a list of linearizable, read-committed, snapshot-isolation, "
                + "serializable, strict-serializable")
        XCTAssertEqual(
            complaint("--availability", "1.5"), "--availability 1.5: expected total or a number from 0 to 1")
        XCTAssertEqual(complaint("--p-loss", "2"), "--p-loss 2: expected a number from 0 to 1")
        XCTAssertEqual(
            complaint("--partitions", "half"),
            "--partitions half: expected a list of one, majority, majorities-ring, minority-third")
        XCTAssertEqual(complaint("--kill-command", " "), "--kill-command  : expected a command for /bin/sh")
        XCTAssertEqual(complaint("--rate", "-1"), "--rate -1: expected a number, 0 or more, or max")
        XCTAssertEqual(complaint("--rate", "nan"), "--rate nan: expected a number, 0 or more, or max")
        XCTAssertEqual(complaint("--rate"), "--rate: expected a number, 0 or more, or max")
        XCTAssertEqual(complaint("--bad"), "--bad: no such option; test --help lists them")
        XCTAssertEqual(
            complaint("--concurency", "2n"), "--concurency: no such option; did you mean --concurrency?")
        XCTAssertEqual(complaint("--no-check=1"), "--no-check 1: expected no value")
        XCTAssertEqual(
            complaint("-w", "echo"),
            "--workload echo: expected one of lin-kv, txn-list-append, txn-rw-register")
        for value in ["0", "n", "2m", "-1n", "", "1e3"] {
            XCTAssertNotNil(complaint("--concurrency", value), value)
        }
        for value in ["0", "201", "three", "1.5"] { XCTAssertNotNil(complaint("--node-count", value), value) }
    }

    func testClientsWaitTenTimesTheLatencyAndASecondAtLeast() throws {
        XCTAssertEqual(try parse("--latency", "99").timeout, 1_000_000_000)
        XCTAssertEqual(try parse("--latency", "250").timeout, 2_500_000_000)
    }

    func testEveryOptionIsInTheHelp() {
        let text = Command.helpText(.test)
        for option in OptionSpec.all { XCTAssertTrue(text.contains(option.name), option.name) }
        for line in (text + Command.helpText(.compare)).split(separator: "\n") {
            XCTAssertLessThanOrEqual(line.count, 120, String(line))
        }
    }

    func testARunFileHoldsOptionsAndADescription() throws {
        let file = RunFile(
            text: """
                # Shows a thing.
                # At length.
                --node-count 3

                  # between
                --rate 7
                -- --log debug
                """)
        XCTAssertEqual(file.summary, "Shows a thing.")
        var options = Options()
        try options.parse(file.arguments)
        XCTAssertEqual(options.nodeCount, 3)
        XCTAssertEqual(options.rate, 7)
        XCTAssertEqual(options.nodeArguments, ["--log", "debug"])
    }

    func testTheNamedRunsOfThisPackageAreValid() throws {
        let folder = packageRoot().appendingPathComponent(RunFile.folder)
        for name in ["hello", "partition", "slow", "lossy", "crash", "ring", "everything", "transactions"] {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            let file = RunFile(text: text)
            var options = Options()
            XCTAssertNoThrow(try options.parse(file.arguments), name)
            XCTAssertEqual(options.bin, ".build/release/raft-kv", name)
            XCTAssertFalse(file.summary.isEmpty, name)
        }
    }

    func testTheRunsThatAreBuiltInAreThoseOfThisPackage() throws {
        let folder = packageRoot().appendingPathComponent(RunFile.folder).path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { FileManager.default.isFile("\(folder)/\($0)") }
        XCTAssertEqual(RunFile.builtIn.keys.sorted(), files.sorted())
        for name in files {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            XCTAssertEqual(RunFile.builtIn[name], text, name)
        }
    }

    func testCompareTakesTwoProgramsAndItsOwnDefaults() throws {
        guard case .compare(let programs, let options) = try Command(["compare", "a", "b", "--rate", "9"])
        else {
            return XCTFail("something else")
        }
        XCTAssertEqual(programs, ["a", "b"])
        XCTAssertEqual(options.rate, 9)
        XCTAssertEqual(options.testCount, 5)
        XCTAssertEqual(
            complaint(command: "compare", "a", "--rate", "9"),
            "compare: expected two programs that run nodes, and then options")
        XCTAssertEqual(
            complaint(command: "compare", "a", "b", "--bin", "c"),
            "--bin: compare takes the two programs before any option")
        XCTAssertEqual(
            complaint { _ = try Comparison(["/bin/sh", "no-such-node"], options) },
            "--bin no-such-node: there is no such file; expected a program that runs a node")
    }

    func testServeTakesAPortAndAnalyzeAFolder() throws {
        guard case .serve(8080) = try Command(["serve"]),
            case .serve(99) = try Command(["serve", "--port", "99"]),
            case .analyze("latest", [.strictSerializable]) = try Command(["analyze"]),
            case .analyze("x", [.serializable, .readCommitted]) = try Command([
                "analyze", "x", "--consistency-models=serializable,read-committed",
            ]),
            case .analyze("x", [.serializable]) = try Command([
                "analyze", "--consistency-models", "serializable", "x",
            ])
        else { return XCTFail("something else") }
        XCTAssertEqual(
            complaint(command: "serve", "--port", "99999"),
            "serve --port 99999: expected --port N, from 0 to 65535")
        for words in [["x", "y"], ["x", "--rate", "5"], ["--rate"]] {
            XCTAssertEqual(
                complaint { _ = try Command(["analyze"] + words) },
                "analyze \(words.joined(separator: " ")): expected one folder, and --consistency-models if any"
            )
        }
    }

    func testFaultsWithoutACommandAreRefused() {
        let reachable = ShellCommands(start: "ssh host{i} node", kill: "k", pause: "p", resume: "r")
        XCTAssertNoThrow(try reachable.check([.kill, .pause]))
        XCTAssertNoThrow(try ShellCommands(start: "node").check([.partition]))
        for (commands, complaint) in [
            (ShellCommands(start: "a", pause: "p"), "--nemesis kill: expected --kill-command"),
            (
                ShellCommands(start: "a", kill: "k", pause: "p"),
                "--nemesis pause: expected --resume-command"
            ),
            (ShellCommands(kill: "k"), "--kill-command k: expected --node-command with it"),
        ] {
            let said = self.complaint { try commands.check([.kill, .pause]) }
            XCTAssertTrue(said?.hasPrefix(complaint) == true, said ?? "nothing")
        }
        XCTAssertEqual(ShellCommands.fill("on {id} {i}{i}", node: 3, named: "eva"), "on eva 33")
    }

    func testACommandIsTestOrTheNameOfARun() {
        XCTAssertThrowsError(try Command(["--rate", "5"]))
        XCTAssertThrowsError(try Command(["no-such-run"]))
        XCTAssertThrowsError(try Command(["../escape"]))
        for (words, topic) in [
            ([], Command.Topic.all), (["--help"], .all), (["-h"], .all),
            (["test", "--bin", "x", "--help"], .test),
            (["hello", "-h"], .test), (["serve", "-h"], .serve), (["analyze", "--help"], .analyze),
            (["compare", "a", "b", "-h"], .compare),
        ] {
            guard case .help(topic) = try? Command(words) else { return XCTFail("\(words)") }
        }
        for words in [["--version"], ["serve", "--version"], ["test", "--version"]] {
            guard case .version = try? Command(words) else { return XCTFail("\(words)") }
        }
    }
}

/// The folder of Package.swift.
func packageRoot(file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
