import XCTest

@testable import Consensus

/// A joint membership decides by majorities of both halves (§6).
final class JointQuorumTests: XCTestCase {
    /// n0 with the old voters n0 to n2 and the new voters n3 to n5.
    private func joint(_ id: NodeID = "n0") -> Hand {
        var hand = Hand(id, of: 6)
        hand.raft = Raft(
            settings: Raft.Settings(
                id: id, members: (0..<6).map { "n\($0)" },
                timing: Timing(electionTimeout: 150_000), seed: 7),
            hardState: HardState(term: 0),
            membership: Membership(
                voters: ["n3", "n4", "n5"], outgoing: ["n0", "n1", "n2"], change: "c1 1"),
            now: hand.now)
        return hand
    }

    private func grant(_ term: Term, preVote: Bool = false) -> RaftMessage.Body {
        .requestVoteReply(RequestVoteReply(term: term, voteGranted: true, preVote: preVote))
    }

    private func vote(_ hand: inout Hand, _ requests: [Outgoing], _ voters: [NodeID], preVote: Bool)
        -> [Outgoing]
    {
        var said: [Outgoing] = []
        for voter in voters {
            guard let request = requests.first(where: { $0.to == voter }) else { continue }
            let term = hand.raft.currentTerm
            said += hand.hear(grant(term, preVote: preVote), from: voter, inReplyTo: request.message.id)
        }
        return said
    }

    private func led() -> (Hand, [Outgoing]) {
        var hand = joint()
        let asked = hand.waitForDeadline()
        let requests = vote(&hand, asked, ["n1", "n3", "n4"], preVote: true)
        let appends = vote(&hand, requests, ["n1", "n3", "n4"], preVote: false)
        XCTAssertTrue(hand.raft.isLeader)
        return (hand, appends)
    }

    func testACandidateNeedsBothHalves() {
        for half in [["n1", "n2"], ["n3", "n4", "n5"]] {
            var hand = joint()
            let asked = hand.waitForDeadline()
            XCTAssertEqual(asked.count, 5)
            XCTAssertEqual(vote(&hand, asked, half, preVote: true).count, 0)
            XCTAssertTrue(hand.raft.isPreCandidate, "\(half) are one half only")
        }
        var hand = joint()
        let asked = hand.waitForDeadline()
        let requests = vote(&hand, asked, ["n1", "n3", "n4"], preVote: true)
        _ = vote(&hand, requests, ["n3", "n4", "n5"], preVote: false)
        XCTAssertTrue(hand.raft.isCandidate, "the new voters alone elected it")
        _ = vote(&hand, requests, ["n2"], preVote: false)
        XCTAssertTrue(hand.raft.isLeader)
    }

    func testAnEntryNeedsBothHalves() {
        var (hand, appends) = led()
        for voter in ["n1", "n2", "n3"] { hand.acknowledge(appends, by: voter) }
        XCTAssertEqual(hand.raft.commitIndex, 0, "the old voters alone committed it")
        hand.acknowledge(appends, by: "n4")
        XCTAssertEqual(hand.raft.commitIndex, 1)

        (hand, appends) = led()
        for voter in ["n3", "n4", "n5"] { hand.acknowledge(appends, by: voter) }
        XCTAssertEqual(hand.raft.commitIndex, 0, "the new voters alone committed it")
    }

    func testAReadNeedsBothHalves() {
        for (half, other) in [(["n1", "n2", "n3"], "n4"), (["n3", "n4", "n5"], "n1")] {
            var (hand, _) = led()
            hand.raft.read(1)
            let round = hand.settle()
            // A follower that refuses the entries confirms the leader too.
            func confirm(_ voter: NodeID) {
                guard let request = round.first(where: { $0.to == voter }) else { return XCTFail(voter) }
                hand.hear(hand.answer(false), from: voter, inReplyTo: request.message.id)
            }
            for voter in half { confirm(voter) }
            XCTAssertEqual(hand.raft.leadership.rounds.count, 1, "\(half) alone confirmed it")
            confirm(other)
            XCTAssertEqual(hand.raft.leadership.rounds.count, 0)
        }
    }

    func testALeaderNeedsBothHalvesToStayLeader() {
        var (hand, appends) = led()
        hand.wait(hand.raft.timing.electionTimeout / 2)
        for voter in ["n1", "n2", "n3"] { hand.acknowledge(appends, by: voter) }
        hand.wait(hand.raft.timing.electionTimeout / 2 + 1)
        XCTAssertFalse(hand.raft.isLeader, "nobody but one of the new voters has answered")
    }
}
