import XCTest

@testable import Consensus

/// Leadership transfers during membership changes.
final class TransferAndMembershipTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    private func begun(_ count: Int, voters: Int? = nil) -> Cluster {
        let cluster = led(count, voters: voters)
        cluster.propose("first", to: "n0")
        cluster.settle()
        return cluster
    }

    private func transfer(_ cluster: Cluster, to target: NodeID) -> Bool {
        cluster.with("n0") { $0.transferLeadership(to: target) }
    }

    // Scenario 81
    func testTheRemovalOfTheTargetEndsATransfer() {
        let cluster = begun(3)
        cluster.firewall = { !$0.isTimeoutNow }
        XCTAssertEqual(cluster.change("n0", to: ["n0", "n1"]), .underWay)
        XCTAssertTrue(transfer(cluster, to: "n2"))
        cluster.settle()
        XCTAssertEqual(cluster["n0"].membership.voters, ["n0", "n1"])
        XCTAssertFalse(cluster["n0"].isTransferring, "it hands over to who is no voter")
        cluster.propose("next", to: "n0")
    }

    // Scenario 83
    func testALateTimeoutNowLosesNoCommittedEntry() {
        let cluster = begun(3)
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
        // In a later term it is ignored.
        late.forEach(cluster.deliver)
        cluster.run(for: 6 * timeout)
        XCTAssertEqual(cluster["n0"].currentTerm, term)
        XCTAssertTrue(cluster.ids.allSatisfy { cluster[$0].log[3].payload == .command(Command("after")) })
    }

    func testALearnerIgnoresTimeoutNow() {
        let cluster = begun(4, voters: 3)
        let order = RaftMessage(.timeoutNow(TimeoutNow(term: cluster["n0"].currentTerm, leader: "n0")))
        cluster.deliver(Packet(from: "n0", to: "n3", message: order, due: cluster.now))
        XCTAssertTrue(cluster["n3"].isFollower)
    }

    // Scenario 81
    func testAHigherTermEndsATransfer() {
        let cluster = begun(3)
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

    func testNoChangeIsMadeDuringATransfer() {
        let cluster = begun(3)
        cluster.firewall = { !$0.isTimeoutNow }
        XCTAssertTrue(transfer(cluster, to: "n2"))
        XCTAssertEqual(cluster.change("n0", to: ["n0", "n1"]), .notNow)
        cluster.run(for: timeout)
        cluster.complete("n0", to: ["n0", "n1"])
    }
}
