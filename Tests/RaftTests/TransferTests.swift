import XCTest

@testable import Raft

/// Handing over the lead (dissertation, 3.10).
final class TransferTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    private func led(_ count: Int, voters: Int? = nil) -> Cluster {
        let cluster = Cluster(count, voters: voters)
        cluster.elect("n0")
        cluster.propose("first", to: "n0")
        cluster.settle()
        return cluster
    }

    private func transfer(_ cluster: Cluster, to target: NodeID) -> Bool {
        cluster.with("n0") { $0.transferLeadership(to: target) }
    }

    // Scenario 77
    func testATargetThatHoldsEverythingIsToldToStandAtOnce() {
        let cluster = led(3)
        XCTAssertTrue(transfer(cluster, to: "n2"))
        XCTAssertEqual(cluster.network.filter(\.isTimeoutNow).map(\.to), ["n2"])
        cluster.settle()
        XCTAssertEqual(cluster.leaderIDs, ["n2"])
        XCTAssertEqual(cluster["n0"].leader, "n2")
    }

    // Scenario 78
    func testATargetThatLagsIsCaughtUpFirst() {
        let cluster = led(3)
        cluster.cut("n0", "n2")
        cluster.propose("second", to: "n0")
        cluster.settle()
        cluster.heal()
        XCTAssertTrue(transfer(cluster, to: "n2"))
        XCTAssertTrue(cluster.network.filter(\.isTimeoutNow).isEmpty, "it stands without the last entry")
        cluster.wait(cluster["n0"].timing.heartbeatInterval)
        cluster.with("n0") { [now = cluster.now] in $0.advance(to: now) }
        cluster.settle()
        XCTAssertEqual(cluster.leaderIDs, ["n2"])
        XCTAssertTrue(cluster["n2"].log[3].payload == .command(Command("second")))
    }

    // Scenario 79
    func testCommandsWaitWhileTheLeadMovesAndAreTakenAgainWhereItDoesNot() {
        let cluster = led(3)
        cluster.firewall = { !$0.isTimeoutNow }
        XCTAssertTrue(transfer(cluster, to: "n2"))
        XCTAssertNil(cluster.with("n0") { $0.propose(Command("held")) })
        XCTAssertFalse(cluster["n0"].acceptsChanges)
        cluster.run(for: timeout - 1)
        XCTAssertFalse(cluster["n0"].acceptsCommands)
        cluster.run(for: 1)
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        cluster.propose("held", to: "n0")
        cluster.settle()
        XCTAssertEqual(cluster["n0"].commitIndex, cluster["n0"].log.lastIndex)
    }

    // Scenario 80
    func testATransferPassesPreVoteAndLivingLeaders() {
        let cluster = led(5)
        let asked = cluster.sent.count
        // All have heard from the leader this very moment.
        XCTAssertTrue(transfer(cluster, to: "n3"))
        cluster.settle()
        XCTAssertEqual(cluster.leaderIDs, ["n3"])
        XCTAssertTrue(cluster.sent[asked...].filter(\.isPreVoteRequest).isEmpty)
    }

    // Scenario 81
    func testAHigherTermEndsATransfer() {
        let cluster = led(3)
        cluster.firewall = { !$0.isTimeoutNow }
        XCTAssertTrue(transfer(cluster, to: "n2"))
        cluster.isolate("n0")
        cluster.run(for: 6 * timeout)
        cluster.heal()
        cluster.run(for: 6 * timeout)
        XCTAssertEqual(cluster.leaderIDs.count, 1)
        XCTAssertTrue(cluster.ids.allSatisfy { !cluster[$0].isTransferring })
        cluster.propose("next", to: cluster.leaderIDs[0])
    }

    // Scenario 81
    func testTheRemovalOfTheTargetEndsATransfer() {
        let cluster = led(3)
        cluster.firewall = { !$0.isTimeoutNow }
        XCTAssertEqual(cluster.change("n0", to: ["n0", "n1"]), .underWay)
        XCTAssertTrue(transfer(cluster, to: "n2"))
        cluster.settle()
        XCTAssertEqual(cluster["n0"].membership.voters, ["n0", "n1"])
        XCTAssertFalse(cluster["n0"].isTransferring, "it hands over to who is no voter")
        cluster.propose("next", to: "n0")
    }

    // Scenario 81
    func testASecondTargetReplacesTheFirst() {
        let cluster = led(3)
        cluster.cut("n0", "n2")
        cluster.propose("second", to: "n0")
        cluster.settle()
        XCTAssertTrue(transfer(cluster, to: "n2"))
        XCTAssertTrue(transfer(cluster, to: "n1"))
        cluster.settle()
        XCTAssertEqual(cluster.leaderIDs, ["n1"])
        XCTAssertEqual(cluster.sent.filter(\.isTimeoutNow).map(\.to), ["n1"])
    }

    // Scenario 82
    func testItselfStrangersAndLearnersAreNoTargets() {
        let cluster = led(4, voters: 3)
        let sent = cluster.sent.count
        for target in ["n0", "n3", "n9"] { XCTAssertFalse(transfer(cluster, to: target), target) }
        XCTAssertFalse(cluster.with("n1") { $0.transferLeadership(to: "n2") }, "a follower hands over")
        XCTAssertEqual(cluster.sent.count, sent)
        cluster.propose("next", to: "n0")
    }

    // Scenario 83
    func testALateWordToStandCostsNothingCommitted() {
        let cluster = led(3)
        XCTAssertTrue(transfer(cluster, to: "n2"))
        let late = cluster.intercept(\.isTimeoutNow)
        cluster.run(for: timeout)
        XCTAssertFalse(cluster["n0"].isTransferring)
        cluster.cut("n0", "n2")
        cluster.propose("after", to: "n0")
        cluster.settle()
        cluster.heal()
        late.forEach(cluster.deliver)
        cluster.settle()
        XCTAssertFalse(cluster["n2"].isLeader, "it lacks an entry that is committed")
        cluster.run(for: 6 * timeout)
        XCTAssertEqual(cluster.leaderIDs.count, 1)
        let term = cluster["n0"].currentTerm
        // In a later term it says nothing at all.
        late.forEach(cluster.deliver)
        cluster.run(for: 6 * timeout)
        XCTAssertEqual(cluster["n0"].currentTerm, term)
        XCTAssertTrue(cluster.ids.allSatisfy { cluster[$0].log[3].payload == .command(Command("after")) })
    }

    func testALearnerDoesNotStandWhoeverSaysSo() {
        let cluster = led(4, voters: 3)
        let order = Message(.timeoutNow(TimeoutNow(term: cluster["n0"].currentTerm, leader: "n0")))
        cluster.deliver(Packet(from: "n0", to: "n3", message: order, due: cluster.now))
        XCTAssertTrue(cluster["n3"].isFollower)
    }
}
