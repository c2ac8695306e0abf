import XCTest

@testable import mini_maelstrom

/// Nodes that replicate and do one thing wrong must be found out, and one that does none must not.
final class BrokenNodeTests: BenchProgram {
    /// Runs in which the network is cut; the first that is not valid is the last, on an idle machine within a minute.
    private func test(_ fault: String, runs: Int) throws -> Ended {
        try test(
            nodes: 5,
            "--latency 10 --nemesis partition --nemesis-interval 1 --rate 200 --time-limit 5 --test-count \(runs)",
            with: fault)
    }

    private func assertIsFoundOut(_ fault: String, line: UInt = #line) throws {
        let ended = try test(fault, runs: 20)
        XCTAssertEqual(ended.status, 1, ended.output, line: line)
        XCTAssertTrue(
            ended.output.contains("the register could only have held")
                || ended.output.contains("which nothing explains"), ended.output, line: line)
    }

    func testANaiveRaftThatDoesNothingWrongIsFoundValid() throws {
        let ended = try test("raft", runs: 1)
        XCTAssertEqual(ended.status, 0, ended.output)
    }

    func testReadsFromALeaderOfThePastAreFoundOut() throws { try assertIsFoundOut("stale") }

    func testVotesThatAreForgottenAreFoundOut() throws { try assertIsFoundOut("fickle") }

    func testRetriesThatAreCarriedOutTwiceAreFoundOut() throws { try assertIsFoundOut("twice") }
}
