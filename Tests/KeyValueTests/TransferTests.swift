import Consensus
import XCTest

@testable import KeyValue

/// Leadership transfers that clients request.
final class TransferTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    // Scenario 77
    func testAnyMemberAnswersATransferWhenTheTargetLeads() {
        for asked in ["n0", "n1", "n2", "n3"] {
            let cluster = led(4, voters: 3)
            cluster.transfer(to: "n2", at: asked, 1)
            XCTAssertEqual(cluster.answers(asked, to: 1), [])
            cluster.settle()
            cluster.run(for: cluster["n0"].raft.timing.heartbeatInterval)
            XCTAssertEqual(cluster.leaderIDs, ["n2"])
            XCTAssertEqual(cluster.answers(asked, to: 1), [.transferLeadershipOK(leader: "n2")])
        }
    }

    /// No message carries a term that is not durable.
    func testATransferIsRequestedOnlyInAStoredTerm() {
        let cluster = led(3)
        cluster.isolate("n1")
        cluster.run(for: 2 * timeout)
        XCTAssertNil(cluster["n1"].raft.leader)
        var replica = cluster["n1"]
        let term = replica.raft.currentTerm + 1
        let asked = ClientRequest(client: "c1", messageID: 1, .transferLeadership(to: "n2"))
        replica.receive(asked, now: cluster.now)
        let append = AppendEntries(
            term: term, leader: "n0", prevLogIndex: 1, prevLogTerm: 1, leaderCommit: 1)
        let now = cluster.now + replica.raft.timing.heartbeatInterval
        replica.receive(.raft(RaftMessage(id: 1, .appendEntries(append))), from: "n0", now: now)
        replica.advance(to: now)
        let request = PeerEnvelope(to: "n0", .transfer(TransferRequest(term: term, target: "n2")))
        let ready = replica.takeReady()
        XCTAssertEqual(ready.storage.hardState?.term, term)
        XCTAssertFalse(ready.early.contains(request))
        XCTAssertTrue(replica.stored(ready.storage).late.contains(request))
    }

    // Scenario 82
    func testATransferToTheLeaderIsAnsweredAtOnceAndOneToANonVoterIsRefused() {
        let cluster = led(4, voters: 3)
        cluster.transfer(to: "n0", at: "n1", 1)
        XCTAssertEqual(cluster.answers("n1", to: 1), [.transferLeadershipOK(leader: "n0")])
        for target in ["n3", "n9", ""] {
            cluster.transfer(to: target, at: "n0", 2, of: target)
            XCTAssertEqual(cluster.codes("n0", to: 2, of: target), [.malformedRequest])
        }
        cluster.settle()
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
    }

    // Scenario 79
    func testAFailedTransferEndsWithinTwoElectionTimeouts() {
        let cluster = led(3)
        cluster.isolate("n2")
        cluster.transfer(to: "n2", at: "n1", 1)
        cluster.run(for: 2 * timeout - 1)
        XCTAssertEqual(cluster.codes("n1", to: 1), [])
        cluster.run(for: 1)
        XCTAssertEqual(cluster.codes("n1", to: 1), [.abort])
        cluster.run(for: 2 * timeout)
        cluster.write(1, 5, at: "n0", 2)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n0", to: 2), [.writeOK])
    }

    // Scenario 79
    func testWritesWaitForTheNextLeaderAndAreAnswered() {
        let cluster = led(3)
        cluster.transfer(to: "n2", at: "n0", 1)
        for (number, id) in cluster.ids.enumerated() { cluster.write(1, 5, at: id, 10 + number) }
        cluster.settle()
        cluster.run(for: timeout)
        for (number, id) in cluster.ids.enumerated() {
            XCTAssertEqual(cluster.answers(id, to: 10 + number), [.writeOK], id)
        }
        XCTAssertEqual(cluster.leaderIDs, ["n2"])
    }

    // Scenario 79
    func testAfterAFailedTransferTheOldLeaderCarriesOutTheWaitingWrites() {
        let cluster = led(3)
        cluster.firewall = { !$0.isTimeoutNow }
        cluster.transfer(to: "n2", at: "n0", 1)
        cluster.write(1, 5, at: "n0", 10)
        cluster.write(2, 5, at: "n1", 11)
        cluster.run(for: timeout / 2)
        XCTAssertEqual(cluster.answers("n0", to: 10) + cluster.answers("n1", to: 11), [])
        cluster.run(for: 3 * timeout)
        XCTAssertEqual(cluster.answers("n0", to: 10), [.writeOK])
        XCTAssertEqual(cluster.answers("n1", to: 11), [.writeOK])
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
    }

    // Scenario 84
    func testWritesDuringTransfersAreCarriedOutExactlyOnce() {
        let cluster = led(3)
        cluster.latency = { from, to in 1_000 * (1 + from.utf8.last!.hashed(to.utf8.last!)) }
        let keys = 0..<300
        for key in keys {
            let (id, value) = (cluster.ids[key % 3], JSONValue(canonical: String(key)))
            cluster.ask(
                id, "c1", key, .cas(key: value, from: 0, to: 1, createIfNotExists: true))
            if key % 20 == 10 {
                cluster.transfer(to: cluster.ids[key / 20 % 3], at: cluster.ids[key % 2], 1_000 + key)
            }
            cluster.run(for: 1_500)
        }
        cluster.run(for: 2_000_000)
        for key in keys {
            XCTAssertEqual(cluster.answers(cluster.ids[key % 3], to: key), [.casOK], "\(key)")
        }
        XCTAssertEqual(cluster["n0"].store.count, keys.count)
        let moves = Set(cluster.sent.filter(\.isTimeoutNow).map(\.due)).count
        XCTAssertGreaterThan(moves, 5)
    }

    // Scenario 83
    func testATransferRequestOfAnEarlierTermIsIgnored() {
        let cluster = led(3)
        cluster.transfer(to: "n2", at: "n1", 1)
        let asked = cluster.sent.filter { if case .transfer = $0.message { true } else { false } }
        XCTAssertEqual(asked.count, 1)
        cluster.settle()
        cluster.run(for: timeout / 2)
        XCTAssertEqual(cluster.answers("n1", to: 1), [.transferLeadershipOK(leader: "n2")])
        cluster.transfer(to: "n0", at: "n0", 2)
        cluster.settle()
        cluster.run(for: timeout)
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        cluster.deliver(asked[0])
        cluster.run(for: 2 * timeout)
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
    }

    func testAWriteDuringATransferTakesThreeRoundTripsAndAHalfAtMost() {
        let cluster = led(3)
        cluster.latency = { _, _ in 5_000 }
        cluster.run(for: 2 * timeout)
        cluster.transfer(to: "n1", at: "n0", 1)
        var asked: [Int: (id: NodeID, at: Microseconds)] = [:]
        var slowest: Microseconds = 0
        for time in 0..<80 {
            for id in cluster.ids where time < 40 {
                let number = asked.count + 2
                asked[number] = (id, cluster.now)
                cluster.write(JSONValue(canonical: "\(number)"), 1, at: id, number)
            }
            cluster.run(for: 1_000)
            for (number, write) in asked where !cluster.answers(write.id, to: number).isEmpty {
                XCTAssertEqual(cluster.answers(write.id, to: number), [.writeOK])
                slowest = max(slowest, cluster.now - write.at)
                asked[number]?.at = cluster.now
            }
        }
        // Fewer without a disk, as the leader need not announce that its first entries are durable.
        XCTAssertLessThanOrEqual(slowest, 35_000)
        XCTAssertEqual(cluster.leaderIDs, ["n1"])
    }

    /// The number of transfer requests to the leader while a follower gets so many that cannot succeed.
    private func timesTold(_ requests: Int) -> Int {
        let cluster = led(3)
        cluster.isolate("n2")
        for number in 1...requests { cluster.transfer(to: "n2", at: "n1", number) }
        cluster.run(for: 2 * timeout)
        for number in 1...requests { XCTAssertEqual(cluster.codes("n1", to: number), [.abort]) }
        return cluster.sent.filter { if case .transfer = $0.message { true } else { false } }.count
    }

    func testTheLeaderIsToldOnceHoweverManyAskForTheSame() {
        let once = timesTold(1)
        XCTAssertGreaterThan(once, 1, "a lost message is not sent again")
        XCTAssertEqual(timesTold(1_000), once)
    }

    func testWritesForwardedToATargetThatNeverLeadsAreForwardedAgain() {
        let cluster = led(3)
        cluster.transfer(to: "n1", at: "n0", 1)
        cluster.write(1, 5, at: "n0", 2)
        cluster.isolate("n1")
        cluster.run(for: 10 * timeout)
        XCTAssertEqual(cluster.answers("n0", to: 2), [.writeOK])
    }

    func testTheLogRequestReturnsWhatThisMemberHolds() {
        let cluster = led(3)
        for number in 1...5 { cluster.write(1, 5, at: "n0", number) }
        cluster.settle()
        cluster.run(for: timeout)
        let excerpt = cluster["n1"].excerpt(2...3)
        XCTAssertEqual(excerpt.entries.map(\.index), [2, 3])
        XCTAssertEqual([excerpt.firstIndex, excerpt.lastIndex, excerpt.commitIndex], [1, 6, 6])
        XCTAssertEqual(cluster["n1"].excerpt(1...(1 << 62)).entries.count, 6)
        XCTAssertEqual(cluster["n1"].excerpt((1 << 62)...(1 << 62)).entries.count, 0)
        for number in 0..<1_200 { cluster.write(1, 5, at: "n0", 100 + number) }
        cluster.settle()
        XCTAssertEqual(cluster["n1"].excerpt(3...2_000).entries.map(\.index), Array(3..<1_003))
    }
}

extension UInt8 {
    /// Maps two letters to 0, 1 or 2.
    fileprivate func hashed(_ other: UInt8) -> Int { (Int(self) * 2 + Int(other)) % 3 }
}
