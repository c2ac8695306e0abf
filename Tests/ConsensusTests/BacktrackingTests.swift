import XCTest

@testable import Consensus

/// How a leader finds the last common entry (§5.3, last paragraphs).
final class BacktrackingTests: XCTestCase {
    /// Makes n0 leader in `term` over n1, and counts refusals until n1 holds the leader's log.
    private func refusals(leader: [Term], follower: [Term], term: Term) -> Int {
        var hand = Hand("n0", of: 2, term: term - 1, log: leader)
        var other = Hand("n1", of: 2, term: term - 1, log: follower)
        var messages = hand.makeLeader()
        var refusals = 0
        for _ in 0..<50 where !messages.isEmpty {
            let request = messages.removeFirst()
            guard let append = request.appendEntries, let reply = other.append(append) else { continue }
            if !reply.success { refusals += 1 }
            messages += hand.hear(.appendEntriesReply(reply), from: "n1", inReplyTo: request.message.id)
        }
        XCTAssertEqual(other.raft.log.terms, leader + [term])
        XCTAssertEqual(other.raft.commitIndex, leader.count + 1)
        return refusals
    }

    // Scenario 35
    func testTheSixLogsOfFigure7BecomeTheLeaders() {
        let leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6]
        let others: [[Term]] = [
            [1, 1, 1, 4, 4, 5, 5, 6, 6], [1, 1, 1, 4], [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
            [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], [1, 1, 1, 4, 4, 4, 4],
            [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
        ]
        var logs = ["n0": entries(leader)]
        for (slot, other) in others.enumerated() { logs["n\(slot + 1)"] = entries(other) }
        let cluster = Cluster(7, logs: logs)
        cluster.with("n0") { $0.hardState.term = 7 }
        cluster.elect("n0")
        cluster.run(for: 3 * Timing.shortestElectionTimeout)
        for id in cluster.ids {
            XCTAssertEqual(cluster[id].log.terms, leader + [8], id)
            XCTAssertEqual(cluster[id].commitIndex, 11, id)
            XCTAssertEqual(cluster.stored[id]?.entries.map(\.term), leader + [8], id)
        }
    }

    // Scenario 36
    func testALeaderFindsWhereTheLogsDivergeInFewRefusals() {
        let table: [(leader: [Term], follower: [Term], refusals: Int)] = [
            ([1, 1], [1, 1], 0), ([1, 1, 1, 1], [1], 1), ([1, 1, 1, 4, 5], [1, 1, 1, 4], 1),
            ([1, 2, 2, 4, 4, 4, 4], [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3], 1),
            ([1, 2, 2, 3, 4, 4, 4, 5], [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3], 1),
            ([1, 1, 1, 1], [1, 2, 2, 4], 1), ([1, 1, 1, 1, 1, 1], [1, 2, 2, 4], 1),
            ([1, 1, 1, 1], [1, 2, 2, 4, 4, 4], 1),
            ([2, 5, 5, 5, 5, 5, 5, 5, 5], [2, 4, 4, 4, 4, 4], 1),
            ([2, 2, 2, 2, 2], [2, 4, 4, 4, 4, 4, 4, 4], 1),
            ([1, 2, 2, 2, 2, 2], [1, 1, 1, 1, 1, 1], 1), ([5, 5, 5, 5], [], 1), ([3, 3, 3], [1, 1, 1], 1),
            ([1, 3, 3, 5, 5], [1, 2, 2, 4, 4], 2),
        ]
        for (leader, follower, expected) in table {
            let found = refusals(leader: leader, follower: follower, term: 9)
            XCTAssertEqual(found, expected, "\(follower) behind \(leader)")
        }
    }

    func testWithoutHintsALeaderBacktracksOneEntryAtATime() {
        var hand = Hand(of: 2, log: [1, 1, 1, 1])
        var appends = hand.makeLeader()
        for previous in [4, 3, 2, 1] {
            XCTAssertEqual(appends.compactMap(\.appendEntries).map(\.prevLogIndex), [previous])
            appends = hand.hear(hand.answer(false), from: "n1", inReplyTo: appends[0].message.id)
        }
        XCTAssertEqual(appends.compactMap(\.appendEntries).map(\.prevLogIndex), [0])
        hand.acknowledge(appends, by: "n1")
        XCTAssertEqual(hand.raft.commitIndex, 5)
    }

    /// Found by the simulation: with more heartbeats in flight than the window holds, the oldest were forgotten before
    /// their refusals came, so the leader never backtracked.
    func testARefusalCountsThoughManyHeartbeatsWereSentSince() {
        var hand = Hand(of: 2, log: [1, 1, 1, 1], voters: ["n0"]) { $0.limits.appendsInFlight = 1 }
        var sent = hand.waitForDeadline()
        for _ in 0..<20 { sent += hand.wait(hand.raft.timing.heartbeatInterval) }
        XCTAssertGreaterThanOrEqual(sent.count, 20)
        for refused in [sent[0], sent[10]] {
            var copy = hand
            let refusal = copy.answer(false, hint: LogPosition(index: 1, term: 1))
            let next = copy.hear(refusal, from: "n1", inReplyTo: refused.message.id)
            XCTAssertEqual(next.compactMap(\.appendEntries).map(\.prevLogIndex), [1])
        }
    }

    func testInvalidHintsStillMoveTheLeaderBack() {
        let hints = [
            LogPosition(index: 1 << 62, term: 1 << 62), LogPosition(index: 4, term: 1 << 62),
            LogPosition(index: -5, term: -5), LogPosition(index: 0, term: 7), LogPosition(index: 5, term: 0),
        ]
        for hint in hints {
            var hand = Hand(of: 2, log: [1, 1, 1, 1])
            let appends = hand.makeLeader()
            let next = hand.hear(hand.answer(false, hint: hint), from: "n1", inReplyTo: appends[0].message.id)
            let previous = next.compactMap(\.appendEntries).map(\.prevLogIndex)
            XCTAssertEqual(previous.count, 1, "\(hint)")
            XCTAssertLessThan(previous.first ?? 9, 4, "\(hint)")
            XCTAssertNil(hand.raft.violatedInvariant())
        }
    }

    func testARepeatedRefusalMovesTheLeaderBackOnce() {
        var hand = Hand(of: 2, log: [1, 1, 1, 1])
        let appends = hand.makeLeader()
        XCTAssertEqual(hand.hear(hand.answer(false), from: "n1", inReplyTo: appends[0].message.id).count, 1)
        XCTAssertEqual(hand.hear(hand.answer(false), from: "n1", inReplyTo: appends[0].message.id).count, 0)
        XCTAssertEqual(hand.progress(of: "n1")?.nextIndex, 4)
    }
}
