import XCTest

@testable import mini_maelstrom

/// Nodes that replicate with one fault must be found invalid, and a node without faults valid.
final class BrokenNodeTests: BenchProgram {
    /// The broken ones run until one run is invalid, mostly the first.
    override class var sideBySide: [String: [String]] {
        func run(_ fault: String, _ options: String) -> [String] {
            words(nodes: 5, "--rate 200 --latency 10 \(options)", with: fault)
        }
        return [
            "raft": run("raft", "--time-limit 2 --nemesis partition --nemesis-interval 1"),
            "stale": run("stale", "--time-limit 2 --test-count 20"),
            "fickle": run(
                "fickle", "--time-limit 3 --nemesis partition --nemesis-interval 0.7 --test-count 20"),
            // Here an answer takes so long that every request is forwarded again.
            "twice": run("twice", "--time-limit 2 --latency 20 --test-count 20"),
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
