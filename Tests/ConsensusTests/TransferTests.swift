import XCTest

@testable import Consensus

/// Leadership transfer (dissertation, 3.10).
final class TransferTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    // Scenario 77
    func testAnUpToDateTargetGetsTimeoutNowAtOnceAndLeads() {
        let cluster = led()
        XCTAssertTrue(cluster.with("n0") { $0.transferLeadership(to: "n1") })
        XCTAssertEqual(cluster.network.filter(\.isTimeoutNow).map(\.to), ["n1"])
        cluster.settle()
        XCTAssertEqual(cluster.leaderIDs, ["n1"])
        XCTAssertEqual(cluster["n1"].currentTerm, 2)
    }

    // Scenario 78
    func testATargetThatLagsIsCaughtUpFirst() {
        let cluster = led()
        cluster.isolate("n1")
        for number in 0..<5 { cluster.propose("\(number)", to: "n0") }
        cluster.settle()
        XCTAssertTrue(cluster.with("n0") { $0.transferLeadership(to: "n1") })
        cluster.heal()
        let word = cluster.intercept(\.isTimeoutNow)
        XCTAssertEqual(word.count, 1)
        cluster.deliver(word[0])
        XCTAssertFalse(cluster["n1"].isCandidate, "it cannot win yet")
        cluster.run(for: timeout / 2)
        XCTAssertEqual(cluster.leaderIDs, ["n1"])
        XCTAssertEqual(cluster["n1"].commitIndex, 7)
    }

    // Scenario 79
    func testCommandsAreRefusedDuringATransferUntilItTimesOut() {
        let cluster = led()
        cluster.isolate("n1")
        XCTAssertTrue(cluster.with("n0") { $0.transferLeadership(to: "n1") })
        XCTAssertTrue(cluster["n0"].isTransferring)
        XCTAssertFalse(cluster["n0"].acceptsCommands)
        XCTAssertNil(cluster.with("n0") { $0.propose(Command("a")) })
        cluster.run(for: timeout)
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        XCTAssertFalse(cluster["n0"].isTransferring)
        cluster.propose("a", to: "n0")
    }

    // Scenario 80
    func testATransferBypassesPreVoteAndLeaderStickiness() {
        var voter = Hand("n2")
        voter.append(heartbeat(term: 1, from: "n0"))
        let request = RequestVote(term: 2, candidate: "n1", lastLogIndex: 0, lastLogTerm: 0)
        XCTAssertEqual(voter.vote(request)?.voteGranted, false)
        var transfer = request
        transfer.leadershipTransfer = true
        XCTAssertEqual(voter.vote(transfer)?.voteGranted, true)
        var target = Hand("n1")
        let requests = target.hear(.timeoutNow(TimeoutNow(term: 1, leader: "n0")), from: "n0")
        XCTAssertTrue(target.raft.isCandidate)
        XCTAssertEqual(requests.compactMap(\.requestVote).map(\.leadershipTransfer), [true, true])
    }

    // Scenario 80
    func testATransferElectsNoTargetThatLacksCommittedEntries() {
        var voter = Hand("n2", log: [1, 1])
        let request = RequestVote(
            term: 2, candidate: "n1", lastLogIndex: 1, lastLogTerm: 1, leadershipTransfer: true)
        XCTAssertEqual(voter.vote(request)?.voteGranted, false)
    }

    // Scenario 81
    func testATransferEndsWithAHigherTermAndWithAnotherTarget() {
        let cluster = led()
        cluster.isolate("n1")
        XCTAssertTrue(cluster.with("n0") { $0.transferLeadership(to: "n1") })
        XCTAssertTrue(cluster.with("n0") { $0.transferLeadership(to: "n2") })
        XCTAssertTrue(cluster.events["n0"]!.contains(.transferAborted(target: "n1")))
        cluster.settle()
        XCTAssertEqual(cluster.leaderIDs, ["n2"])
        XCTAssertFalse(cluster["n0"].isTransferring)
    }

    // Scenario 82
    func testATransferToItselfOrToNoVoterDoesNothing() {
        var hand = Hand(of: 4, voters: ["n0", "n1", "n2"])
        XCTAssertFalse(hand.raft.transferLeadership(to: "n1"), "a follower has nothing to hand over")
        hand.makeLeader()
        for target in ["n0", "n3", "n9", ""] {
            XCTAssertFalse(hand.raft.transferLeadership(to: target))
            XCTAssertTrue(hand.raft.acceptsCommands)
        }
    }

    // Scenario 83
    func testALateTimeoutNowIsHarmless() {
        let cluster = led()
        cluster.with("n0") { _ = $0.transferLeadership(to: "n1") }
        let orders = cluster.intercept(\.isTimeoutNow)
        cluster.run(for: 2 * timeout)
        cluster.propose("a", to: "n0")
        cluster.settle()
        cluster.deliver(orders[0])
        cluster.run(for: 4 * timeout)
        XCTAssertEqual(cluster.leaderIDs, ["n1"])
        XCTAssertEqual(cluster["n1"].commitIndex, cluster["n0"].commitIndex)
        let term = cluster["n1"].currentTerm
        cluster.deliver(orders[0])
        cluster.settle()
        XCTAssertEqual(cluster["n1"].currentTerm, term, "an order of an earlier term was obeyed")
    }

    func testThePreferredTargetIsTheMostUpToDateVoterHeardLast() {
        var hand = Hand(of: 4, voters: ["n0", "n1", "n2"])
        let appends = hand.makeLeader()
        hand.acknowledge(appends, by: "n3")
        hand.acknowledge(appends, by: "n2")
        XCTAssertEqual(hand.raft.preferredTransferTarget, "n2")
        hand.now += 1_000
        hand.acknowledge(appends, by: "n1")
        XCTAssertEqual(hand.raft.preferredTransferTarget, "n1")
    }

    func testAMemberThatShutsDownVotesButDoesNotCampaign() {
        var hand = Hand()
        hand.raft.beginShutdown()
        XCTAssertNil(hand.raft.deadline)
        XCTAssertEqual(hand.wait(60_000_000), [])
        hand.hear(.timeoutNow(TimeoutNow(term: 1, leader: "n1")), from: "n1")
        XCTAssertTrue(hand.raft.isFollower)
        hand.now += timeout
        let request = RequestVote(term: 2, candidate: "n2", lastLogIndex: 0, lastLogTerm: 0)
        XCTAssertEqual(hand.vote(request)?.voteGranted, true)
    }
}
