import XCTest

@testable import Consensus

/// A leader that asks for votes does not lead any more.
final class FormerLeaderTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    private func request(
        _ term: Term, from candidate: NodeID = "n1", preVote: Bool = true, lastLogIndex: Index = 0
    ) -> RequestVote {
        RequestVote(
            term: term, candidate: candidate, lastLogIndex: lastLogIndex,
            lastLogTerm: lastLogIndex == 0 ? 0 : 1,
            preVote: preVote)
    }

    func testAFollowerForgetsALeaderThatAsksForVotes() {
        for preVote in [true, false] {
            var hand = Hand(of: 5)
            hand.append(heartbeat(term: 4, from: "n1"))
            XCTAssertEqual(hand.vote(request(5, from: "n2", preVote: preVote))?.voteGranted, false)
            XCTAssertEqual(hand.vote(request(5, preVote: preVote))?.voteGranted, true)
            XCTAssertNil(hand.raft.leader)
            XCTAssertEqual(hand.raft.currentTerm, preVote ? 4 : 5)
            XCTAssertEqual(hand.vote(request(6, from: "n2"))?.voteGranted, true)
        }
    }

    func testTheVoteThenDependsOnTheLog() {
        var hand = Hand(of: 5, log: [1, 1])
        hand.append(heartbeat(term: 4, from: "n1"))
        XCTAssertEqual(hand.vote(request(5, lastLogIndex: 1))?.voteGranted, false)
        XCTAssertNil(hand.raft.leader)
        XCTAssertEqual(hand.vote(request(5, from: "n2", lastLogIndex: 2))?.voteGranted, true)
    }

    // A request from before its election has its term at most.
    func testALateVoteRequestFromBeforeALeadersElectionChangesNothing() {
        for (term, preVote) in [(4, true), (4, false), (3, true), (3, false)] {
            var hand = Hand(of: 5)
            hand.append(heartbeat(term: 4, from: "n1"))
            XCTAssertEqual(hand.vote(request(term, preVote: preVote))?.voteGranted, false)
            XCTAssertEqual(hand.raft.leader, "n1")
            XCTAssertEqual(hand.vote(request(5, from: "n2"))?.voteGranted, false)
        }
    }

    func testLateAppendsOfAFormerLeaderDoNotMakeItLeaderAgain() {
        var hand = Hand(of: 5)
        hand.append(heartbeat(term: 4, from: "n1"))
        _ = hand.vote(request(5))
        let deadline = hand.raft.deadline
        hand.now += 1_000
        var late = heartbeat(term: 4, from: "n1")
        late.entries = [Entry(term: 4, "late")]
        XCTAssertEqual(hand.append(late)?.success, true)
        XCTAssertEqual(hand.raft.log.lastIndex, 1)
        XCTAssertNil(hand.raft.leader)
        XCTAssertEqual(hand.raft.deadline, deadline)
        XCTAssertEqual(hand.vote(request(5, from: "n2", lastLogIndex: 9))?.voteGranted, false)
        let better = RequestVote(term: 5, candidate: "n2", lastLogIndex: 1, lastLogTerm: 4, preVote: true)
        XCTAssertEqual(hand.vote(better)?.voteGranted, true)
        hand.append(heartbeat(term: 5, from: "n1"))
        XCTAssertEqual(hand.raft.leader, "n1")
    }

    // Its followers used to refuse its pre-votes until their own timeouts.
    func testServiceRecoversSoonAfterALeaderWasCutOffForAboutItsTimeout() {
        for seed in 1...10 as ClosedRange<UInt64> {
            let cluster = Cluster(5, seed: seed)
            cluster.elect("n0")
            cluster.latency = { _, _ in 10_000 }
            cluster.run(for: 1_000_000)
            // Late timers make the followers wait longer than their leader.
            for id in cluster.ids.dropFirst() {
                cluster.with(id) { raft in
                    for _ in 0..<8 { raft.timing.add(lateness: 150_000) }
                }
            }
            cluster.run(for: 40_000)
            XCTAssertEqual(cluster.leaderIDs, ["n0"], "seed \(seed)")
            cluster.isolate("n0")
            cluster.run(for: 240_000)
            cluster.heal()
            let healed = cluster.now
            while cluster.leaderIDs.isEmpty, cluster.now - healed < 10_000_000 { cluster.run(for: 5_000) }
            XCTAssertLessThan(cluster.now - healed, 3 * timeout, "seed \(seed)")
        }
    }
}
