import Foundation
import XCTest

@testable import Consensus

/// Majorities of one set of voters and of two.
final class QuorumTests: XCTestCase {
    /// One case of the data files: a line of input, and the last line of its output.
    private struct Case {
        var command: String
        var arguments: [String: String]
        var answer: String

        func list(_ name: String) -> [String] {
            guard let text = arguments[name], text.hasPrefix("(") else { return [] }
            return text.dropFirst().dropLast().split(separator: ",").map(String.init)
        }

        var membership: Membership { Membership(voters: list("cfg"), outgoing: list("cfgj")) }

        /// The voters' values by id: those of `cfg`, then those only in `cfgj`.
        func values(_ name: String) -> [String: String] {
            func sorted(_ ids: some Collection<String>) -> [String] { ids.sorted { Int($0)! < Int($1)! } }
            let first = sorted(Set(list("cfg")))
            let ids = first + sorted(Set(list("cfgj")).subtracting(first))
            return Dictionary(uniqueKeysWithValues: zip(ids, list(name)).filter { $0.1 != "_" })
        }
    }

    private func cases(_ file: String) throws -> [Case] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let url = root.appendingPathComponent("../shared/data/quorum/\(file).txt").standardized
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            throw XCTSkip("\(url.path) is missing")
        }
        var cases: [Case] = []
        var isAnswer = false
        for line in text.components(separatedBy: "\n") where !line.hasPrefix("#") {
            if line == "----" {
                isAnswer = true
            } else if line.isEmpty {
                isAnswer = false
            } else if isAnswer {
                cases[cases.count - 1].answer = line
            } else {
                cases.append(parse(line))
            }
        }
        return cases
    }

    /// Parses `command name=(1, 2) name=(_,y)`.
    private func parse(_ line: String) -> Case {
        let compact = line.replacingOccurrences(of: ", ", with: ",")
        let words = compact.split(separator: " ").map(String.init)
        var arguments: [String: String] = [:]
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            arguments[parts[0]] = parts[1]
        }
        return Case(command: words[0], arguments: arguments, answer: "")
    }

    // Scenario 46
    func testCommitIndexesOfEtcdsCases() throws {
        for file in ["majority_commit", "joint_commit"] {
            let cases = try cases(file)
            XCTAssertGreaterThan(cases.count, 10)
            for known in cases {
                XCTAssertEqual(known.command, "committed")
                let indexes = known.values("idx")
                let found = known.membership.quorumValue { Int(indexes[$0] ?? "0")! }
                let expected = known.answer.hasSuffix("∞") ? Int.max : Int(known.answer)
                XCTAssertEqual(found, expected, "\(known)")
            }
        }
    }

    // Scenario 46
    func testVotesOfEtcdsCases() throws {
        let verdicts: [String: Membership.VoteResult] = [
            "VoteWon": .won, "VoteLost": .lost, "VotePending": .pending,
        ]
        for file in ["majority_vote", "joint_vote"] {
            let cases = try cases(file)
            XCTAssertGreaterThan(cases.count, 10)
            for known in cases {
                XCTAssertEqual(known.command, "vote")
                let votes = known.values("votes")
                let found = known.membership.voteResult { id in votes[id].map { $0 == "y" } }
                XCTAssertEqual(found, verdicts[known.answer], "\(known)")
            }
        }
    }

    // Scenario 46
    func testTheQuorumValueIsThatOfANaiveSearch() {
        var generator = SeededGenerator(seed: 46)
        for _ in 0..<2_000 {
            let ids = (0..<7).map { "n\($0)" }
            let some = ids.shuffled(using: &generator).prefix(Int.random(in: 1...7, using: &generator))
            let others = ids.shuffled(using: &generator).prefix(Int.random(in: 0...5, using: &generator))
            let values = Dictionary(
                uniqueKeysWithValues: ids.map { ($0, Int.random(in: 0...9, using: &generator)) })
            let membership = Membership(voters: Array(some), outgoing: Array(others))
            func isReached(_ value: Int, by set: some Collection<NodeID>) -> Bool {
                set.isEmpty || 2 * set.filter { values[$0]! >= value }.count > set.count
            }
            let expected = (0...9).last { isReached($0, by: some) && isReached($0, by: others) }
            XCTAssertEqual(membership.quorumValue { values[$0]! }, expected)
        }
    }

    func testAVoteIsWonOrLostExactlyWhenNoFurtherVoteCanChangeIt() {
        var generator = SeededGenerator(seed: 47)
        for _ in 0..<500 {
            let ids = (0..<5).map { "n\($0)" }
            let some = Array(ids.shuffled(using: &generator).prefix(Int.random(in: 1...5, using: &generator)))
            let others = Array(
                ids.shuffled(using: &generator).prefix(Int.random(in: 0...3, using: &generator)))
            let membership = Membership(voters: some, outgoing: others)
            let votes: [NodeID: Bool?] = Dictionary(
                uniqueKeysWithValues: ids.map { ($0, [true, false, nil].randomElement(using: &generator)!) })
            func wins(_ set: [NodeID], ifSilentSay silent: Bool) -> Bool {
                set.isEmpty || 2 * set.filter { votes[$0]! ?? silent }.count > set.count
            }
            let expected: Membership.VoteResult =
                wins(some, ifSilentSay: false) && wins(others, ifSilentSay: false)
                ? .won : wins(some, ifSilentSay: true) && wins(others, ifSilentSay: true) ? .pending : .lost
            XCTAssertEqual(membership.voteResult { votes[$0]! }, expected)
        }
    }

    func testVotersAreSortedAndCountedOnce() {
        let membership = Membership(voters: ["n2", "n0", "n2"], outgoing: ["n1", "n0"])
        XCTAssertEqual(membership.voters, ["n0", "n1", "n2"])
        XCTAssertEqual(membership.incoming, ["n0", "n2"])
        XCTAssertTrue(membership.isJoint)
        XCTAssertFalse(membership.isQuorum("n0"))
        XCTAssertTrue(Membership(voters: ["n0"]).isQuorum("n0"))
    }
}
