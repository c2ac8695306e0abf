import XCTest

@testable import mini_maelstrom

/// Nodes that replicate with one fault must be found invalid, and a node without faults valid.
final class BrokenNodeTests: BenchProgram {
    /// Each runs partitions until one run is invalid, which takes up to a minute on an idle machine.
    override class var sideBySide: [String: [String]] {
        func run(_ fault: String, seconds: Int = 4, times: Int) -> [String] {
            words(
                nodes: 5,
                "--latency 10 --nemesis partition --nemesis-interval 1 --rate 200 --time-limit \(seconds) "
                    + "--test-count \(times)", with: fault)
        }
        return [
            "raft": run("raft", seconds: 2, times: 1), "stale": run("stale", times: 20),
            "fickle": run("fickle", times: 20),
            "twice": run("twice", times: 20),
        ]
    }

    private func assertIsFoundInvalid(_ fault: String, line: UInt = #line) throws {
        let ended = try end(of: fault)
        XCTAssertEqual(ended.status, 1, ended.output, line: line)
        XCTAssertTrue(
            ended.output.contains("the register could only have held")
                || ended.output.contains("which is impossible"), ended.output, line: line)
    }

    func testANaiveRaftWithoutAFaultIsFoundValid() throws {
        let ended = try end(of: "raft")
        XCTAssertEqual(ended.status, 0, ended.output)
    }

    func testStaleReadsAreFoundInvalid() throws { try assertIsFoundInvalid("stale") }

    func testVotesForAnybodyAreFoundInvalid() throws { try assertIsFoundInvalid("fickle") }

    func testRepeatedExecutionIsFoundInvalid() throws { try assertIsFoundInvalid("twice") }
}
