import XCTest

@testable import Consensus

/// Requests of a leader that were overtaken, and copies, may arrive long after it has crashed.
final class LateRequestTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    private func append(_ terms: [Term] = [], durable: Index? = 0, term: Term = 4, from leader: NodeID = "n1")
        -> RaftMessage.Body
    {
        var request = heartbeat(term: term, from: leader)
        request.entries = entries(terms)
        request.leaderDurable = durable
        request.roundTrip = Estimate(mean: 1_000, deviation: 0)
        return .appendEntries(request)
    }

    private func receive(
        _ body: RaftMessage.Body, id: MessageID?, _ hand: inout Hand, from leader: NodeID = "n1"
    )
        -> [Outgoing]
    {
        hand.raft.receive(RaftMessage(id: id, body), from: leader, now: hand.now)
        return hand.settle()
    }

    private let preVote = RequestVote(
        term: 5, candidate: "n2", lastLogIndex: 9, lastLogTerm: 4, preVote: true)

    func testACopyOrAnOvertakenRequestDoesNotDelayAnElection() {
        let piece = InstallSnapshot(
            term: 4, leader: "n1", lastIncluded: LogPosition(index: 7, term: 3), offset: 0, data: "",
            done: false)
        let late: [(RaftMessage.Body, MessageID)] = [
            (append(), 6), (append(), 5), (append([4]), 1), (.installSnapshot(piece), 5),
            (.timeoutNow(TimeoutNow(term: 4, leader: "n1", lastLogIndex: 99)), 6),
        ]
        for (body, id) in late {
            var hand = Hand()
            _ = receive(append(), id: 6, &hand)
            let deadline = hand.raft.deadline
            hand.now += timeout - 1
            hand.raft.timing.forgetOldRoundTrip(at: .max)
            _ = receive(body, id: id, &hand)
            XCTAssertEqual(hand.raft.deadline, deadline, "\(body)")
            XCTAssertNil(hand.raft.timing.roundTrip, "\(body)")
            XCTAssertEqual(hand.raft.leader, "n1")
            hand.now += 1
            XCTAssertEqual(hand.vote(preVote)?.voteGranted, true, "\(body)")
        }
    }

    func testANewerRequestCounts() {
        var hand = Hand()
        _ = receive(append(), id: 6, &hand)
        hand.now += timeout - 1
        _ = receive(append(), id: 7, &hand)
        hand.now += 1
        XCTAssertEqual(hand.vote(preVote)?.voteGranted, false)
    }

    func testALateRequestIsCarriedOutAndAnswered() {
        var hand = Hand()
        _ = receive(append(), id: 6, &hand)
        let answers = receive(append([4, 4]), id: 5, &hand)
        XCTAssertEqual(hand.raft.log.terms, [4, 4])
        XCTAssertEqual(answers.map(\.message.inReplyTo), [5])
    }

    func testTheFirstRequestCountsWhateverItsNumber() {
        for id in [0, -5] {
            var hand = Hand()
            _ = receive(append(), id: id, &hand)
            XCTAssertEqual(hand.raft.leader, "n1")
        }
    }

    func testACopyEndsNoPreVote() {
        var hand = Hand()
        _ = receive(append(), id: 6, &hand)
        hand.waitForDeadline()
        _ = receive(append(), id: 6, &hand)
        XCTAssertTrue(hand.raft.isPreCandidate)
        _ = receive(append(), id: 7, &hand)
        XCTAssertEqual(hand.raft.leader, "n1")
    }

    func testTheLeaderOfTheNextTermHasNumbersOfItsOwn() {
        var hand = Hand()
        _ = receive(append(), id: 600, &hand)
        _ = receive(append(term: 5, from: "n2"), id: 6, &hand, from: "n2")
        XCTAssertEqual(hand.raft.leader, "n2")
        hand.now += timeout - 1
        _ = receive(append(term: 5, from: "n2"), id: 7, &hand, from: "n2")
        hand.now += 1
        XCTAssertEqual(
            hand.vote(RequestVote(term: 6, candidate: "n1", lastLogIndex: 9, lastLogTerm: 4))?.voteGranted,
            false)
    }

    func testRequestsThatArePlainMayAllHaveOneNumberOrNone() {
        for (id, durable) in [(1, nil), (nil, nil), (nil, 0)] as [(MessageID?, Index?)] {
            var hand = Hand()
            for _ in 0..<5 {
                _ = receive(append(durable: durable), id: id, &hand)
                hand.now += timeout - 1
                XCTAssertEqual(hand.vote(preVote)?.voteGranted, false)
            }
            hand.now += 1
            XCTAssertEqual(hand.vote(preVote)?.voteGranted, true)
        }
    }
}
