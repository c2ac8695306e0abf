import XCTest

@testable import Consensus

/// The violations that `violatedInvariant()` and `InvariantMonitor` find.
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

    func testALogThatContradictsTheAppliedIndexIsFound() {
        var hand = Hand(log: [1, 1, 1])
        hand.append(heartbeat(term: 1, from: "n1", commit: 0))
        assertFound("applied 1 beyond commit index 0", in: hand) { $0.lastApplied = 1 }
        assertFound("entries after 2 are not to be stored", in: hand) { $0.durableIndex = 2 }
        assertFound("a snapshot of what is not committed", in: hand) {
            $0.snapshot = Snapshot(position: LogPosition(index: 2, term: 1), source: Pieces([""]))
        }
    }

    func testAMembershipThatDiffersFromTheLogIsFound() {
        let hand = Hand(log: [1, 1])
        assertFound("no membership at the log's beginning", in: hand) { $0.memberships[0].index = 1 }
        assertFound("entry 2 is not the membership in force", in: hand) {
            $0.memberships.append((2, Membership(voters: ["n0"])))
        }
        assertFound("a membership that is not in the log", in: hand) {
            $0.memberships.append((3, Membership(voters: ["n0"])))
        }
    }

    func testALeaderThatMissesAStepIsFound() {
        var hand = Hand()
        hand.acknowledge(hand.makeLeader(), by: "n1")
        assertFound("a quorum holds entry 1, which is not committed", in: hand) {
            $0.commitIndex = 0
            $0.lastApplied = 0
            $0.leadership.uncommittedBytes = $0.log.bytes(after: 0, upTo: 1)
        }
        assertFound("are not those behind entry 1", in: hand) { $0.leadership.uncommittedBytes = 1 }
        assertFound("n1 has answered what was not asked", in: hand) {
            $0.leadership.progress[0].answered = .max
        }
        assertFound("a transfer to n0", in: hand) {
            $0.leadership.transfer = Transfer(target: "n0", deadline: 0)
        }
    }

    // MARK: - Between two moments

    private func assertFound(
        _ words: String, after hand: Hand, _ spoil: (inout Raft) -> Void, line: UInt = #line
    ) {
        var monitor = InvariantMonitor()
        XCTAssertNil(monitor.violation(of: hand.raft), line: line)
        XCTAssertNil(monitor.violation(of: hand.raft), line: line)
        var raft = hand.raft
        spoil(&raft)
        let violation = monitor.violation(of: raft)
        XCTAssertTrue(
            violation?.contains(words) ?? false, "\(violation ?? "nothing") instead of \(words)", line: line)
    }

    func testStateThatDecreasesIsFound() {
        var hand = Hand(term: 3, votedFor: "n2", log: [1, 1, 1])
        hand.append(
            AppendEntries(term: 3, leader: "n2", prevLogIndex: 3, prevLogTerm: 1, leaderCommit: 3))
        assertFound("the term falls from 3 to 2", after: hand) { $0.hardState.term = 2 }
        assertFound("the commit index falls from 3 to 2", after: hand) {
            $0.commitIndex = 2
            $0.lastApplied = 2
        }
        assertFound("its vote for n2 in term 3 has become one for n1", after: hand) {
            $0.hardState.votedFor = "n1"
        }
        assertFound("entry 3, which is committed, is another", after: hand) {
            $0.log.truncate(from: 3)
            $0.log.append(Entry(term: 2, "other"))
        }
    }

    func testALeadersStateThatDecreasesIsFound() {
        var hand = Hand()
        hand.acknowledge(hand.makeLeader(), by: "n1")
        assertFound("a match index falls from 1 to 0", after: hand) {
            $0.leadership.progress[0].held = (0, .max)
            $0.leadership.progress[0].matchIndex = 0
        }
        assertFound("an answer is taken back", after: hand) { $0.leadership.progress[0].answered = 0 }
        var monitor = InvariantMonitor()
        let role = hand.raft.role
        XCTAssertNil(monitor.violation(of: hand.raft))
        hand.raft.role = .follower(leader: nil)
        XCTAssertNil(monitor.violation(of: hand.raft))
        hand.raft.role = role
        XCTAssertEqual(monitor.violation(of: hand.raft), "it leads term 1, which n0 has led before")
    }

    func testAMatchIndexMayDecreaseWhenALogIsLost() {
        var hand = Hand()
        hand.acknowledge(hand.makeLeader(), by: "n1")
        var monitor = InvariantMonitor()
        XCTAssertNil(monitor.violation(of: hand.raft))
        hand.raft.startOver(at: 0, nextIndex: 1)
        XCTAssertNil(monitor.violation(of: hand.raft))
    }
}
