import XCTest

@testable import Consensus

/// Messages that no correct member sends: they crash nothing, corrupt nothing and block nothing.
final class HostileTests: XCTestCase {
    private static let numbers = [0, 1, 2, 3, 7, 1 << 62 - 1, 1 << 62]

    private func anyNumber(_ generator: inout SeededGenerator) -> Int {
        Self.numbers.randomElement(using: &generator)!
    }

    private func anyBody(from sender: NodeID, _ generator: inout SeededGenerator) -> RaftMessage.Body {
        let term =
            Int.random(in: 0..<20, using: &generator) == 0
            ? anyNumber(&generator) : Int.random(in: 0..<6, using: &generator)
        let index = anyNumber(&generator)
        let other = anyNumber(&generator)
        let flag = Bool.random(using: &generator)
        switch Int.random(in: 0..<9, using: &generator) {
        case 0:
            return .requestVote(
                RequestVote(
                    term: term, candidate: sender, lastLogIndex: index, lastLogTerm: other, preVote: flag,
                    leadershipTransfer: .random(using: &generator)))
        case 1: return .requestVoteReply(RequestVoteReply(term: term, voteGranted: flag, preVote: index > 2))
        case 2, 3:
            let count = Int.random(in: 0..<4, using: &generator)
            let previous = min(other, term)
            // The decoder only lets terms through that neither decrease nor exceed the message's term.
            let terms = (0..<count).map { _ in Int.random(in: previous...term, using: &generator) }.sorted()
            return .appendEntries(
                AppendEntries(
                    term: term, leader: sender, prevLogIndex: index, prevLogTerm: index == 0 ? 0 : previous,
                    entries: entries(terms), leaderCommit: other,
                    roundTrip: flag ? Estimate(mean: index, deviation: other) : nil))
        case 4, 5:
            let hint = LogPosition(index: index, term: other)
            return .appendEntriesReply(AppendEntriesReply(term: term, success: flag, hint: flag ? nil : hint))
        case 6: return .timeoutNow(TimeoutNow(term: term, leader: sender))
        case 7: return .readIndex(ReadIndex(term: term))
        default: return .readIndexReply(ReadIndexReply(term: term, index: index))
        }
    }

    func testNoMessageCrashesAMember() {
        for seed in 0..<150 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var hand = Hand(of: 3, log: [1, 1], seed: seed)
            for step in 0..<200 {
                let sender = ["n1", "n2"].randomElement(using: &generator)!
                let request = Bool.random(using: &generator) ? Int.random(in: 0..<60, using: &generator) : nil
                hand.hear(anyBody(from: sender, &generator), from: sender, inReplyTo: request)
                if step % 7 == 0 { hand.raft.read(step) }
                if step % 5 == 0 { hand.wait(.random(in: 0..<200_000, using: &generator)) }
                if step % 3 == 0 { _ = hand.propose("\(step)") }
                if let violation = hand.raft.violatedInvariant() {
                    return XCTFail("\(violation), seed \(seed)")
                }
                if let deadline = hand.raft.deadline, deadline <= hand.now {
                    hand.wait(0)
                    XCTAssertGreaterThan(hand.raft.deadline ?? .max, hand.now, "due for ever")
                }
            }
        }
    }

    func testAMessageFromAStrangerOrFromItselfIsIgnored() {
        for sender in ["n9", "", "n0"] {
            var hand = Hand()
            XCTAssertEqual(hand.hear(.appendEntries(heartbeat(term: 9, from: sender)), from: sender), [])
            XCTAssertEqual(hand.raft.currentTerm, 0)
        }
    }

    func testAMemberStillAnswersInTheHighestTerm() {
        var hand = Hand()
        XCTAssertEqual(hand.append(heartbeat(term: 1 << 62, from: "n1"))?.success, true)
        hand.wait(400_000)
        hand.wait(400_000)
        XCTAssertEqual(hand.append(heartbeat(term: 1 << 62, from: "n1"))?.success, true)
    }

    func testTimeThatGoesBackCountsAsNoTimePassing() {
        var hand = Hand()
        hand.now = 5_000_000
        hand.append(heartbeat(term: 1, from: "n1"))
        let deadline = hand.raft.deadline
        hand.raft.advance(to: 0)
        XCTAssertEqual(hand.raft.deadline, deadline)
    }
}
