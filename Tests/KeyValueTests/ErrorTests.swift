import Consensus
import XCTest

@testable import KeyValue

/// Which error is sent when, and whether it is true.
final class ErrorTests: XCTestCase {
    private let patience = 900_000

    private func swap(_ from: JSONValue, _ to: JSONValue) -> ClientOperation {
        .cas(key: 1, from: from, to: to, createIfNotExists: false)
    }

    // Scenario 96
    func testAMissingKeyIs20AndAnotherValueIs22AtEveryMember() {
        let cluster = led(3)
        for (slot, id) in cluster.ids.enumerated() {
            cluster.read("\"none\"", at: id, 10 + slot)
            cluster.ask(id, "c1", 20 + slot, .cas(key: 9, from: 0, to: 1, createIfNotExists: false))
            cluster.write(1, 5, at: id, 30 + slot)
            cluster.settle()
            cluster.ask(id, "c1", 40 + slot, swap(6, 7))
            cluster.settle()
            cluster.read(1, at: id, 50 + slot)
            cluster.settle()
            XCTAssertEqual(cluster.codes(id, to: 10 + slot), [.keyDoesNotExist])
            XCTAssertEqual(cluster.codes(id, to: 20 + slot), [.keyDoesNotExist])
            XCTAssertEqual(cluster.codes(id, to: 40 + slot), [.preconditionFailed])
            XCTAssertEqual(cluster.answers(id, to: 50 + slot), [.readOK(5)])
        }
    }

    // Scenarios 43 and 97
    func testWithoutALeaderARequestWaitsAndIsAnswered11InTime() {
        let cluster = ReplicaCluster(3)
        cluster.isolate("n1")
        cluster.write(1, 5, at: "n1", 1)
        cluster.read(1, at: "n1", 2)
        cluster.run(for: patience - 1)
        XCTAssertEqual(cluster.replies["n1"] ?? [], [])
        cluster.run(for: 1)
        XCTAssertEqual(cluster.codes("n1", to: 1), [.temporarilyUnavailable])
        XCTAssertEqual(cluster.codes("n1", to: 2), [.temporarilyUnavailable])
        cluster.heal()
        cluster.run(for: 5_000_000)
        for id in cluster.ids { XCTAssertNil(cluster[id].store[1], "it happened after all") }
        XCTAssertEqual(cluster.replies["n1"]?.count, 2)
        XCTAssertNil(cluster[cluster.leaderIDs[0] == "n1" ? "n0" : "n1"].requests.deadline)
    }

    // Scenario 43
    func testARequestThatWaitsForALeaderIsCarriedOutByTheNextOne() {
        let cluster = ReplicaCluster(3)
        cluster.write(1, 5, at: "n2", 1)
        cluster.read(1, at: "n2", 2)
        cluster.run(for: 600_000)
        XCTAssertEqual(cluster.answers("n2", to: 1), [.writeOK])
        XCTAssertEqual(cluster.answers("n2", to: 2), [.readOK(5)])
    }

    // Scenario 97
    func testAForwardedOrLoggedRequestIsNeverAnswered11() {
        for asked in ["n0", "n1"] {
            let cluster = led(3)
            cluster.firewall = { !($0.from == "n0" || $0.to == "n0") }
            cluster.write(1, 5, at: asked, 1)
            cluster.read(1, at: asked, 2)
            cluster.isolate("n1")
            cluster.run(for: patience)
            XCTAssertEqual(cluster.codes(asked, to: 1), [.timeout], asked)
            XCTAssertEqual(cluster.codes(asked, to: 2), [.timeout], asked)
        }
    }

    // Scenario 97
    func testARequestLoggedThroughAnotherMemberIsNotAnswered11() {
        let cluster = led(3)
        // n1 forwards it; n2 appends it and does not learn its commit.
        cluster.write(1, 5, at: "n1", 1)
        cluster.firewall = { envelope in
            if case .raft(let message) = envelope.message, case .appendEntriesReply = message.body {
                return false
            }
            return true
        }
        cluster.settle()
        XCTAssertEqual(cluster["n2"].raft.log.lastIndex, 2)
        cluster.isolate("n2")
        cluster.wait(400_000)
        cluster.with("n2") { [now = cluster.now] in $0.advance(to: now) }
        XCTAssertNil(cluster["n2"].raft.leader)
        cluster.write(1, 5, at: "n2", 1)
        cluster.run(for: patience)
        XCTAssertEqual(cluster.codes("n2", to: 1), [.timeout])
    }

    // Scenario 97
    func testARequestCommittedInTheTurnInWhichItExpiresIsNotAnswered11() {
        let cluster = led(3)
        cluster.write(1, 5, at: "n1", 1)
        // n2 is cut off, and gets the same request while it knows no leader.
        cluster.isolate("n2")
        cluster.settle()
        cluster.wait(400_000)
        cluster.with("n2") { [now = cluster.now] in $0.advance(to: now) }
        cluster.write(1, 5, at: "n2", 1)
        XCTAssertNil(cluster["n2"].raft.leader)
        _ = cluster.intercept { _ in true }
        cluster.heal()
        cluster.wait(patience)
        // In one turn it receives the entries with their commit, then the time advances.
        let leader = cluster["n0"].raft
        let entries = Array(leader.log[2...2])
        XCTAssertEqual(leader.commitIndex, 2)
        let append = AppendEntries(
            term: leader.currentTerm, leader: "n0", prevLogIndex: 1, prevLogTerm: leader.currentTerm,
            entries: entries, leaderCommit: 2)
        cluster.with("n2") { [now = cluster.now] in
            $0.receive(.raft(RaftMessage(id: 99, .appendEntries(append))), from: "n0", now: now)
            $0.advance(to: now)
        }
        XCTAssertEqual(cluster["n2"].store[1], 5)
        for code in cluster.codes("n2", to: 1) { XCTAssertNotEqual(code, .temporarilyUnavailable) }
        XCTAssertEqual(cluster.codes("n2", to: 1).count, 1)
    }

    // Scenario 50
    func testTheClientOfAnOverwrittenEntryNeverSeesSuccess() {
        let cluster = led(3)
        cluster.isolate("n0")
        cluster.write(1, 5, at: "n0", 1)
        cluster.run(for: 2_000_000)
        XCTAssertEqual(cluster.codes("n0", to: 1), [.timeout])
        let next = cluster.leaderIDs[0]
        cluster.write(1, 6, at: next, 2)
        cluster.settle()
        cluster.heal()
        cluster.run(for: 2_000_000)
        XCTAssertEqual(cluster.codes("n0", to: 1), [.timeout], "it was answered again")
        for id in cluster.ids { XCTAssertEqual(cluster[id].store[1], 6) }
    }

    func testALaterReadDoesNotExpireWithAnEarlierOne() {
        let cluster = ReplicaCluster(3)
        cluster.isolate("n1")
        cluster.read(1, at: "n1", 1)
        cluster.wait(patience - 10_000)
        cluster.read(1, at: "n1", 2)
        // A leader appears just before the first read expires, and answers just after.
        let append = AppendEntries(
            term: 3, leader: "n0", prevLogIndex: 0, prevLogTerm: 0,
            entries: [Entry(term: 3, payload: .noOp)], leaderCommit: 1)
        cluster.with("n1") { [now = cluster.now] in
            $0.receive(.raft(RaftMessage(id: 1, .appendEntries(append))), from: "n0", now: now)
        }
        let question = cluster.intercept { $0.to == "n0" }.compactMap { envelope -> MessageID? in
            if case .raft(let message) = envelope.message, case .readIndex = message.body {
                message.id
            } else {
                nil
            }
        }
        cluster.wait(20_000)
        cluster.with("n1") { [now = cluster.now] in $0.advance(to: now) }
        XCTAssertEqual(cluster.codes("n1", to: 1), [.timeout])
        XCTAssertEqual(cluster.codes("n1", to: 2), [], "it had all its time before it")
        let answer = RaftMessage(
            inReplyTo: question.first, .readIndexReply(ReadIndexReply(term: 3, index: 1)))
        cluster.with("n1") { [now = cluster.now] in $0.receive(.raft(answer), from: "n0", now: now) }
        XCTAssertEqual(cluster.codes("n1", to: 2), [.keyDoesNotExist])
        XCTAssertEqual(cluster.codes("n1", to: 1).count, 1)
    }

    func testEachReadExpiresAfterItsOwnPatience() {
        let cluster = ReplicaCluster(3)
        for (messageID, mean) in [(1, 5_000_000), (2, 1_000)] {
            let append = AppendEntries(
                term: 3, leader: "n0", prevLogIndex: 0, prevLogTerm: 0, leaderCommit: 0,
                roundTrip: Estimate(mean: mean, deviation: 0))
            cluster.with("n1") { [now = cluster.now] in
                $0.receive(.raft(RaftMessage(.appendEntries(append))), from: "n0", now: now)
            }
            cluster.read(1, at: "n1", messageID)
        }
        cluster.isolate("n1")
        cluster.run(for: patience)
        XCTAssertEqual(cluster.codes("n1", to: 1), [])
        XCTAssertEqual(cluster.codes("n1", to: 2), [.timeout])
        cluster.run(for: 25_000_000)
        XCTAssertEqual(cluster.codes("n1", to: 1), [.timeout])
    }

    /// Requests queued for this member's leadership are appended when it leads.
    func testARequestQueuedForThisMembersLeadershipIsNotAnswered11() {
        let cluster = led(3)
        cluster.write(1, 5, at: "n1", 1)
        let copies = cluster.intercept(\.isForward)
        cluster.isolate("n2")
        cluster.with("n2") { [now = cluster.now] in
            let order = TimeoutNow(term: $0.raft.currentTerm, leader: "n0")
            $0.receive(.raft(RaftMessage(.timeoutNow(order))), from: "n0", now: now)
            XCTAssertTrue($0.raft.isTakingOverLeadership)
            $0.receive(copies[0].message, from: "n1", now: now)
            $0.receive(ClientRequest(client: "c1", messageID: 1, .write(key: 1, value: 5)), now: now)
        }
        cluster.with("n2") { $0.endOfInput() }
        XCTAssertEqual(cluster.codes("n2", to: 1), [.timeout])
    }

    /// The final membership is still to be appended, and will be.
    func testAChangeWhoseJointHalfIsAppliedIsNotAnswered11() {
        let cluster = led(4, voters: 3)
        cluster.firewall = { !$0.bringsFinalMembership }
        cluster.change(["n0", "n1", "n3"], at: "n0", 1)
        cluster.run(for: cluster["n0"].raft.timing.heartbeatInterval)
        let term = cluster["n0"].raft.currentTerm
        let heartbeat = AppendEntries(
            term: term, leader: "n0", prevLogIndex: 2, prevLogTerm: term, leaderCommit: 2)
        cluster.with("n2") { [now = cluster.now] in
            $0.receive(.raft(RaftMessage(id: 99, .appendEntries(heartbeat))), from: "n0", now: now)
        }
        XCTAssertTrue(cluster["n2"].raft.membership.isJoint)
        XCTAssertEqual(cluster["n2"].lastApplied, 2)
        cluster.isolate("n2")
        cluster.run(for: 1_000_000)
        XCTAssertNil(cluster["n2"].raft.leader)
        cluster.change(["n0", "n1", "n3"], at: "n2", 1)
        cluster.with("n2") { $0.endOfInput() }
        XCTAssertEqual(cluster.codes("n2", to: 1), [.timeout])
    }

    func testPatienceFollowsTheLatency() {
        let cluster = ReplicaCluster(3)
        XCTAssertEqual(cluster["n0"].patience, 900_000)
        cluster.latency = { _, _ in 200_000 }
        cluster.run(for: 60_000_000)
        for id in cluster.ids {
            XCTAssertTrue((1_700_000...2_000_000).contains(cluster[id].patience), "\(cluster[id].patience)")
        }
    }

    func testManyRequestsThatExpireTogetherAreAnsweredAtOnceBesideALongLog() {
        let cluster = led(3)
        cluster.isolate("n0")
        for number in 0..<5_000 {
            cluster.with("n0") {
                _ = $0.tamper { raft, _ in raft.propose(Command("c0 \(number) write 1 2")) }
            }
        }
        cluster.run(for: 400_000)
        XCTAssertNil(cluster["n0"].raft.leader)
        for number in 0..<5_000 { cluster.write(1, 5, at: "n0", number) }
        cluster.run(for: patience)
        XCTAssertEqual(cluster.replies["n0"]?.count, 5_000)
        XCTAssertEqual(cluster.codes("n0", to: 4_999), [.temporarilyUnavailable])
    }

    func testARepeatedRequestThatMayStillHappenIsNotAnswered11() {
        let cluster = led(3)
        cluster.write(1, 5, at: "n1", 1)
        for envelope in cluster.intercept(\.isForward) { cluster.deliver(envelope) }
        cluster.isolate("n1")
        cluster.isolate("n0")
        cluster.run(for: 1_000_000)
        XCTAssertEqual(cluster.codes("n1", to: 1), [.timeout])
        cluster.write(1, 5, at: "n1", 1)
        cluster.run(for: 1_000_000)
        XCTAssertEqual(cluster.codes("n1", to: 1), [.timeout, .timeout])
    }
}
