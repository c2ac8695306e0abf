import XCTest

@testable import Consensus

/// Members without a vote, and how they become voters (dissertation, 4.2.1).
final class LearnerTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    func testALearnerReceivesTheLogAndIsNotCounted() {
        let cluster = led(4, voters: 3)
        cluster.propose("x", to: "n0")
        cluster.settle()
        cluster.run(for: timeout)
        XCTAssertEqual(cluster["n3"].commitIndex, 2)
        for other in ["n1", "n2"] { cluster.cut("n0", other) }
        cluster.propose("y", to: "n0")
        cluster.settle()
        XCTAssertEqual(cluster["n3"].log.lastIndex, 3)
        XCTAssertEqual(cluster["n0"].commitIndex, 2, "a learner counted")
        cluster.run(for: 2 * timeout)
        XCTAssertNotEqual(cluster.leaderIDs, ["n0"], "a learner's word kept it in office")
    }

    // Found by the simulation: a learner forwarded requests to a former leader, so it could not answer them with 11.
    func testALearnerForgetsASilentLeader() {
        var hand = Hand("n3", of: 4, voters: ["n0", "n1", "n2"])
        hand.append(heartbeat(term: 1, from: "n0"))
        XCTAssertEqual(hand.raft.leader, "n0")
        hand.wait(timeout - 1)
        XCTAssertEqual(hand.raft.leader, "n0")
        hand.wait(timeout + 1)
        XCTAssertNil(hand.raft.leader)
        XCTAssertNil(hand.raft.deadline)
        hand.append(heartbeat(term: 1, from: "n0"))
        XCTAssertEqual(hand.raft.leader, "n0")
    }

    // Scenario 92
    func testCatchingUpANewMemberCostsNoAvailability() {
        let cluster = led(4, voters: 3)
        cluster.isolate("n3")
        XCTAssertEqual(cluster.change("n0", to: ["n0", "n3"]), .underWay)
        cluster.settle()
        XCTAssertFalse(cluster["n0"].membership.isJoint)
        cluster.propose("goes on", to: "n0")
        cluster.settle()
        XCTAssertEqual(cluster["n0"].commitIndex, 2)
        cluster.run(for: Limits().catchUpPatience - 1)
        XCTAssertEqual(cluster.failedChanges, [])
        cluster.run(for: timeout)
        XCTAssertEqual(cluster.failedChanges, ["c1 1"])
        cluster.heal()
        cluster.run(for: 10 * timeout)
        XCTAssertEqual(cluster["n0"].membership, Membership(voters: ["n0", "n1", "n2"]))
        cluster.complete("n0", to: ["n0", "n3"], "c1 2")
    }

    // Scenario 92
    func testANewMemberThatFallsBehindAgainAndAgainIsRefused() {
        let timing = Timing(electionTimeout: 100_000)
        let cluster = led(3, voters: 2, timing: timing)
        cluster.latency = { from, to in from == "n2" || to == "n2" ? 110_000 : 0 }
        cluster.change("n0", to: ["n0", "n1", "n2"])
        for number in 0..<40 {
            cluster.propose("\(number)", to: "n0")
            cluster.run(for: 100_000)
        }
        XCTAssertEqual(cluster.failedChanges, ["c1 1"])
        XCTAssertEqual(cluster["n0"].commitIndex, cluster["n0"].log.lastIndex)
        XCTAssertEqual(cluster["n0"].membership, Membership(voters: ["n0", "n1"]))
    }

    // Scenario 92
    func testANewMemberIsAddedThoughItsMessagesTakeAnElectionTimeout() {
        // On an evenly slow network the timeout is hardly longer than a round trip.
        let timing = Timing(electionTimeout: 100_000)
        let cluster = led(3, voters: 2, timing: timing)
        cluster.latency = { from, to in from == "n2" || to == "n2" ? 50_001 : 0 }
        cluster.change("n0", to: ["n0", "n1", "n2"])
        for number in 0..<10 {
            cluster.propose("\(number)", to: "n0")
            cluster.run(for: 100_000)
        }
        XCTAssertEqual(cluster.failedChanges, [])
        XCTAssertEqual(cluster["n0"].membership.voters, ["n0", "n1", "n2"])
    }

    // Scenario 92
    func testAnUnreachableMemberIsNotCaughtUpThoughItHeldTheLog() {
        let cluster = led(4, voters: 3)
        cluster.propose("x", to: "n0")
        cluster.settle()
        // n3 has acknowledged the whole log, but is unreachable now.
        cluster.crash("n3")
        cluster.change("n0", to: ["n3"])
        cluster.run(for: Limits().catchUpPatience + timeout)
        XCTAssertEqual(cluster.failedChanges, ["c1 1"])
        XCTAssertEqual(cluster["n0"].membership, Membership(voters: ["n0", "n1", "n2"]))
        cluster.propose("goes on", to: "n0")
    }

    func testAChangeToVotersWithoutAReachableQuorumIsRefused() {
        let cluster = led(3)
        cluster.crash("n2")
        cluster.change("n0", to: ["n0", "n2"])
        cluster.run(for: Limits().catchUpPatience + timeout)
        XCTAssertEqual(cluster.failedChanges, ["c1 1"])
        XCTAssertEqual(cluster["n0"].membership, Membership(voters: ["n0", "n1", "n2"]))
        // An unreachable voter may stay or be removed if the others have a quorum.
        cluster.change("n0", to: ["n0", "n1"], "c1 2")
        cluster.run(for: timeout)
        XCTAssertEqual(cluster["n0"].membership.voters, ["n0", "n1"])
        XCTAssertTrue(cluster.hasCommittedMembership("n0"))
    }

    func testAFailedChangeIsNotRestartedBeforeItIsRefused() {
        var hand = Hand(of: 3, voters: ["n0"])
        hand.wait(0)
        XCTAssertEqual(hand.raft.changeMembership(to: ["n0", "n2"], change: "c1 1"), .underWay)
        hand.now += Limits().catchUpPatience
        hand.raft.advance(to: hand.now)
        XCTAssertEqual(hand.raft.changeMembership(to: ["n0", "n2"], change: "c1 1"), .underWay)
        XCTAssertEqual(hand.step().effects.failedChanges, ["c1 1"])
        XCTAssertNil(hand.raft.leadership.catchUp)
    }

    func testACopyInTheSameTurnDoesNotRestartAFailedChange() {
        var hand = Hand(of: 3, voters: ["n0"])
        hand.wait(0)
        _ = hand.raft.changeMembership(to: ["n0", "n2"], change: "c1 1")
        hand.now += Limits().catchUpPatience
        hand.raft.advance(to: hand.now)
        XCTAssertNil(hand.raft.leadership.catchUp)
        XCTAssertEqual(hand.raft.changeMembership(to: ["n0", "n2"], change: "c1 1"), .underWay)
        XCTAssertNil(hand.raft.leadership.catchUp, "it is about to be refused")
    }

    // Scenario 94
    func testALearnerInAHigherTermCausesAnElection() {
        let cluster = led(4, voters: 3)
        let stray = RequestVote(term: 9, candidate: "n1", lastLogIndex: 0, lastLogTerm: 0)
        cluster.wait(2 * timeout)
        cluster.deliver(
            Packet(from: "n1", to: "n3", message: RaftMessage(.requestVote(stray)), due: cluster.now))
        XCTAssertEqual(cluster["n3"].currentTerm, 9)
        _ = cluster.intercept { _ in true }
        cluster.run(for: 20 * timeout)
        XCTAssertEqual(cluster.leaderIDs.count, 1)
        let leader = cluster.leaderIDs[0]
        XCTAssertGreaterThanOrEqual(cluster[leader].currentTerm, 9)
        XCTAssertEqual(cluster["n3"].leader, leader)
        cluster.complete(leader, to: ["n0", "n1", "n2", "n3"])
    }
}
