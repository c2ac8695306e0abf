import Consensus
import XCTest

@testable import KeyValue

/// Changes of membership that clients request: who answers, when, and what.
final class ChangeTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    private func voters(_ cluster: ReplicaCluster) -> [[NodeID]] {
        cluster.ids.map { cluster[$0].raft.membership.voters }
    }

    func testAnyMemberAnswersAChangeOnceItIsCommitted() {
        for asked in ["n0", "n1", "n3"] {
            let cluster = led(4, voters: 3)
            cluster.firewall = { !$0.bringsFinalMembership }
            cluster.change(["n3", "n0", "n3"], at: asked, 1)
            cluster.settle()
            XCTAssertEqual(cluster.answers(asked, to: 1), [], "answered after the joint half")
            cluster.heal()
            cluster.run(for: timeout)
            XCTAssertEqual(cluster.answers(asked, to: 1), [.changeMembershipOK(["n0", "n3"])])
            XCTAssertEqual(Set(voters(cluster)), [["n0", "n3"]])
        }
    }

    func testARemovedLeaderThatWasAskedAnswers() {
        let cluster = led(4, voters: 2)
        cluster.change(["n2", "n3"], at: "n0", 1)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n0", to: 1), [.changeMembershipOK(["n2", "n3"])])
        XCTAssertEqual(cluster.leaderIDs.filter { $0 == "n0" }, [])
    }

    func testALearnerForwardsRequestsAndAnswersItsClients() {
        let cluster = led(4, voters: 3)
        cluster.write(1, 5, at: "n3", 1)
        cluster.settle()
        cluster.read(1, at: "n3", 2)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n3", to: 1), [.writeOK])
        XCTAssertEqual(cluster.answers("n3", to: 2), [.readOK(5)])
        XCTAssertEqual(cluster["n3"].status.role, "learner")
    }

    // Scenario 90
    func testARemovedMemberBecomesALearner() {
        let cluster = led(3)
        cluster.change(["n0", "n1"], at: "n2", 1)
        cluster.settle()
        XCTAssertEqual(cluster["n2"].status.role, "learner")
        cluster.write(1, 5, at: "n2", 2)
        cluster.settle()
        cluster.read(1, at: "n2", 3)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n2", to: 2) + cluster.answers("n2", to: 3), [.writeOK, .readOK(5)])
    }

    // Scenario 86
    func testASecondChangeIsAnswered14AndIsNeverMade() {
        let cluster = led(5, voters: 3)
        cluster.isolate("n4")
        cluster.change(["n0", "n1", "n2", "n4"], at: "n0", 1)
        cluster.change(["n0", "n3"], at: "n1", 2)
        cluster.settle()
        XCTAssertEqual(cluster.codes("n1", to: 2), [.abort])
        cluster.heal()
        cluster.run(for: timeout)
        XCTAssertEqual(cluster.answers("n0", to: 1), [.changeMembershipOK(["n0", "n1", "n2", "n4"])])
        // Late copies from the network, and the client's own second try.
        for forward in cluster.sent.filter(\.isForward) { cluster.deliver(forward) }
        cluster.change(["n0", "n3"], at: "n2", 2)
        cluster.settle()
        XCTAssertEqual(cluster.codes("n2", to: 2), [.abort])
        XCTAssertEqual(Set(voters(cluster)), [["n0", "n1", "n2", "n4"]])
    }

    // Scenario 92
    func testAChangeWhoseVoterDoesNotCatchUpIsAnswered14InTimeAndIsNeverMade() {
        let cluster = led(4, voters: 3)
        cluster.isolate("n3")
        cluster.change(["n0", "n1", "n2", "n3"], at: "n1", 1)
        cluster.run(for: 2_900_000)
        XCTAssertEqual(cluster.codes("n1", to: 1), [])
        cluster.write(1, 5, at: "n1", 2)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n1", to: 2), [.writeOK], "it disturbs the others")
        cluster.run(for: 500_000)
        XCTAssertEqual(cluster.codes("n1", to: 1), [.abort])
        cluster.heal()
        for forward in cluster.sent.filter(\.isForward) { cluster.deliver(forward) }
        cluster.run(for: 10 * timeout)
        XCTAssertEqual(Set(voters(cluster)), [["n0", "n1", "n2"]])
    }

    func testACopyOfAnOlderChangeIsNotMadeAgain() {
        let cluster = led(3)
        cluster.change(["n0", "n1"], at: "n1", 1)
        cluster.settle()
        cluster.change(["n0", "n1", "n2"], at: "n1", 2)
        cluster.settle()
        for forward in cluster.sent.filter(\.isForward) { cluster.deliver(forward) }
        cluster.change(["n0", "n1"], at: "n2", 1)
        cluster.settle()
        XCTAssertEqual(Set(voters(cluster)), [["n0", "n1", "n2"]])
        XCTAssertEqual(cluster.answers("n2", to: 1), [.changeMembershipOK(["n0", "n1"])])
    }

    private final class Held {
        var envelopes: [Envelope] = []
    }

    /// Delays the answers to `leader` while `isHeld` is true.
    private func holdAnswers(
        _ cluster: ReplicaCluster, to leader: NodeID, while isHeld: @escaping () -> Bool = { true }
    ) -> Held {
        let held = Held()
        cluster.firewall = { envelope in
            guard envelope.isAppendReply, envelope.to == leader, isHeld() else { return true }
            held.envelopes.append(envelope)
            return false
        }
        return held
    }

    private func takeInOneTurn(_ cluster: ReplicaCluster, _ envelopes: [Envelope], at id: NodeID) {
        cluster.with(id) { [now = cluster.now] replica in
            for envelope in envelopes { replica.receive(envelope.message, from: envelope.from, now: now) }
        }
    }

    func testANewLeaderDoesNotRepeatAChangeThatIsCommittedInTheSameTurn() {
        let cluster = led(5)
        cluster.firewall = { $0.to != "n2" }
        cluster.change(["n0", "n1", "n2", "n3"], at: "n1", 1)
        cluster.settle()
        let old = cluster.sent.last(where: \.isForward)!
        cluster.change(cluster.ids, at: "n0", 2)
        cluster.settle()
        // n2 gets all entries at once, and not their commit.
        let log = cluster["n0"].raft.log
        let append = AppendEntries(
            term: 1, leader: "n0", prevLogIndex: 1, prevLogTerm: 1, entries: Array(log[2...5]),
            leaderCommit: 1)
        let message = PeerMessage.raft(RaftMessage(.appendEntries(append)))
        takeInOneTurn(cluster, [Envelope(from: "n0", to: "n2", message: message, due: 0)], at: "n2")
        cluster.isolate("n0")
        let held = holdAnswers(cluster, to: "n2")
        cluster.elect("n2")
        XCTAssertEqual(cluster["n2"].lastApplied, 1)
        cluster.heal()
        takeInOneTurn(cluster, held.envelopes + [old], at: "n2")
        cluster.run(for: 4 * timeout)
        XCTAssertEqual(Set(voters(cluster)), [cluster.ids])
    }

    func testARefusalThatIsCommittedInThisTurnHolds() {
        let cluster = led(4)
        let held = holdAnswers(cluster, to: "n0") { cluster["n0"].raft.membership.isJoint }
        cluster.change(["n0", "n1", "n2"], at: "n0", 1)
        cluster.settle()
        // The joint half of the first change is uncommitted, so the second is refused. Both are committed in one turn.
        cluster.change(["n0", "n1"], at: "n3", 2)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n0", to: 1) + cluster.answers("n3", to: 2), [])
        cluster.firewall = { _ in true }
        takeInOneTurn(cluster, held.envelopes + [cluster.sent.last(where: \.isForward)!], at: "n0")
        cluster.run(for: 4 * timeout)
        XCTAssertEqual(cluster.codes("n3", to: 2), [.abort])
        XCTAssertEqual(Set(voters(cluster)), [["n0", "n1", "n2"]])
    }

    func testAChangeWhoseJointHalfIsInTheLogIsNotAnswered11() {
        let cluster = led(3)
        cluster.firewall = { $0.to != "n2" || !$0.bringsFinalMembership }
        cluster.change(["n0", "n1"], at: "n0", 1)
        cluster.settle()
        let commit = AppendEntries(
            term: 1, leader: "n0", prevLogIndex: 2, prevLogTerm: 1, leaderCommit: 2)
        cluster.deliver(
            Envelope(from: "n0", to: "n2", message: .raft(RaftMessage(.appendEntries(commit))), due: 0))
        XCTAssertTrue(cluster["n2"].raft.membership.isJoint)
        XCTAssertEqual(cluster["n2"].lastApplied, cluster["n2"].raft.log.lastIndex)
        // The member is cut off, so it cannot forward the request.
        cluster.isolate("n2")
        cluster.run(for: 4 * timeout)
        XCTAssertNil(cluster["n2"].raft.leader)
        cluster.change(["n0", "n1"], at: "n2", 1)
        cluster.run(for: 5_000_000)
        XCTAssertEqual(cluster.codes("n2", to: 1), [.timeout])
    }

    func testWithoutALeaderAChangeIsAnswered11InTime() {
        let cluster = ReplicaCluster(3)
        for id in cluster.ids { cluster.isolate(id) }
        cluster.change(["n0", "n1"], at: "n2", 1)
        cluster.run(for: 5_000_000)
        XCTAssertEqual(cluster.codes("n2", to: 1), [.temporarilyUnavailable])
    }

    func testAChangeGoesToTheNextLeaderAndIsMadeOnce() {
        let cluster = led(5)
        cluster.firewall = { !$0.bringsMembership }
        cluster.change(["n1", "n2", "n3"], at: "n1", 1)
        cluster.settle()
        XCTAssertTrue(cluster["n0"].raft.membership.isJoint)
        cluster.heal()
        cluster.isolate("n0")
        cluster.elect("n1")
        cluster.settle()
        XCTAssertEqual(cluster.answers("n1", to: 1), [.changeMembershipOK(["n1", "n2", "n3"])])
        cluster.heal()
        cluster.run(for: 4 * timeout)
        let log = cluster["n0"].raft.log
        let memberships = (1...log.lastIndex).filter {
            if case .membership = log[$0].payload { true } else { false }
        }
        XCTAssertEqual(memberships.count, 2)
    }

    func testASnapshotBringsTheMembershipAndWhatWasRefused() throws {
        let cluster = led(3)
        cluster.change(["n0", "n1"], at: "n0", 1)
        cluster.settle()
        let replica = cluster["n0"]
        var writer = SnapshotWriter(
            of: replica.store,
            at: LogPosition(index: replica.lastApplied, term: 1),
            membership: replica.raft.membership(at: replica.lastApplied))
        var reader = SnapshotReader()
        XCTAssertTrue(reader.read(writer.next(bytes: 1 << 20)))
        XCTAssertEqual(reader.membership, replica.raft.membership)
        let change = MembershipChange(RequestID(client: "c1", number: 1), voters: ["n0", "n1"])
        XCTAssertEqual(reader.store.outcome(of: change.id), .membershipChanged)
    }

    // Found by the simulation with a slow disk: a lone voter carries out many changes in one turn, each in rounds of
    // its own, and took that for an endless turn.
    func testALoneVoterCarriesOutManyChangesInOneTurn() {
        let cluster = ReplicaCluster(1)
        cluster.run(for: 1)
        cluster.with("n0") { [now = cluster.now] replica in
            for number in 1...60 {
                replica.receive(
                    ClientRequest(client: "o", messageID: number, .changeMembership(["n0"])), now: now)
            }
        }
        XCTAssertEqual(
            cluster.replies["n0"]?.count { $0.body == .changeMembershipOK(["n0"]) }, 60,
            "\(cluster.replies["n0"]?.map(\.body) as Any)")
    }
}

extension Envelope {
    private var memberships: [Membership] {
        guard case .raft(let message) = message, case .appendEntries(let append) = message.body else {
            return []
        }
        return append.entries.compactMap {
            if case .membership(let membership) = $0.payload { membership } else { nil }
        }
    }

    var bringsMembership: Bool { !memberships.isEmpty }
    var bringsFinalMembership: Bool { memberships.contains { !$0.isJoint } }

    var isAppendReply: Bool {
        if case .raft(let message) = message, case .appendEntriesReply = message.body { true } else { false }
    }

    var isTimeoutNow: Bool {
        if case .raft(let message) = message, case .timeoutNow = message.body { true } else { false }
    }
}
