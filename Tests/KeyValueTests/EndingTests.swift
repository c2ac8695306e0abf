import Consensus
import XCTest

@testable import KeyValue

/// Members that shut down, and the status request.
final class EndingTests: XCTestCase {
    func testALeaderThatShutsDownTransfersLeadershipAndStillAnswers() {
        let cluster = led(3)
        cluster.with("n0") { [now = cluster.now] in $0.beginShutdown(now: now) }
        XCTAssertFalse(cluster["n0"].mayEnd)
        cluster.settle()
        XCTAssertFalse(cluster["n0"].raft.isLeader)
        XCTAssertEqual(cluster.leaderIDs.count, 1)
        XCTAssertTrue(cluster["n0"].mayEnd)
        cluster.write(1, 5, at: "n0", 1)
        XCTAssertFalse(cluster["n0"].mayEnd)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n0", to: 1), [.writeOK])
        XCTAssertTrue(cluster["n0"].mayEnd)
    }

    func testALeaderThatShutsDownRetriesAFailedTransfer() {
        let cluster = led(3)
        var orders = 0
        cluster.firewall = { envelope in
            if case .raft(let message) = envelope.message, case .timeoutNow = message.body {
                orders += 1
                return orders > 1
            }
            return true
        }
        cluster.with("n0") { [now = cluster.now] in $0.beginShutdown(now: now) }
        cluster.run(for: 900_000)
        XCTAssertGreaterThan(orders, 1)
        XCTAssertFalse(cluster["n0"].raft.isLeader)
    }

    func testAMemberThatShutsDownDoesNotCampaignAndALoneOneMayEndAtOnce() {
        let cluster = ReplicaCluster(1)
        cluster.with("n0") { [now = cluster.now] in $0.advance(to: now) }
        cluster.with("n0") { [now = cluster.now] in $0.beginShutdown(now: now) }
        XCTAssertTrue(cluster["n0"].mayEnd)
        cluster.write(1, 5, at: "n0", 1)
        XCTAssertEqual(cluster.answers("n0", to: 1), [.writeOK])
    }

    // Scenario 97
    func testEveryRequestIsAnsweredTrulyAtTheEndOfInput() {
        let cluster = led(3)
        cluster.isolate("n1")
        cluster.write(1, 5, at: "n1", 1)
        cluster.read(1, at: "n1", 2)
        cluster.with("n1") { $0.endOfInput() }
        XCTAssertEqual(cluster.codes("n1", to: 1), [.timeout])
        XCTAssertEqual(cluster.codes("n1", to: 2), [.timeout])
        let leaderless = ReplicaCluster(3)
        leaderless.write(1, 5, at: "n1", 1)
        leaderless.read(1, at: "n1", 2)
        leaderless.with("n1") { $0.endOfInput() }
        XCTAssertEqual(leaderless.codes("n1", to: 1), [.temporarilyUnavailable])
        XCTAssertEqual(leaderless.codes("n1", to: 2), [.temporarilyUnavailable])
        XCTAssertTrue(leaderless["n1"].mayEnd)
    }

    func testStatusReportsTheMembersState() {
        let cluster = ReplicaCluster(3)
        XCTAssertEqual(cluster["n1"].status.role, "follower")
        XCTAssertNil(cluster["n1"].status.leader)
        cluster.elect("n0")
        cluster.write(1, 5, at: "n1", 1)
        cluster.settle()
        cluster.run(for: Timing.shortestElectionTimeout)
        for id in cluster.ids {
            XCTAssertEqual(
                cluster[id].status,
                Status(
                    role: id == "n0" ? "leader" : "follower", nodeID: id, term: 1, leader: "n0",
                    votedFor: "n0",
                    members: ["n0", "n1", "n2"], lastLogIndex: 2, lastLogTerm: 1, commitIndex: 2,
                    lastApplied: 2, snapshotIndex: 0))
        }
        cluster.isolate("n1")
        cluster.wait(400_000)
        cluster.with("n1") { [now = cluster.now] in $0.advance(to: now) }
        XCTAssertEqual(cluster["n1"].status.role, "pre_candidate")
        XCTAssertNil(cluster["n1"].status.leader)
        let learner = Replica(
            settings: Raft.Settings(id: "n3", members: ["n0", "n3"], voters: ["n0"], seed: 1),
            now: 0)
        XCTAssertEqual(learner.status.role, "learner")
        XCTAssertEqual(learner.status.members, ["n0"])
    }
}
