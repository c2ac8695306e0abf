import XCTest

@testable import Consensus

/// How a follower handles appends (§5.3).
final class ReplicationTests: XCTestCase {
    // Scenario 29
    func testAnAppendIsAcceptedOnlyIfItsPreviousEntryMatches() {
        let table: [(index: Index, term: Term, success: Bool, hint: LogPosition?)] = [
            (0, 0, true, nil), (1, 1, true, nil), (2, 2, true, nil), (4, 3, true, nil),
            (1, 2, false, LogPosition(index: 1, term: 1)), (2, 1, false, LogPosition(index: 1, term: 1)),
            (4, 4, false, LogPosition(index: 4, term: 3)), (5, 3, false, LogPosition(index: 4, term: 3)),
            (9, 2, false, LogPosition(index: 3, term: 2)), (3, 1, false, LogPosition(index: 1, term: 1)),
            (1 << 62, 1 << 62, false, LogPosition(index: 4, term: 3)),
        ]
        for (index, term, success, hint) in table {
            var hand = Hand(log: [1, 2, 2, 3])
            let reply = hand.append(
                AppendEntries(
                    term: 1 << 62, leader: "n1", prevLogIndex: index, prevLogTerm: term, leaderCommit: 0))
            XCTAssertEqual(
                reply, AppendEntriesReply(term: 1 << 62, success: success, hint: hint), "\(index) of \(term)")
            XCTAssertEqual(hand.raft.log.terms, [1, 2, 2, 3])
        }
    }

    // Scenario 30
    func testAConflictingSuffixIsReplacedAndAMatchingPrefixStays() {
        let table: [(previous: Index, term: Term, new: [Term], log: [Term], storedFrom: Index?)] = [
            (2, 2, [3], [1, 2, 3], 3), (1, 1, [3, 4], [1, 3, 4], 2), (0, 0, [1], [1, 2, 2], nil),
            (0, 0, [3], [3], 1), (1, 1, [2], [1, 2, 2], nil), (2, 2, [2, 4], [1, 2, 2, 4], 4),
            (3, 2, [4, 4], [1, 2, 2, 4, 4], 4), (0, 0, [1, 2, 3], [1, 2, 3], 3), (3, 2, [], [1, 2, 2], nil),
        ]
        for (previous, term, new, log, storedFrom) in table {
            var hand = Hand(log: [1, 2, 2])
            let request = AppendEntries(
                term: 5, leader: "n1", prevLogIndex: previous, prevLogTerm: term,
                entries: entries(new, from: previous + 1), leaderCommit: 0)
            hand.raft.receive(RaftMessage(id: 1, .appendEntries(request)), from: "n1", now: hand.now)
            let ready = hand.raft.takeReady()
            XCTAssertEqual(hand.raft.log.terms, log, "\(new) behind \(previous)")
            XCTAssertEqual(ready.storage.suffix?.start, storedFrom, "\(new) behind \(previous)")
            XCTAssertEqual(
                ready.storage.suffix?.entries.map(\.term), storedFrom.map { Array(log[($0 - 1)...]) })
        }
    }

    // Scenario 7
    func testAnAcknowledgementLeavesOnlyAfterItsEntriesAreStored() {
        var hand = Hand(term: 5, log: [1])
        hand.append(heartbeat(term: 5, from: "n1"))
        let request = AppendEntries(
            term: 5, leader: "n1", prevLogIndex: 1, prevLogTerm: 1, entries: entries([5], from: 2),
            leaderCommit: 2)
        hand.raft.receive(RaftMessage(id: 9, .appendEntries(request)), from: "n1", now: hand.now)
        let ready = hand.raft.takeReady()
        XCTAssertEqual(ready.early, [])
        XCTAssertEqual(ready.storage.suffix?.entries.count, 1)
        XCTAssertEqual(hand.raft.stored(ready.storage).late.map(\.message.inReplyTo), [9])
    }

    // Scenario 31
    func testALateAppendTruncatesNoNewerEntries() {
        var hand = Hand(log: [1])
        let short = AppendEntries(
            term: 2, leader: "n1", prevLogIndex: 1, prevLogTerm: 1, entries: entries([2], from: 2),
            leaderCommit: 0)
        var long = short
        long.entries = entries([2, 2, 2], from: 2)
        XCTAssertEqual(hand.append(long)?.success, true)
        XCTAssertEqual(hand.append(short)?.success, true)
        XCTAssertEqual(hand.raft.log.terms, [1, 2, 2, 2])
        XCTAssertEqual(hand.append(heartbeat(term: 2, from: "n1"))?.success, true)
        XCTAssertEqual(hand.raft.log.terms, [1, 2, 2, 2])
    }

    // Scenario 32
    func testCommittedEntriesAreNeverTruncated() {
        var hand = Hand(log: [1, 1, 1])
        hand.append(
            AppendEntries(term: 1, leader: "n1", prevLogIndex: 2, prevLogTerm: 1, leaderCommit: 2))
        XCTAssertEqual(hand.raft.commitIndex, 2)
        for previous in 0..<2 {
            let reply = hand.append(
                AppendEntries(
                    term: 4, leader: "n2", prevLogIndex: previous, prevLogTerm: previous == 0 ? 0 : 1,
                    entries: entries([3, 3, 3], from: previous + 1), leaderCommit: 3))
            XCTAssertEqual(reply?.success, false)
            XCTAssertEqual(hand.raft.log.terms, [1, 1, 1])
        }
        XCTAssertEqual(hand.raft.commitIndex, 2)
        let reply = hand.append(
            AppendEntries(
                term: 4, leader: "n2", prevLogIndex: 2, prevLogTerm: 1, entries: entries([3], from: 3),
                leaderCommit: 3))
        XCTAssertEqual(reply?.success, true)
        XCTAssertEqual(hand.raft.log.terms, [1, 1, 3])
    }

    // Scenario 33
    func testAFollowerCommitsAtMostTheLastEntryOfTheMessage() {
        let table: [(previous: Index, new: [Term], leaderCommit: Index, commit: Index)] = [
            (0, [], 3, 0), (1, [], 3, 1), (1, [1], 3, 2), (2, [2], 1, 1), (2, [2], 3, 3), (2, [2], 9, 3),
            (3, [], 9, 0), (0, [1, 1], 1 << 62, 2),
        ]
        for (previous, new, leaderCommit, commit) in table {
            // The third entry of its log comes from another leader.
            var hand = Hand(log: [1, 1, 1])
            hand.append(
                AppendEntries(
                    term: 2, leader: "n1", prevLogIndex: previous, prevLogTerm: [0, 1, 1, 2][previous],
                    entries: entries(new, from: previous + 1), leaderCommit: leaderCommit))
            XCTAssertEqual(hand.raft.commitIndex, commit, "\(new) behind \(previous), told \(leaderCommit)")
        }
    }

    // Scenario 34
    func testAHeartbeatsCommitIndexIsAtMostWhatItVerifies() {
        let cluster = led(3)
        cluster.isolate("n2")
        for number in 0..<5 { cluster.propose("\(number)", to: "n0") }
        cluster.settle()
        XCTAssertEqual(cluster["n0"].commitIndex, 6)
        cluster.run(for: 3 * Timing.shortestElectionTimeout)
        let heartbeats = cluster.sent.compactMap(\.append).filter(\.entries.isEmpty)
        XCTAssertTrue(heartbeats.contains { $0.leaderCommit == 6 })
        for request in cluster.sent.compactMap(\.append) {
            XCTAssertLessThanOrEqual(request.leaderCommit, request.lastIndex)
        }
    }

    // Scenario 34
    func testAHeartbeatToAMemberThatLagsCommitsNothing() {
        var hand = Hand(of: 3, log: [1, 1, 1])
        let appends = hand.makeLeader()
        hand.acknowledge(appends, by: "n1")
        XCTAssertEqual(hand.raft.commitIndex, 4)
        // n2 has no entry in common with the leader.
        let refusal = hand.answer(false, hint: LogPosition(index: 0, term: 0))
        hand.hear(refusal, from: "n2", inReplyTo: appends.first { $0.to == "n2" }?.message.id)
        let heartbeats = hand.wait(hand.raft.timing.heartbeatInterval).filter { $0.to == "n2" }
        XCTAssertEqual(heartbeats.compactMap(\.appendEntries).map(\.lastIndex), [0])
        XCTAssertEqual(heartbeats.compactMap(\.appendEntries).map(\.leaderCommit), [0])
    }

    func testASecondLeaderOfATermIsRefused() {
        var hand = Hand(log: [1])
        hand.append(heartbeat(term: 3, from: "n1"))
        XCTAssertEqual(hand.append(heartbeat(term: 3, from: "n2"))?.success, false)
        XCTAssertEqual(hand.raft.leader, "n1")
        var leader = Hand()
        leader.makeLeader()
        XCTAssertEqual(leader.append(heartbeat(term: 1, from: "n2"))?.success, false)
        XCTAssertTrue(leader.raft.isLeader)
    }

    func testARequestWithoutMsgIDIsAnsweredWithoutInReplyTo() {
        var hand = Hand()
        hand.raft.receive(
            RaftMessage(.appendEntries(heartbeat(term: 1, from: "n1"))), from: "n1", now: hand.now)
        let answer = hand.settle()
        XCTAssertEqual(answer.count, 1)
        XCTAssertNil(answer.first?.message.inReplyTo)
    }

    func testAnIdleClusterKeepsItsLeader() {
        let cluster = Cluster(5)
        cluster.elect("n3")
        let term = cluster["n3"].currentTerm
        cluster.run(for: 100 * Timing.shortestElectionTimeout)
        XCTAssertEqual(cluster.leaderIDs, ["n3"])
        XCTAssertEqual(cluster["n3"].currentTerm, term)
    }
}
