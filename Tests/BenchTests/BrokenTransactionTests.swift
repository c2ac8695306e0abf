import XCTest

@testable import mini_maelstrom

/// Nodes that isolate transactions badly are found, and the anomaly is named.
final class BrokenTransactionTests: BenchProgram {
    private static let workloads = ["txn-list-append", "txn-rw-register"]
    private var workloads: [String] { Self.workloads }

    /// Those of three nodes, which mostly wait.
    override class var sideBySide: [String: [String]] {
        Dictionary(
            uniqueKeysWithValues: workloads.map { workload in
                (
                    "raft \(workload)",
                    words(nodes: 3, options(workload, "strict-serializable", seconds: 3), with: "raft")
                )
            })
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

    /// - Parameter names: of anomalies of which each must be found.
    private func assertIsFound(
        _ fault: String, _ model: String, _ names: [String], in workload: String, line: UInt = #line
    ) throws {
        let ended = try run(fault, workload, model, seconds: names.count == 1 ? 0.4 : 1, runs: 30)
        XCTAssertEqual(ended.status, 1, "\(workload): \(ended.output)", line: line)
        let found = try results().anomalies ?? [:]
        for name in names { XCTAssertNotNil(found[name], "\(workload): \(found)", line: line) }
    }

    private func assertIsValid(_ fault: String, _ model: String, line: UInt = #line) throws {
        for workload in workloads {
            let ended = try run(fault, workload, model)
            XCTAssertEqual(ended.status, 0, "\(workload): \(ended.output)", line: line)
            XCTAssertEqual(try results().anomalies, [:], line: line)
        }
    }

    func testACorrectNodeIsValid() throws {
        try assertIsValid("none", "strict-serializable")
        XCTAssertEqual(try results().consistencyModels, ["strict-serializable"])
        XCTAssertGreaterThan(try results().byKind["txn"]?.ok ?? 0, 0)
    }

    func testANaiveRaftWithoutAFaultIsValid() throws {
        for workload in workloads {
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
        for workload in workloads { try assertIsFound("dirty-read", "read-committed", ["G1a"], in: workload) }
    }

    func testLostUpdatesAreFound() throws {
        for workload in workloads {
            try assertIsFound("lost-update", "snapshot-isolation", ["lost-update"], in: workload)
        }
        try assertIsFound("lost-update", "read-committed", ["incompatible-order"], in: "txn-list-append")
    }

    func testWriteSkewIsFoundUnlessSnapshotIsolationWillDo() throws {
        for workload in workloads {
            try assertIsFound("write-skew", "serializable", ["G2-item"], in: workload)
        }
        try assertIsValid("write-skew", "snapshot-isolation")
    }

    func testStaleReadsAreFoundUnlessSerializabilityWillDo() throws {
        for workload in workloads {
            try assertIsFound("stale-read", "strict-serializable", ["G-single-realtime"], in: workload)
        }
        try assertIsValid("stale-read", "serializable")
    }

    func testTransactionsThatDoNotSeeTheirOwnWritesAreFound() throws {
        for workload in workloads {
            try assertIsFound("internal", "snapshot-isolation", ["internal"], in: workload)
        }
    }

    func testReadsInTheMidstOfATransactionAreFound() throws {
        for workload in workloads {
            try assertIsFound("interleaved", "read-committed", ["G1b", "G1c"], in: workload)
        }
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
