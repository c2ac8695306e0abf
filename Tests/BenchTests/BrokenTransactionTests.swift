import XCTest

@testable import mini_maelstrom

/// Nodes that isolate transactions badly are found, and the anomaly is named.
final class BrokenTransactionTests: BenchProgram {
    private static let workloads = ["txn-list-append", "txn-rw-register"]

    /// Those that must be valid.
    override class var sideBySide: [String: [String]] {
        var runs: [String: [String]] = [:]
        for workload in workloads {
            runs["raft \(workload)"] = words(
                nodes: 3, options(workload, "strict-serializable", seconds: 2), with: "raft")
            for (fault, model) in [
                ("none", "strict-serializable"), ("write-skew", "snapshot-isolation"),
                ("stale-read", "serializable"),
            ] {
                runs["\(fault) \(model) \(workload)"] = words(
                    options(workload, model, seconds: 0.4), with: fault)
            }
        }
        return runs
    }

    private static func options(_ workload: String, _ model: String, seconds: Double, runs: Int = 1) -> String
    {
        "-w \(workload) --consistency-models \(model) --time-limit \(seconds) --concurrency 8 --rate 2000 "
            + "--key-count 3 --max-txn-length 6 --test-count \(runs)"
    }

    /// Runs until one is not valid.
    private func run(
        _ fault: String, _ workload: String, _ model: String, nodes: Int = 1, seconds: Double = 0.4,
        runs: Int = 1
    ) throws -> Ended {
        try test(nodes: nodes, Self.options(workload, model, seconds: seconds, runs: runs), with: fault)
    }

    /// Runs the workloads side by side, each in a folder of its own, and looks at how each ended.
    private func run(
        _ workloads: [String], _ fault: String, _ model: String, seconds: Double, runs: Int,
        _ look: (_ workload: String, _ ended: Ended) throws -> Void
    ) throws {
        let whole = folder
        defer { folder = whole }
        let running = try workloads.map { workload in
            folder = whole.appendingPathComponent(workload)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let options = Self.options(workload, model, seconds: seconds, runs: runs)
            return (workload, folder, try start(Self.words(options, with: fault)))
        }
        for (workload, folder, running) in running {
            self.folder = folder
            try look(workload, end(running))
        }
    }

    /// - Parameter names: of anomalies of which each must be found.
    private func assertIsFound(
        _ fault: String, _ model: String, _ names: [String], in workloads: [String] = workloads,
        line: UInt = #line
    ) throws {
        let seconds = names.count == 1 ? 0.4 : 1
        try run(workloads, fault, model, seconds: seconds, runs: 30) { workload, ended in
            XCTAssertEqual(ended.status, 1, "\(workload): \(ended.output)", line: line)
            let found = try results().anomalies ?? [:]
            for name in names { XCTAssertNotNil(found[name], "\(workload): \(found)", line: line) }
        }
    }

    private func assertIsValid(_ fault: String, _ model: String, line: UInt = #line) throws {
        for workload in Self.workloads {
            let ended = try end(of: "\(fault) \(model) \(workload)")
            XCTAssertEqual(ended.status, 0, "\(workload): \(ended.output)", line: line)
            XCTAssertEqual(try results().anomalies, [:], line: line)
            if fault == "none" {
                XCTAssertEqual(try results().consistencyModels, [model])
                XCTAssertGreaterThan(try results().byKind["txn"]?.ok ?? 0, 0)
            }
        }
    }

    func testACorrectNodeIsValid() throws {
        try assertIsValid("none", "strict-serializable")
    }

    func testANaiveRaftWithoutAFaultIsValid() throws {
        for workload in Self.workloads {
            let ended = try end(of: "raft \(workload)")
            XCTAssertEqual(ended.status, 0, ended.output)
        }
    }

    func testThreeNodesThatDoNotReplicateAreInvalidUnderEveryModel() throws {
        let ended = try run("none", "txn-list-append", "read-committed", nodes: 3, runs: 30)
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertNotNil(try results().anomalies?["incompatible-order"])
    }

    func testDirtyReadsAreFound() throws {
        try assertIsFound("dirty-read", "read-committed", ["G1a"])
    }

    func testLostUpdatesAreFound() throws {
        try assertIsFound("lost-update", "snapshot-isolation", ["lost-update"])
        try assertIsFound("lost-update", "read-committed", ["incompatible-order"], in: ["txn-list-append"])
    }

    func testWriteSkewIsFoundUnlessSnapshotIsolationWillDo() throws {
        try assertIsFound("write-skew", "serializable", ["G2-item"])
        try assertIsValid("write-skew", "snapshot-isolation")
    }

    func testStaleReadsAreFoundUnlessSerializabilityWillDo() throws {
        try assertIsFound("stale-read", "strict-serializable", ["G-single-realtime"])
        try assertIsValid("stale-read", "serializable")
    }

    func testTransactionsThatDoNotSeeTheirOwnWritesAreFound() throws {
        try assertIsFound("internal", "snapshot-isolation", ["internal"])
    }

    func testReadsInTheMidstOfATransactionAreFound() throws {
        try assertIsFound("interleaved", "read-committed", ["G1b", "G1c"])
    }

    func testAnAnomalyIsToldStepByStepAndAnalyzedAgain() throws {
        let ended = try run("stale-read", "txn-list-append", "strict-serializable", runs: 30)
        XCTAssertTrue(ended.output.contains("not strict-serializable: "), ended.output)
        XCTAssertTrue(
            ended.output.contains("of which each must come before the next, and the last before the first"),
            ended.output)
        XCTAssertTrue(ended.output.contains("(rt): T1 ended before T2 began"), ended.output)
        XCTAssertTrue(ended.output.contains(", which misses "), ended.output)
        XCTAssertTrue(ended.output.hasSuffix("Analysis invalid! (ﾉಥ益ಥ）ﾉ ┻━┻\n"), ended.output)
        let again = try run("analyze")
        XCTAssertEqual(again.status, 1, again.output)
        // A history does not tell the nodes.
        func steps(_ output: String) -> [Substring] {
            output.split(separator: "\n").filter {
                $0.contains("not strict-serializable") || $0.contains(" before T")
            }
        }
        XCTAssertEqual(steps(again.output), steps(ended.output))
        XCTAssertEqual(try run("analyze", "latest", "--consistency-models", "serializable").status, 0)
        let page = try contents("report.html")
        XCTAssertTrue(page.contains(#""kind":"G-single-realtime""#))
    }
}
