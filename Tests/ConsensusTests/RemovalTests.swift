import XCTest

@testable import Consensus

/// Members that were removed.
final class RemovalTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    // Scenario 88
    func testARemovedLeaderLeadsUntilTheCommitAndThenTransfersLeadership() {
        let cluster = led(3)
        cluster.loseMemberships { _, membership in !membership.isJoint }
        cluster.change("n0", to: ["n1", "n2"])
        cluster.settle()
        XCTAssertEqual(cluster["n0"].membership.voters, ["n1", "n2"])
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        cluster.propose("led by one that is out", to: "n0")
        let (before, term) = (cluster.now, cluster["n0"].currentTerm)
        cluster.heal()
        cluster.run(for: cluster["n0"].timing.heartbeatInterval)
        cluster.settle()
        XCTAssertEqual(cluster["n0"].membership.voters, ["n1", "n2"])
        XCTAssertEqual(cluster.leaderIDs.count, 1)
        XCTAssertNotEqual(cluster.leaderIDs, ["n0"], "it leads on")
        XCTAssertEqual(cluster["n1"].currentTerm, term + 1)
        XCTAssertLessThan(cluster.now - before, timeout, "nobody had to miss it")
        XCTAssertTrue(
            cluster.events["n0"]!.contains(.becameFollower(term: term, leader: nil, reason: .removed)))
    }

    // Scenario 49
    func testALeaderThatIsNoVoterDoesNotCountItself() {
        let cluster = led(3)
        cluster.loseMemberships { packet, membership in !membership.isJoint && packet.to == "n2" }
        cluster.change("n0", to: ["n1", "n2"])
        cluster.settle()
        XCTAssertEqual(cluster["n1"].membership, cluster["n0"].membership)
        XCTAssertFalse(cluster.hasCommittedMembership("n0"), "one of two voters is no quorum")
        cluster.heal()
        cluster.run(for: timeout)
        XCTAssertTrue(cluster.hasCommittedMembership("n1"))
    }

    // Scenario 89
    func testOfTwoTheOtherLeadsWhenTheLeaderIsRemoved() {
        let cluster = led(2)
        cluster.complete("n0", to: ["n1"])
        XCTAssertEqual(cluster.leaderIDs, ["n1"])
        cluster.crash("n0")
        cluster.propose("alone", to: "n1")
        XCTAssertEqual(cluster["n1"].commitIndex, cluster["n1"].log.lastIndex)
    }

    // Scenario 89
    func testAMemberWhoseRemovalIsUncommittedCampaigns() {
        let cluster = led(2)
        cluster.loseMemberships { _, membership in !membership.isJoint }
        cluster.change("n0", to: ["n1"])
        cluster.settle()
        XCTAssertEqual(cluster["n0"].membership.voters, ["n1"])
        XCTAssertTrue(cluster["n1"].membership.isJoint)
        // n1 needs the vote of n0, whose log is longer, so only n0 can win.
        cluster.crash("n0")
        cluster.restart("n0")
        cluster.heal()
        cluster.run(for: 20 * timeout)
        XCTAssertEqual(cluster.leaderIDs, ["n1"])
        XCTAssertTrue(cluster.hasCommittedMembership("n1"))
        XCTAssertEqual(cluster["n1"].membership.voters, ["n1"])
    }

    // Scenario 16
    func testAMemberWhoseRemovalIsCommittedDoesNotCampaign() {
        let cluster = led(3)
        cluster.complete("n0", to: ["n0", "n1"])
        XCTAssertFalse(cluster["n2"].isPromotable)
        cluster.isolate("n2")
        cluster.run(for: 20 * timeout)
        XCTAssertTrue(cluster["n2"].isFollower)
        XCTAssertNil(cluster["n2"].deadline)
    }

    // Scenario 90
    func testARemovedMemberThatDoesNotKnowItDisturbsNobody() {
        let cluster = led(3)
        cluster.cutOneWay(from: "n0", to: "n2")
        cluster.cutOneWay(from: "n1", to: "n2")
        cluster.complete("n0", to: ["n0", "n1"])
        let term = cluster["n0"].currentTerm
        let sent = cluster.sent.count
        cluster.run(for: 20 * timeout)
        XCTAssertTrue(cluster.sent[sent...].contains { $0.from == "n2" && $0.isPreVoteRequest })
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        XCTAssertEqual(cluster["n0"].currentTerm, term)
        // Nor with a real election, as a peer without pre-vote would start.
        let request = RequestVote(term: term + 5, candidate: "n2", lastLogIndex: 99, lastLogTerm: term)
        for other in ["n0", "n1"] {
            cluster.deliver(
                Packet(from: "n2", to: other, message: RaftMessage(.requestVote(request)), due: cluster.now))
        }
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        XCTAssertEqual(cluster["n1"].currentTerm, term)
        cluster.heal()
        cluster.run(for: timeout)
        XCTAssertEqual(cluster["n2"].membership.voters, ["n0", "n1"], "it goes on as a learner")
    }

    /// A change from n0 and n1 to n0, with n1's answers to the joint half under way.
    private func leaving() -> (Cluster, answers: [Packet]) {
        let cluster = led(2)
        cluster.change("n0", to: ["n0"])
        while !cluster["n1"].membership.isJoint { cluster.deliver(cluster.network.removeFirst()) }
        return (cluster, cluster.intercept(\.isAppendReply))
    }

    // Scenario 91
    func testTheRemovalOfAVoterLetsABlockedEntryCommit() {
        let (cluster, answers) = leaving()
        cluster.propose("blocked", to: "n0")
        _ = cluster.intercept { _ in true }
        answers.forEach(cluster.deliver)
        XCTAssertEqual(cluster["n1"].log.lastIndex, 2)
        XCTAssertEqual(cluster["n0"].membership, Membership(voters: ["n0"], change: "c1 1"))
        XCTAssertEqual(cluster["n0"].commitIndex, 4)
        XCTAssertEqual(cluster["n0"].log[3].payload, .command(Command("blocked")))
    }

    // Scenario 57
    func testTheRemovalOfAVoterLetsWaitingReadsComplete() {
        let (cluster, answers) = leaving()
        cluster.with("n0") { $0.read(7) }
        // The read's round never reaches n1; n1's answers are older.
        _ = cluster.intercept { _ in true }
        answers.forEach(cluster.deliver)
        XCTAssertEqual(cluster["n0"].membership, Membership(voters: ["n0"], change: "c1 1"))
        XCTAssertEqual(cluster.reads["n0"], [7])
    }

    // Scenario 93
    func testAChangeInASplitClusterIsCompletedOrUndone() {
        for hasJoint in [false, true] {
            let cluster = led(5)
            if hasJoint {
                // n0 and n1 hold the joint membership when the others are cut off.
                cluster.loseMemberships { packet, _ in packet.to != "n1" }
                cluster.change("n0", to: ["n0", "n1", "n2", "n3"])
                cluster.settle()
                XCTAssertTrue(cluster["n1"].membership.isJoint)
            }
            for one in ["n0", "n1"] { for other in ["n2", "n3", "n4"] { cluster.cut(one, other) } }
            if !hasJoint { cluster.change("n0", to: ["n0", "n1", "n2", "n3"]) }
            cluster.run(for: 10 * timeout)
            XCTAssertEqual(cluster.leaderIDs.count, 1)
            XCTAssertTrue(["n2", "n3", "n4"].contains(cluster.leaderIDs[0]))
            cluster.propose("by the many", to: cluster.leaderIDs[0])
            cluster.run(for: timeout)
            cluster.heal()
            cluster.run(for: 10 * timeout)
            XCTAssertEqual(cluster.leaderIDs.count, 1)
            XCTAssertEqual(Set(cluster.ids.map { cluster[$0].membership }).count, 1)
            XCTAssertEqual(cluster["n0"].membership, Membership(voters: cluster.ids))
            XCTAssertEqual(Set(cluster.ids.map { cluster[$0].commitIndex }).count, 1)
        }
    }
}
