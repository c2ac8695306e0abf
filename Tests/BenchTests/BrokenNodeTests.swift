import XCTest

@testable import mini_maelstrom

/// Nodes that replicate with one fault must be found invalid, and a node without faults valid.
final class BrokenNodeTests: BenchProgram {
    /// Runs partitions until one run is invalid, which takes up to a minute on an idle machine.
    private func test(_ fault: String, runs: Int) throws -> Ended {
        try test(
            nodes: 5,
            "--latency 10 --nemesis partition --nemesis-interval 1 --aftermath 1 --rate 200 --time-limit 5 --test-count \(runs)",
            with: fault)
    }

    private func assertIsFoundInvalid(_ fault: String, line: UInt = #line) throws {
        let ended = try test(fault, runs: 20)
        XCTAssertEqual(ended.status, 1, ended.output, line: line)
        XCTAssertTrue(
            ended.output.contains("the register could only have held")
                || ended.output.contains("which is impossible"), ended.output, line: line)
    }

    func testANaiveRaftWithoutAFaultIsFoundValid() throws {
        let ended = try test("raft", runs: 1)
        XCTAssertEqual(ended.status, 0, ended.output)
    }

    func testStaleReadsAreFoundInvalid() throws { try assertIsFoundInvalid("stale") }

    func testVotesForAnybodyAreFoundInvalid() throws { try assertIsFoundInvalid("fickle") }

    func testRepeatedExecutionIsFoundInvalid() throws { try assertIsFoundInvalid("twice") }
}
