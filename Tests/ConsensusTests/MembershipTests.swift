import XCTest

@testable import Consensus

/// Which membership is in force, and which changes are made (§6; dissertation, chapter 4).
final class MembershipTests: XCTestCase {
    func testIDsAreComparedByTheirBytes() {
        let ids = ["b", "n0", "n1", "n10", "n2", "\u{e9}", "f"].inOrder
        for id in ids { XCTAssert(ids.holds(id), id) }
        for id in ["", "a", "n", "n11", "n3", "z", "e\u{301}"] { XCTAssertFalse(ids.holds(id), id) }
        XCTAssertFalse([].holds("n0"))
        let membership = Membership(voters: ids)
        XCTAssert(membership.contains("\u{e9}"))
        XCTAssertFalse(membership.contains("e\u{301}"))
        XCTAssert(Membership(voters: ["a", "\u{e9}"]).hasQuorum(among: ["a", "\u{e9}"]))
        XCTAssertFalse(Membership(voters: ["a", "\u{e9}"]).hasQuorum(among: ["a", "e\u{301}"]))
    }

    private let timeout = Timing.shortestElectionTimeout

    // Scenario 85
    func testAMembershipIsInForceAsSoonAsItIsInTheLog() {
        let cluster = led(5, voters: 3)
        cluster.loseMemberships { packet, _ in packet.to == "n3" || packet.to == "n4" }
        cluster.change("n0", to: ["n0", "n3", "n4"])
        cluster.settle()
        for id in ["n0", "n1", "n2"] { XCTAssertTrue(cluster[id].membership.isJoint, id) }
        XCTAssertFalse(cluster["n3"].membership.isJoint)
        let index = cluster["n0"].membershipIndex
        XCTAssertEqual(index, cluster["n0"].log.lastIndex)
        XCTAssertLessThan(cluster["n0"].commitIndex, index, "the old voters alone committed it")
        cluster.heal()
        cluster.run(for: timeout)
        XCTAssertTrue(cluster.hasCommittedMembership("n0"))
        XCTAssertEqual(cluster["n1"].membership.voters, ["n0", "n3", "n4"])
    }

    // Scenario 85
    func testATruncatedMembershipIsUndoneEvenAfterARestart() {
        let cluster = led(3)
        cluster.loseMemberships()
        cluster.change("n0", to: ["n0"])
        cluster.settle()
        XCTAssertEqual(cluster["n0"].membership.outgoing, ["n0", "n1", "n2"])
        cluster.crash("n0")
        cluster.restart("n0")
        XCTAssertTrue(cluster["n0"].membership.isJoint, "what is stored is in force")
        cluster.isolate("n0")
        cluster.elect("n1")
        cluster.heal()
        cluster.run(for: timeout)
        XCTAssertEqual(cluster["n0"].membership, Membership(voters: cluster.ids))
        XCTAssertEqual(cluster["n0"].memberships.count, 1)
        cluster.crash("n0")
        cluster.restart("n0")
        XCTAssertEqual(cluster["n0"].membership, Membership(voters: cluster.ids))
    }

    func testASnapshotKeepsTheMembershipAtItsLastIndex() {
        let cluster = led(3)
        cluster.complete("n0", to: ["n0", "n1"])
        var member = cluster["n0"]
        let (joint, last) = (member.memberships[1].index, member.membershipIndex)
        XCTAssertEqual(member.membership(at: joint - 1).voters, ["n0", "n1", "n2"])
        XCTAssertTrue(member.membership(at: joint).isJoint)
        member.compact(
            Snapshot(position: LogPosition(index: joint, term: 1), source: NoText()), keeping: 0)
        XCTAssertTrue(member.membership(at: joint).isJoint)
        XCTAssertEqual(member.membership.voters, ["n0", "n1"])
        member.compact(
            Snapshot(position: LogPosition(index: last, term: 1), source: NoText()), keeping: 0)
        XCTAssertEqual(member.membership(at: last), Membership(voters: ["n0", "n1"], change: "c1 1"))
        XCTAssertEqual(member.memberships.count, 1)
    }

    private struct NoText: SnapshotSource {
        var size: Int { 0 }

        func piece(at offset: Int) -> (text: String, isLast: Bool)? { nil }
    }

    // Scenario 86
    func testASecondChangeIsRefusedOrWaitsUntilTheFirstIsCommitted() {
        let cluster = led(4)
        cluster.loseMemberships()
        XCTAssertEqual(cluster.change("n0", to: ["n0", "n1", "n2"], "c1 1"), .underWay)
        XCTAssertEqual(cluster.change("n0", to: ["n0", "n1"], "c1 2"), .busy, "it catches up")
        cluster.settle()
        XCTAssertTrue(cluster["n0"].membership.isJoint)
        XCTAssertEqual(cluster.change("n0", to: ["n0", "n1"], "c1 2"), .busy, "it is joint")
        XCTAssertEqual(cluster.change("n0", to: ["n0", "n1", "n2"], "c1 1"), .underWay)
        cluster.loseMemberships { _, membership in !membership.isJoint }
        cluster.run(for: timeout / 2)
        XCTAssertFalse(cluster["n0"].membership.isJoint)
        XCTAssertEqual(
            cluster.change("n0", to: ["n0", "n1"], "c1 2"), .notNow,
            "it may be committed already, so it need not be refused")
        cluster.heal()
        cluster.run(for: timeout / 2)
        cluster.complete("n0", to: ["n0", "n1"], "c1 2")
    }

    // Scenario 87
    func testNoChangeIsMadeBeforeTheLeaderHasCommittedInItsTerm() {
        // n0 has appended a membership that n1 does not know. If n1 appended another one before committing its no-op,
        // quorums of the two might not overlap.
        var hand = Hand("n1", of: 4)
        let appends = hand.makeLeader()
        XCTAssertFalse(hand.raft.acceptsChanges)
        XCTAssertEqual(hand.raft.changeMembership(to: ["n1"], change: "c1 1"), .notNow)
        XCTAssertEqual(hand.raft.log.lastIndex, 1)
        hand.acknowledge(appends, by: "n0")
        XCTAssertEqual(hand.raft.changeMembership(to: ["n1"], change: "c1 1"), .notNow)
        hand.acknowledge(appends, by: "n2")
        XCTAssertEqual(hand.raft.changeMembership(to: ["n1"], change: "c1 1"), .underWay)
        XCTAssertTrue(hand.raft.membership.isJoint)
    }

    func testAFollowerMakesNoChange() {
        let cluster = led(3)
        XCTAssertEqual(cluster.change("n1", to: ["n1"]), .notNow)
    }

    func testALaterLeaderCompletesAChange() {
        let cluster = led(5)
        cluster.loseMemberships { _, membership in !membership.isJoint }
        cluster.change("n0", to: ["n1", "n2"])
        cluster.settle()
        cluster.crash("n0")
        cluster.heal()
        cluster.elect("n1")
        cluster.settle()
        XCTAssertTrue(cluster.hasCommittedMembership("n1"))
        XCTAssertEqual(cluster["n1"].membership, Membership(voters: ["n1", "n2"], change: "c1 1"))
    }

    func testAllMembersCanBeReplacedInOneChange() {
        let cluster = led(6, voters: 3)
        cluster.propose("kept", to: "n0")
        cluster.change("n0", to: ["n3", "n4", "n5"])
        cluster.settle()
        XCTAssertEqual(cluster.leaderIDs.count, 1)
        let leader = cluster.leaderIDs[0]
        XCTAssertTrue(["n3", "n4", "n5"].contains(leader))
        for id in ["n0", "n1", "n2"] { cluster.crash(id) }
        cluster.propose("next", to: leader)
        cluster.settle()
        XCTAssertEqual(cluster[leader].commitIndex, cluster[leader].log.lastIndex)
        XCTAssertEqual(cluster[leader].log[2].payload, .command(Command("kept")))
    }

    func testAChangeToTheSameVotersNeedsNoJointMembership() {
        let cluster = led(3)
        cluster.complete("n0", to: ["n2", "n1", "n0", "n1"])
        XCTAssertEqual(cluster["n0"].log.lastIndex, 2)
    }
}
