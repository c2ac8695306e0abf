import XCTest

@testable import Consensus

/// Found by the simulation: a slightly fast clock on an evenly slow network.
final class LateAnswerTests: XCTestCase {
    private func questions(_ outgoing: [Outgoing]) -> [MessageID] {
        outgoing.compactMap { if case .readIndex = $0.message.body { $0.message.id } else { nil } }
    }

    private func follower() -> Hand {
        var hand = Hand("n1")
        hand.append(heartbeat(term: 1, from: "n0"))
        return hand
    }

    private func answer(_ index: Index) -> RaftMessage.Body {
        .readIndexReply(ReadIndexReply(term: 1, index: index))
    }

    func testAnAnswerToAnEarlierCopyOfAQuestionCounts() {
        var hand = follower()
        hand.raft.read(1)
        let first = questions(hand.settle())
        hand.raft.read(2)
        let second = questions(hand.settle())
        let again = questions(hand.wait(hand.raft.timing.retryInterval))
        XCTAssertEqual([first.count, second.count, again.count], [1, 1, 1])
        hand.hear(answer(0), from: "n0", inReplyTo: first[0])
        XCTAssertEqual(hand.reads.map(\.id), [1])
        hand.hear(answer(0), from: "n0", inReplyTo: again[0])
        XCTAssertEqual(hand.reads.map(\.id), [1, 2])
        hand.hear(answer(0), from: "n0", inReplyTo: second[0])
        XCTAssertEqual(hand.reads.map(\.id), [1, 2], "a read was answered twice")
        XCTAssertEqual(questions(hand.wait(10 * hand.raft.timing.retryInterval)), [])
    }

    func testEachQuestionIsRepeatedAfterItsOwnInterval() {
        var hand = Hand("n1")
        for (read, mean) in [(1, 5_000_000), (2, 1_000)] {
            var request = heartbeat(term: 1, from: "n0")
            request.roundTrip = Estimate(mean: mean, deviation: 0)
            hand.append(request)
            hand.raft.read(read)
            XCTAssertEqual(questions(hand.settle()).count, 1)
        }
        XCTAssertEqual(hand.raft.deadline, hand.now + hand.raft.timing.retryInterval)
    }

    func testAnAnswerOfAFormerLeaderIsIgnored() {
        var hand = follower()
        hand.raft.read(1)
        let first = questions(hand.settle())
        hand.wait(hand.raft.timing.retryInterval)
        hand.append(heartbeat(term: 2, from: "n2"))
        hand.hear(answer(0), from: "n0", inReplyTo: first[0])
        hand.hear(.readIndexReply(ReadIndexReply(term: 2, index: 0)), from: "n2", inReplyTo: first[0])
        XCTAssertEqual(hand.reads, [])
    }

    func testAForgottenReadIsNotAnswered() {
        var hand = follower()
        hand.raft.read(1)
        let first = questions(hand.settle())
        hand.wait(hand.raft.timing.retryInterval)
        hand.raft.forgetReads(below: 2)
        hand.hear(answer(0), from: "n0", inReplyTo: first[0])
        XCTAssertEqual(hand.reads, [])
    }
}
