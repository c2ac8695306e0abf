import XCTest

@testable import mini_maelstrom

final class OptionsTests: XCTestCase {
    private func parse(_ arguments: String...) throws -> Options {
        var options = Options()
        try options.parse(arguments)
        return options
    }

    private func complaint(_ arguments: String...) -> String? {
        var options = Options()
        do {
            try options.parse(arguments)
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
            "--no-check",
            "--", "--log", "debug")
        XCTAssertEqual(options.bin, "node")
        XCTAssertEqual(options.clients, 6)
        XCTAssertEqual(options.rate, 12.5)
        XCTAssertEqual(options.timeLimit, 7)
        XCTAssertEqual(options.latency, Latency(mean: 20, distribution: .uniform))
        XCTAssertEqual(options.nemesis, [.partition])
        XCTAssertEqual(options.nemesisInterval, 2.5)
        XCTAssertEqual(options.seed, 9)
        XCTAssertEqual(options.shape, Workload.Shape(keyCount: 16, readRatio: 0.5))
        XCTAssertFalse(options.checks)
        XCTAssertEqual(options.nodeArguments, ["--log", "debug"])
    }

    func testAValueMayFollowAnEqualsSignAndTheLastOneCounts() throws {
        XCTAssertEqual(try parse("--rate=3", "--rate", "4").rate, 4)
        XCTAssertEqual(try parse("--concurrency=40").clients, 40)
    }

    func testErrorsNameTheOptionTheValueAndWhatIsExpected() {
        XCTAssertEqual(
            complaint("--latency-dist", "gauss"),
            "--latency-dist gauss: expected constant, uniform or exponential")
        XCTAssertEqual(
            complaint("--nemesis", "partition,flood"),
            "--nemesis partition,flood: expected a list of partition, kill, pause, loss, duplicate, membership, transfer"
        )
        XCTAssertEqual(complaint("--rate", "-1"), "--rate -1: expected a number, 0 or more")
        XCTAssertEqual(complaint("--rate", "nan"), "--rate nan: expected a number, 0 or more")
        XCTAssertEqual(complaint("--rate"), "--rate: expected a number, 0 or more")
        XCTAssertEqual(complaint("--bad"), "--bad: no such option; --help lists them")
        XCTAssertEqual(complaint("--no-check=1"), "--no-check 1: expected no value")
        XCTAssertEqual(complaint("-w", "echo"), "--workload echo: expected lin-kv, the only workload here")
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
        for option in OptionSpec.all { XCTAssertTrue(Command.helpText.contains(option.name), option.name) }
    }

    func testARunFileHoldsOptionsAndSaysWhatItShows() throws {
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

    func testTheNamedRunsOfThisPackageAreFit() throws {
        let folder = packageRoot().appendingPathComponent(RunFile.folder)
        for name in ["hello", "partition", "slow"] {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            let file = RunFile(text: text)
            var options = Options()
            XCTAssertNoThrow(try options.parse(file.arguments), name)
            XCTAssertEqual(options.bin, ".build/release/raft-kv", name)
            XCTAssertFalse(file.summary.isEmpty, name)
        }
    }

    func testACommandIsTestOrTheNameOfARun() {
        XCTAssertThrowsError(try Command(["--rate", "5"]))
        XCTAssertThrowsError(try Command(["no-such-run"]))
        XCTAssertThrowsError(try Command(["../escape"]))
        guard case .help = try? Command(["test", "--bin", "x", "--help"]) else { return XCTFail("no help") }
        guard case .help = try? Command([]) else { return XCTFail("no help") }
    }
}

/// The folder of the package's manifest.
func packageRoot(file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
