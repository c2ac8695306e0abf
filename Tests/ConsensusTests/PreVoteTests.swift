import TestPrograms
import XCTest

@testable import Consensus

/// Pre-vote and check-quorum (dissertation, 9.6, 6.2 and 4.2.3).
final class PreVoteTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    // Scenario 18
    func testAPreVoteChangesNoTermAndNoVoteOnEitherSideAndInNoRole() {
        let request = RequestVote(term: 9, candidate: "n1", lastLogIndex: 9, lastLogTerm: 8, preVote: true)
        for role in ["follower", "pre-candidate", "candidate", "leader"] {
            var hand = Hand(term: 3, votedFor: "n2")
            switch role {
            case "pre-candidate": hand.waitForDeadline()
            case "candidate": _ = hand.makeCandidate()
            case "leader":
                hand.makeLeader()
                // Its quorum is silent, so only its role could make it refuse.
                hand.now += timeout
            default: break
            }
            let state = hand.raft.hardState
            let reply = hand.vote(request)
            XCTAssertEqual(
                reply, RequestVoteReply(term: state.term, voteGranted: true, preVote: true), role)
            XCTAssertEqual(hand.raft.hardState, state, role)
            XCTAssertEqual(hand.raft.isLeader, role == "leader")
            XCTAssertEqual(hand.raft.isCandidate, role == "candidate")
            XCTAssertEqual(hand.raft.isPreCandidate, role == "pre-candidate")
        }
        var asking = Hand(term: 3, votedFor: "n2")
        for outgoing in asking.waitForDeadline() {
            XCTAssertEqual(outgoing.requestVote?.term, 4)
            XCTAssertEqual(outgoing.requestVote?.preVote, true)
        }
        XCTAssertEqual(asking.raft.hardState, HardState(term: 3, votedFor: "n2"))
    }

    func testAPreVoteIsRefusedForATermThatIsNotNew() {
        for (term, granted) in [(2, false), (3, false), (4, true)] {
            var hand = Hand(term: 3)
            let reply = hand.vote(
                RequestVote(term: term, candidate: "n1", lastLogIndex: 0, lastLogTerm: 0, preVote: true))
            XCTAssertEqual(reply, RequestVoteReply(term: 3, voteGranted: granted, preVote: true))
        }
    }

    func testAPeerWithoutPreVoteGrantsByMovingToTheTerm() {
        var hand = Hand(of: 3)
        let preVotes = hand.waitForDeadline()
        let plain = RequestVoteReply(term: 1, voteGranted: true)
        let requests = hand.hear(.requestVoteReply(plain), from: "n1", inReplyTo: preVotes[0].message.id)
        XCTAssertTrue(hand.raft.isCandidate)
        hand.hear(.requestVoteReply(plain), from: "n1", inReplyTo: requests[0].message.id)
        XCTAssertTrue(hand.raft.isLeader)
    }

    func testAPeerWithoutPreVoteThatRefusesDoesNotEndThePreVote() {
        var hand = Hand(of: 3)
        for round in 1...3 {
            let preVotes = hand.waitForDeadline()
            let term = hand.raft.currentTerm + 1
            let refusal = RequestVoteReply(term: term, voteGranted: false)
            hand.hear(.requestVoteReply(refusal), from: "n1", inReplyTo: preVotes[0].message.id)
            XCTAssertTrue(hand.raft.isPreCandidate, "the other voter was not heard yet")
            XCTAssertEqual(hand.raft.currentTerm, term, "the peer's vote of that term may be gone")
            // The other's answer is lost at first.
            if round < 3 { continue }
            let grant = RequestVoteReply(term: term - 1, voteGranted: true, preVote: true)
            let requests = hand.hear(.requestVoteReply(grant), from: "n2", inReplyTo: preVotes[1].message.id)
            guard requests.count == 2 else { return XCTFail("no votes are asked for") }
            XCTAssertTrue(hand.raft.isCandidate)
            XCTAssertEqual(hand.raft.currentTerm, term + 1)
            let vote = RequestVoteReply(term: term + 1, voteGranted: true)
            hand.hear(.requestVoteReply(vote), from: "n2", inReplyTo: requests[1].message.id)
            XCTAssertTrue(hand.raft.isLeader)
        }
    }

    func testAMemberWithPreVoteThatRefusesInALaterTermEndsThePreVote() {
        var hand = Hand(of: 3)
        let preVotes = hand.waitForDeadline()
        let refusal = RequestVoteReply(term: 1, voteGranted: false, preVote: true)
        hand.hear(.requestVoteReply(refusal), from: "n1", inReplyTo: preVotes[0].message.id)
        XCTAssertEqual(hand.raft.currentTerm, 1)
        XCTAssertFalse(hand.raft.isPreCandidate)
    }

    // Scenario 19
    func testAMemberThatWasCutOffReturnsWithoutDeposingTheLeader() {
        let cluster = led(3)
        let term = cluster["n0"].currentTerm
        cluster.isolate("n2")
        cluster.run(for: 60 * timeout)
        XCTAssertEqual(cluster["n2"].currentTerm, term)
        cluster.heal()
        cluster.run(for: 10 * timeout)
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        XCTAssertEqual(cluster.ids.map { cluster[$0].currentTerm }, [term, term, term])
        XCTAssertEqual(cluster["n2"].leader, "n0")
    }

    // Scenarios 20 and 24
    func testVotesAreRefusedWithinATimeoutOfTheLeadersLastMessageAndGrantedAfterIt() {
        for preVote in [true, false] {
            for (silence, granted) in [(0, false), (timeout - 1, false), (timeout, true)] {
                var hand = Hand()
                hand.append(heartbeat(term: 4, from: "n1"))
                hand.now += silence
                let request = RequestVote(
                    term: 5, candidate: "n2", lastLogIndex: 0, lastLogTerm: 0, preVote: preVote)
                let reply = hand.vote(request)
                XCTAssertEqual(reply?.voteGranted, granted, "after \(silence)")
                // An ignored request does not change the term.
                XCTAssertEqual(reply?.term, granted && !preVote ? 5 : 4)
                XCTAssertEqual(hand.raft.currentTerm, granted && !preVote ? 5 : 4)
                XCTAssertEqual(hand.raft.votedFor, granted && !preVote ? "n2" : nil)
            }
        }
    }

    // Scenario 24
    func testALeaderWithAQuorumBehindItDisregardsAChallenger() {
        for (silence, granted) in [(0, false), (timeout - 1, false), (timeout, true)] {
            var hand = Hand(of: 5)
            let appends = hand.makeLeader()
            hand.acknowledge(appends, by: "n1")
            hand.acknowledge(appends, by: "n2")
            hand.now += silence
            let request = RequestVote(term: 7, candidate: "n3", lastLogIndex: 9, lastLogTerm: 6)
            XCTAssertEqual(hand.vote(request)?.voteGranted, granted)
            XCTAssertEqual(hand.raft.isLeader, !granted)
        }
    }

    // Scenario 21
    func testALeaderThatLostItsQuorumStepsDownAndGrantsPreVotes() {
        var hand = Hand(of: 3)
        hand.makeLeader()
        hand.wait(timeout)
        XCTAssertTrue(hand.raft.isFollower)
        XCTAssertNil(hand.raft.leader)
        let request = RequestVote(term: 2, candidate: "n1", lastLogIndex: 5, lastLogTerm: 1, preVote: true)
        XCTAssertEqual(hand.vote(request)?.voteGranted, true)
    }

    // Scenario 22
    func testALongLogInALowTermAndAShortLogInAHighTermStillElectALeader() {
        for seed in 0..<10 as Range<UInt64> {
            // n0 is down, n1 has the longest log, and n2 has moved to a later term alone.
            let cluster = Cluster(
                3, seed: seed,
                logs: ["n0": entries([1, 1, 1]), "n1": entries([1, 1, 1]), "n2": entries([1])])
            cluster.crash("n0")
            cluster.with("n2") { $0.hardState = HardState(term: 8, votedFor: "n2") }
            cluster.run(for: 20 * timeout)
            XCTAssertEqual(cluster.leaderIDs, ["n1"], "seed \(seed)")
            XCTAssertGreaterThan(cluster["n1"].currentTerm, 8)
            XCTAssertEqual(cluster["n2"].commitIndex, cluster["n1"].log.lastIndex)
        }
    }

    // Scenario 23
    func testALeaderStepsDownWithinATimeoutOfLosingItsQuorumAndNotBefore() {
        let cluster = led(5)
        cluster.cut("n0", "n3")
        cluster.cut("n0", "n4")
        cluster.run(for: 20 * timeout)
        XCTAssertTrue(cluster["n0"].isLeader, "two followers and itself are a quorum")
        cluster.cut("n0", "n2")
        cluster.run(for: timeout)
        XCTAssertFalse(cluster["n0"].isLeader)
    }

    // Scenario 25
    func testACandidateOfAHigherTermIsFreedByTheLeadersNextMessage() {
        let cluster = led(3)
        cluster.isolate("n2")
        cluster.run(for: 2 * timeout)
        // As if it had campaigned several times without pre-vote.
        cluster.with("n2") {
            $0.hardState = HardState(term: 6, votedFor: "n2")
            $0.role = .follower(leader: nil)
        }
        cluster.heal()
        cluster.run(for: 10 * timeout)
        XCTAssertEqual(cluster.leaderIDs.count, 1)
        XCTAssertGreaterThan(cluster["n2"].currentTerm, 6)
        XCTAssertNotNil(cluster["n2"].leader)
    }

    // Scenario 26
    func testASplitPreVoteResolvesInALaterRound() {
        _ = concurrently(Array(0..<20 as Range<UInt64>)) { [timeout] seed in
            let cluster = Cluster(4, seed: seed)
            cluster.latency = { _, _ in 10_000 }
            // All campaign at the same time.
            cluster.wait(2 * timeout)
            for id in cluster.ids { cluster.with(id) { [now = cluster.now] in $0.advance(to: now) } }
            XCTAssertTrue(cluster.ids.allSatisfy { cluster[$0].isPreCandidate })
            cluster.run(for: 20 * timeout)
            XCTAssertEqual(cluster.leaderIDs.count, 1, "seed \(seed)")
        }
    }

    // Found by measuring failover on links of constant latency: two of three granted each other's pre-vote and then
    // competed, again and again.
    func testOfTwoConcurrentPreCandidatesOneYields() {
        for better in ["n1", "n2"] {
            let logs = [better: [Entry(term: 1, "x")]]
            for cluster in [Cluster(3), Cluster(3, logs: logs), Cluster(5), Cluster(5, logs: logs)] {
                cluster.isolate("n0")
                for id in ["n1", "n2"] { cluster.timeOut(id) }
                cluster.settle()
                XCTAssertEqual(cluster.leaderIDs.count, 1)
                let stood = cluster.events.values.joined().count {
                    if case .becameCandidate = $0 { true } else { false }
                }
                XCTAssertEqual(stood, 1, "the better log at \(better)")
            }
        }
    }

    // A member without answers measures no round trip, and asks again before others can get theirs.
    func testAPreCandidateThatCannotWinDoesNotPreventElections() {
        for count in [3, 5] {
            let deaf = "n\(count - 1)"
            let cluster = Cluster(count)
            cluster.latency = { _, _ in 250_000 }
            for id in cluster.ids where id != deaf { cluster.cutOneWay(from: id, to: deaf) }
            cluster.run(for: 20_000_000)
            XCTAssertEqual(cluster.leaderIDs.count, 1, "of \(count)")
        }
    }

    // Scenario 27
    func testAMajorityConnectedToTheLeaderOnlyThroughOneMemberElectsAnother() {
        for seed in 0..<10 as Range<UInt64> {
            let cluster = led(5, seed: seed)
            cluster.crash("n4")
            // n1 is the bridge: n0 is linked only to n1; n1, n2 and n3 are linked to each other.
            cluster.cut("n0", "n2")
            cluster.cut("n0", "n3")
            cluster.run(for: 20 * timeout)
            XCTAssertEqual(cluster.leaderIDs.count, 1, "seed \(seed)")
            XCTAssertNotEqual(cluster.leaderIDs, ["n0"])
        }
    }

    // Scenario 28
    func testALeaderThatCanOnlySendOrOnlyReceiveIsReplaced() {
        for sends in [true, false] {
            let cluster = led(3)
            for other in ["n1", "n2"] {
                cluster.cutOneWay(from: sends ? other : "n0", to: sends ? "n0" : other)
            }
            cluster.run(for: 20 * timeout)
            XCTAssertEqual(cluster.leaderIDs.count, 1)
            XCTAssertNotEqual(cluster.leaderIDs, ["n0"])
        }
    }

    func testAPauseOfTheWholeClusterEndsWithALeader() {
        let cluster = led(3)
        cluster.wait(60_000_000)
        cluster.run(for: 10 * timeout)
        XCTAssertEqual(cluster.leaderIDs.count, 1)
    }
}
