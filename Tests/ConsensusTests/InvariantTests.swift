import XCTest

@testable import Consensus

/// What `violatedInvariant()` finds, and says.
final class InvariantTests: XCTestCase {
    private func assertFound(
        _ words: String, in hand: Hand, _ spoil: (inout Raft) -> Void, line: UInt = #line
    ) {
        var raft = hand.raft
        XCTAssertNil(raft.violatedInvariant(), line: line)
        spoil(&raft)
        XCTAssertTrue(
            raft.violatedInvariant()?.contains(words) ?? false,
            "\(raft.violatedInvariant() ?? "nothing") instead of \(words)", line: line)
    }

    func testAnImpossibleFollowerIsFound() {
        let hand = Hand(log: [1, 1])
        assertFound("commit index 3 beyond the log's end 2", in: hand) { $0.commitIndex = 3 }
        assertFound("durable index 3 beyond the log's end", in: hand) { $0.durableIndex = 3 }
        assertFound("an entry of term 1 in term 0", in: hand) { $0.hardState.term = 0 }
    }

    func testAnImpossibleCandidateIsFound() {
        var hand = Hand()
        _ = hand.makeCandidate()
        assertFound("a candidate that did not vote for itself", in: hand) { $0.hardState.votedFor = "n1" }
    }

    func testAnImpossibleLeaderIsFound() {
        var hand = Hand()
        hand.makeLeader()
        assertFound("a leader that did not vote for itself", in: hand) { $0.hardState.votedFor = nil }
        assertFound("fewer than no bytes", in: hand) { $0.leadership.uncommittedBytes = -1 }
        assertFound("next index 1 of n1 within what it holds", in: hand) {
            $0.leadership.progress[0].nextIndex = 1
            $0.leadership.progress[0].matchIndex = 1
        }
        assertFound("n2 holds more than its leader", in: hand) {
            $0.leadership.progress[1].nextIndex = 10
            $0.leadership.progress[1].matchIndex = 9
        }
    }
}
