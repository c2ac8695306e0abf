import TestPrograms
import XCTest

@testable import Consensus

/// Which votes count, and how terms change roles.
final class VoteCountTests: XCTestCase {
    private func grant(_ term: Term, preVote: Bool = false) -> RaftMessage.Body {
        .requestVoteReply(RequestVoteReply(term: term, voteGranted: true, preVote: preVote))
    }

    // Scenario 9
    func testGrantsOfALostElectionDoNotCountInTheNext() {
        var hand = Hand(of: 5)
        let first = hand.makeCandidate()
        hand.hear(grant(1), from: first[0].to, inReplyTo: first[0].message.id)
        // Nobody else answers, so it campaigns again in the next term.
        let second = hand.makeCandidate()
        XCTAssertEqual(hand.raft.currentTerm, 2)
        hand.hear(grant(1), from: first[1].to, inReplyTo: first[1].message.id)
        hand.hear(grant(1), from: first[2].to, inReplyTo: first[2].message.id)
        XCTAssertTrue(hand.raft.isCandidate)
        hand.hear(grant(2), from: second[1].to, inReplyTo: second[1].message.id)
        XCTAssertTrue(hand.raft.isCandidate, "the grant of an earlier term counted")
        hand.hear(grant(2), from: second[2].to, inReplyTo: second[2].message.id)
        XCTAssertTrue(hand.raft.isLeader)
    }

    // Scenario 9
    func testGrantsOfThePreVoteDoNotCountInTheElection() {
        var hand = Hand(of: 3)
        let preVotes = hand.waitForDeadline()
        hand.hear(grant(0, preVote: true), from: "n1", inReplyTo: preVotes[0].message.id)
        XCTAssertTrue(hand.raft.isCandidate)
        hand.hear(grant(0, preVote: true), from: "n2", inReplyTo: preVotes[1].message.id)
        hand.hear(grant(1, preVote: true), from: "n2", inReplyTo: preVotes[1].message.id)
        XCTAssertTrue(hand.raft.isCandidate)
    }

    // Scenario 9
    func testPreVotesOfAnEarlierRoundDoNotCountInTheNext() {
        var hand = Hand(of: 5)
        let first = hand.waitForDeadline()
        hand.waitForDeadline()
        for request in first.prefix(3) {
            hand.hear(grant(0, preVote: true), from: request.to, inReplyTo: request.message.id)
        }
        XCTAssertTrue(hand.raft.isPreCandidate)
        XCTAssertEqual(hand.raft.currentTerm, 0)
    }

    // Scenario 10
    func testARepeatedGrantCountsOnce() {
        var hand = Hand(of: 5)
        let requests = hand.makeCandidate()
        for _ in 0..<3 { hand.hear(grant(1), from: "n1", inReplyTo: requests[0].message.id) }
        XCTAssertTrue(hand.raft.isCandidate)
        hand.hear(grant(1), from: "n3", inReplyTo: requests[2].message.id)
        XCTAssertTrue(hand.raft.isLeader)
    }

    func testAVoteOfALearnerDoesNotCount() {
        var hand = Hand(of: 5, voters: ["n0", "n1", "n2"])
        let requests = hand.makeCandidate()
        XCTAssertEqual(requests.map(\.to), ["n1", "n2"])
        hand.hear(grant(1), from: "n3", inReplyTo: requests[0].message.id)
        hand.hear(grant(1), from: "n4", inReplyTo: requests[0].message.id)
        XCTAssertTrue(hand.raft.isCandidate)
    }

    func testAVoteWithoutInReplyToIsCountedByItsTerm() {
        var hand = Hand(of: 3)
        _ = hand.makeCandidate()
        hand.hear(grant(0), from: "n1")
        XCTAssertTrue(hand.raft.isCandidate)
        hand.hear(grant(1), from: "n1")
        XCTAssertTrue(hand.raft.isLeader)
    }

    // Scenario 11
    func testACandidateYieldsToTheLeaderOfItsTerm() {
        for term in [1, 2] {
            var hand = Hand()
            _ = hand.makeCandidate()
            XCTAssertEqual(hand.append(heartbeat(term: term, from: "n2"))?.success, true)
            XCTAssertTrue(hand.raft.isFollower)
            XCTAssertEqual(hand.raft.leader, "n2")
            XCTAssertEqual(hand.raft.currentTerm, term)
        }
    }

    // Scenario 12
    func testAHigherTermInAnyMessageMakesAFollowerThatHasNotVoted() {
        let messages: [RaftMessage.Body] = [
            .appendEntries(heartbeat(term: 9, from: "n1")),
            .appendEntriesReply(AppendEntriesReply(term: 9, success: false)),
            .requestVoteReply(RequestVoteReply(term: 9, voteGranted: false)),
            .requestVoteReply(RequestVoteReply(term: 9, voteGranted: false, preVote: true)),
            .requestVote(
                RequestVote(
                    term: 9, candidate: "n1", lastLogIndex: 0, lastLogTerm: 0, leadershipTransfer: true)),
            .installSnapshotReply(InstallSnapshotReply(term: 9)), .readIndex(ReadIndex(term: 9)),
            .readIndexReply(ReadIndexReply(term: 9, index: 0)),
        ]
        for body in messages {
            for role in ["follower", "pre-candidate", "candidate", "leader"] {
                var hand = Hand()
                switch role {
                case "pre-candidate": hand.waitForDeadline()
                case "candidate": _ = hand.makeCandidate()
                case "leader": hand.makeLeader()
                default: break
                }
                // A leader's log holds its no-op, which the typed candidate lacks.
                hand.hear(body, from: "n1")
                XCTAssertTrue(hand.raft.isFollower, "\(role), \(body)")
                XCTAssertEqual(hand.raft.currentTerm, 9, "\(role), \(body)")
                let mayHaveVoted = role != "leader" && body == messages[4]
                XCTAssertEqual(hand.raft.votedFor, mayHaveVoted ? "n1" : nil, "\(role), \(body)")
            }
        }
    }

    // Scenario 13
    func testMessagesOfLowerTermsChangeNothing() {
        var hand = Hand(term: 5, votedFor: "n2", log: [3, 5])
        let refused = hand.append(
            AppendEntries(
                term: 4, leader: "n1", prevLogIndex: 1, prevLogTerm: 3, entries: entries([4], from: 2),
                leaderCommit: 2))
        XCTAssertEqual(refused?.success, false)
        XCTAssertEqual(refused?.term, 5)
        let vote = RequestVote(term: 4, candidate: "n1", lastLogIndex: 9, lastLogTerm: 9)
        XCTAssertEqual(hand.vote(vote), RequestVoteReply(term: 5, voteGranted: false))
        hand.hear(.timeoutNow(TimeoutNow(term: 4, leader: "n1")), from: "n1")
        hand.hear(.readIndexReply(ReadIndexReply(term: 4, index: 1)), from: "n1", inReplyTo: 1)
        XCTAssertEqual(hand.raft.log.terms, [3, 5])
        XCTAssertEqual(hand.raft.hardState, HardState(term: 5, votedFor: "n2"))
        XCTAssertNil(hand.raft.leader)
        XCTAssertEqual(hand.raft.commitIndex, 0)
    }

    // Scenario 14
    func testSteppingDownWithinATermKeepsTheVote() {
        var lost = Hand()
        for request in lost.makeCandidate() {
            let refusal = RequestVoteReply(term: 1, voteGranted: false)
            lost.hear(.requestVoteReply(refusal), from: request.to, inReplyTo: request.message.id)
        }
        var deposed = Hand()
        deposed.makeLeader()
        deposed.wait(deposed.raft.timing.electionTimeout)
        var yielded = Hand()
        _ = yielded.makeCandidate()
        yielded.append(heartbeat(term: 1, from: "n2"))
        for var hand in [lost, deposed, yielded] {
            XCTAssertTrue(hand.raft.isFollower)
            XCTAssertEqual(hand.raft.hardState, HardState(term: 1, votedFor: "n0"))
            let request = RequestVote(
                term: 1, candidate: "n1", lastLogIndex: 9, lastLogTerm: 9, leadershipTransfer: true)
            XCTAssertEqual(hand.vote(request)?.voteGranted, false)
        }
    }

    // Scenario 16
    func testAMemberOutsideItsMembershipDoesNotCampaign() {
        var hand = Hand("n3", of: 4, voters: ["n0", "n1", "n2"])
        XCTAssertNil(hand.raft.deadline)
        XCTAssertEqual(hand.wait(60_000_000), [])
        hand.append(heartbeat(term: 2, from: "n0"))
        XCTAssertEqual(hand.hear(.timeoutNow(TimeoutNow(term: 2, leader: "n0")), from: "n0"), [])
        XCTAssertTrue(hand.raft.isFollower)
    }

    // Scenario 16
    func testAVoterJudgesACandidateOnlyByTermLogAndLeaderContact() {
        var voter = Hand("n0", of: 4, voters: ["n0", "n1", "n2"])
        let request = RequestVote(term: 1, candidate: "n3", lastLogIndex: 0, lastLogTerm: 0)
        XCTAssertEqual(voter.vote(request)?.voteGranted, true)
        var learner = Hand("n3", of: 4, voters: ["n0", "n1", "n2"])
        let other = RequestVote(term: 1, candidate: "n0", lastLogIndex: 0, lastLogTerm: 0)
        XCTAssertEqual(learner.vote(other)?.voteGranted, true)
    }

    // Scenario 17
    func testNoTermHasTwoLeadersUnderAnyLoss() {
        _ = concurrently(Array(0..<20 as Range<UInt64>)) { seed in
            let cluster = Cluster(5, seed: seed)
            var generator = SeededGenerator(seed: seed)
            cluster.latency = { _, _ in Int.random(in: 0..<60_000, using: &generator) }
            var fate = SeededGenerator(seed: ~seed)
            cluster.firewall = { _ in Int.random(in: 0..<100, using: &fate) < 70 }
            for number in 0..<20 {
                cluster.run(for: 200_000)
                if let leader = cluster.leaderIDs.first {
                    cluster.with(leader) { _ = $0.propose(Command("\(number)")) }
                }
                if number % 5 == 4, let leader = cluster.leaderIDs.last {
                    cluster.crash(leader)
                    cluster.run(for: 100_000)
                    cluster.restart(leader)
                }
            }
            cluster.heal()
            cluster.latency = { _, _ in 1_000 }
            cluster.run(for: 3_000_000)
            XCTAssertEqual(cluster.leaderIDs.count, 1, "seed \(seed)")
            XCTAssertEqual(Set(cluster.ids.map { cluster[$0].commitIndex }).count, 1)
        }
    }
}
