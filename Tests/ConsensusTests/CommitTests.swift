import XCTest

@testable import Consensus

/// When an entry is committed (§5.3, §5.4.2).
final class CommitTests: XCTestCase {
    // Scenario 44
    func testAnEntryOfAnEarlierTermIsNotCommittedByCounting() {
        // Figure 8 (c): n0 led in term 2, leads again in term 4, and its entry of term 2 is on a majority.
        var hand = Hand("n0", of: 5, term: 3, log: [1, 2])
        hand.makeLeader()
        let heartbeats = hand.wait(hand.raft.timing.heartbeatInterval)
        XCTAssertEqual(heartbeats.compactMap(\.appendEntries).map(\.lastIndex), [2, 2, 2, 2])
        for follower in ["n1", "n2"] {
            // The follower holds the old entries, but not yet the no-op of term 4.
            hand.acknowledge(heartbeats, by: follower)
            XCTAssertEqual(hand.progress(of: follower)?.matchIndex, 2)
        }
        XCTAssertEqual(hand.raft.commitIndex, 0, "an entry of term 2 was committed in term 4")
    }

    // Scenario 44
    func testFigure8LosesNoCommittedEntry() {
        let cluster = Cluster(
            5, logs: Dictionary(uniqueKeysWithValues: (0..<5).map { ("n\($0)", entries([1])) }))
        cluster.elect("n0")
        cluster.settle()
        // (a) n0 leads, and its next entry reaches only n1.
        for other in ["n2", "n3", "n4"] { cluster.cut("n0", other) }
        cluster.propose("a", to: "n0")
        cluster.settle()
        let second = cluster["n0"].log.lastIndex
        XCTAssertEqual(cluster["n1"].log.lastIndex, second)
        // (b) n4 leads, with another entry at that index.
        cluster.crash("n0")
        cluster.cut("n1", "n4")
        cluster.elect("n4")
        for other in ["n2", "n3"] { cluster.cut("n4", other) }
        cluster.propose("b", to: "n4")
        cluster.settle()
        // (c) n0 leads again, elected by n1 and n2, and its old entry reaches a majority.
        cluster.heal()
        cluster.crash("n4")
        cluster.restart("n0")
        cluster.run(for: 10 * Timing.shortestElectionTimeout)
        XCTAssertEqual(cluster.leaderIDs.count, 1)
        // (d) Whoever leads next, n4 adopts the log of the majority.
        cluster.restart("n4")
        cluster.run(for: 10 * Timing.shortestElectionTimeout)
        XCTAssertEqual(Set(cluster.ids.map { cluster[$0].commitIndex }).count, 1)
        XCTAssertEqual(Set(cluster.ids.map { cluster[$0].log.terms }).count, 1)
    }

    // Scenario 45
    func testAnEntryOfAnEarlierTermCommitsWithTheFirstOfTheNewTerm() {
        var hand = Hand("n0", of: 3, term: 3, log: [1, 2])
        let appends = hand.makeLeader()
        XCTAssertEqual(hand.raft.log.terms, [1, 2, 4])
        XCTAssertEqual(hand.raft.log[3].payload, .noOp)
        XCTAssertEqual(hand.raft.commitIndex, 0)
        hand.acknowledge(appends, by: "n1")
        XCTAssertEqual(hand.raft.commitIndex, 3)
    }

    // Scenarios 15 and 47
    func testALeaderCountsItselfOnlyAfterItsOwnSync() {
        for size in [1, 3] {
            var hand = Hand(of: size)
            if size == 1 {
                hand.raft.advance(to: hand.now)
            } else {
                hand.acknowledge(hand.makeLeader(), by: "n1")
            }
            let before = hand.raft.commitIndex
            _ = hand.raft.propose(Command("a"))
            let ready = hand.raft.takeReady()
            XCTAssertEqual(ready.early.map(\.to), size == 1 ? [] : ["n1"])
            for append in ready.early where append.to == "n1" {
                let reply = RaftMessage(inReplyTo: append.message.id, hand.answer(true))
                hand.raft.receive(reply, from: "n1", now: hand.now)
            }
            XCTAssertEqual(hand.raft.commitIndex, before, "committed before it was stored, of \(size)")
            let effects = hand.raft.stored(ready.storage)
            XCTAssertEqual(effects.late, [])
            XCTAssertEqual(hand.raft.commitIndex, hand.raft.log.lastIndex)
            XCTAssertEqual(effects.committed, (before + 1)..<(hand.raft.commitIndex + 1), "in the same round")
        }
    }

    func testFollowersCommitWhatTheLeaderHasNotStored() {
        var hand = Hand(of: 3)
        let appends = hand.makeLeader()
        for follower in ["n1", "n2"] {
            hand.acknowledge(hand.acknowledge(appends, by: follower), by: follower)
        }
        _ = hand.raft.propose(Command("a"))
        let ready = hand.raft.takeReady()
        for append in ready.early {
            let reply = RaftMessage(inReplyTo: append.message.id, hand.answer(true))
            hand.raft.receive(reply, from: append.to, now: hand.now)
        }
        XCTAssertEqual(hand.raft.commitIndex, 2)
    }

    // Scenario 15
    func testALoneMemberLeadsAtOnceAndStoresItsTermBeforeAnythingElse() {
        var hand = Hand(of: 1)
        XCTAssertEqual(hand.raft.deadline, hand.now)
        hand.raft.advance(to: hand.now)
        XCTAssertTrue(hand.raft.isLeader)
        XCTAssertEqual(hand.raft.commitIndex, 0)
        let ready = hand.raft.takeReady()
        XCTAssertEqual(ready.storage.hardState, HardState(term: 1, votedFor: "n0"))
        XCTAssertEqual(ready.storage.suffix?.entries.count, 1)
        XCTAssertEqual(hand.raft.commitIndex, 0)
        XCTAssertEqual(hand.raft.stored(ready.storage).committed, 1..<2)
        XCTAssertFalse(hand.raft.hasReady)
        XCTAssertNil(hand.raft.deadline)
    }

    // Scenario 48
    func testAnAcknowledgementOfAnEarlierTermIsIgnored() {
        var hand = Hand(of: 3)
        let first = hand.makeLeader()
        _ = hand.propose("a")
        // It loses its quorum, and leads the same followers again two terms later.
        hand.wait(2 * hand.raft.timing.electionTimeout)
        hand.append(heartbeat(term: 2, from: "n2"))
        hand.now += 2 * hand.raft.timing.electionTimeout
        let second = hand.makeLeader()
        XCTAssertEqual(hand.raft.currentTerm, 3)
        let old = AppendEntriesReply(term: 1, success: true)
        for append in first + second {
            hand.hear(.appendEntriesReply(old), from: "n1", inReplyTo: append.message.id)
        }
        // An acknowledgement in the new term to a request of the old one is ignored too.
        for append in first where append.to == "n1" {
            hand.hear(hand.answer(true), from: "n1", inReplyTo: append.message.id)
        }
        XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, 0)
        XCTAssertEqual(hand.raft.commitIndex, 0)
    }

    // Scenario 48
    func testATruncatedEntryIsNotDurable() {
        var hand = Hand(term: 1, log: [1, 1, 1])
        XCTAssertEqual(hand.raft.durableIndex, 3)
        let request = AppendEntries(
            term: 2, leader: "n1", prevLogIndex: 1, prevLogTerm: 1, entries: entries([2, 2], from: 2),
            leaderCommit: 0)
        hand.raft.receive(RaftMessage(id: 1, .appendEntries(request)), from: "n1", now: hand.now)
        XCTAssertEqual(hand.raft.durableIndex, 1)
        hand.step()
        XCTAssertEqual(hand.raft.durableIndex, 3)
    }

    func testALearnersAcknowledgementCommitsNothing() {
        var hand = Hand(of: 4, voters: ["n0", "n1", "n2"])
        let appends = hand.makeLeader()
        XCTAssertEqual(Set(appends.map(\.to)), ["n1", "n2", "n3"])
        hand.acknowledge(appends, by: "n3")
        XCTAssertEqual(hand.raft.commitIndex, 0)
        hand.acknowledge(appends, by: "n2")
        XCTAssertEqual(hand.raft.commitIndex, 1)
    }

    // Scenario 47
    func testAnAcknowledgedEntryOutlivesTheCrashOfItsLeader() {
        let cluster = led(3)
        cluster.propose("a", to: "n0")
        cluster.settle()
        XCTAssertEqual(cluster["n0"].commitIndex, 2)
        cluster.crash("n0")
        cluster.run(for: 10 * Timing.shortestElectionTimeout)
        cluster.restart("n0")
        cluster.run(for: 10 * Timing.shortestElectionTimeout)
        for id in cluster.ids { XCTAssertEqual(cluster.committed[id]?[1].payload, .command(Command("a"))) }
    }
}
