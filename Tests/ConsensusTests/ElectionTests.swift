import XCTest

@testable import Consensus

/// Elections (§5.2, §5.4.1).
final class ElectionTests: XCTestCase {
    // Scenario 1
    func testAMemberStartsAsAFollowerAndSendsNothingBeforeItsTimeout() throws {
        var hand = Hand()
        XCTAssertTrue(hand.raft.isFollower)
        XCTAssertEqual(hand.settle(), [])
        let deadline = try XCTUnwrap(hand.raft.deadline)
        XCTAssertEqual(hand.wait(deadline - hand.now - 1), [])
        XCTAssertEqual(hand.wait(1).count, 2)
    }

    // Scenario 2
    func testTimeoutsAreSpreadOverTheWholeRangeAndDrawnEachTime() throws {
        let shortest = Timing.shortestElectionTimeout
        var tenths: Set<Int> = []
        for seed in 0..<200 as Range<UInt64> {
            var hand = Hand(seed: seed)
            var waits: Set<Microseconds> = []
            for round in 1...5 {
                let wait = try XCTUnwrap(hand.raft.deadline) - hand.now
                XCTAssertTrue((shortest..<(2 * shortest)).contains(wait))
                tenths.insert((wait - shortest) * 10 / shortest)
                waits.insert(wait)
                if round % 2 == 0 {
                    hand.append(heartbeat(term: round + 10, from: "n1"))
                } else {
                    hand.waitForDeadline()
                }
            }
            XCTAssertGreaterThan(waits.count, 3, "the same wait again and again")
        }
        XCTAssertEqual(tenths, Set(0..<10))
    }

    // Scenario 2
    func testALeaderThatStepsDownWaitsAFullTimeout() throws {
        var hand = Hand()
        hand.makeLeader()
        hand.hear(.requestVoteReply(RequestVoteReply(term: 9, voteGranted: false)), from: "n1")
        let wait = try XCTUnwrap(hand.raft.deadline) - hand.now
        XCTAssertGreaterThanOrEqual(wait, hand.raft.timing.electionTimeout)
    }

    // Scenario 3
    func testFiveMembersSeldomTimeOutTogether() throws {
        var conflicts = 0
        let rounds = 500
        for round in 0..<rounds {
            let deadlines = try (0..<5).map { member in
                try XCTUnwrap(Hand(seed: UInt64(round * 5 + member)).raft.deadline)
            }.sorted()
            // Two candidates within a few milliseconds split the vote.
            if deadlines[1] - deadlines[0] < 5_000 { conflicts += 1 }
        }
        XCTAssertLessThan(conflicts, rounds * 3 / 10)
    }

    // Scenario 4
    func testAMajorityOfGrantsElectsAndAMajorityOfRefusalsEndsTheCandidacy() {
        let table: [(size: Int, grants: Int, refusals: Int, role: String)] = [
            (3, 0, 0, "candidate"), (3, 0, 1, "candidate"), (3, 0, 2, "follower"), (3, 1, 0, "leader"),
            (3, 1, 1, "leader"), (5, 1, 0, "candidate"), (5, 1, 2, "candidate"), (5, 0, 3, "follower"),
            (5, 2, 0, "leader"), (5, 1, 3, "follower"), (4, 1, 0, "candidate"), (4, 2, 0, "leader"),
            (4, 0, 2, "follower"), (4, 1, 2, "follower"), (2, 0, 0, "candidate"), (2, 1, 0, "leader"),
        ]
        for (size, grants, refusals, role) in table {
            var hand = Hand(of: size)
            let requests = hand.makeCandidate()
            XCTAssertEqual(requests.count, size - 1)
            // Refusals come first where the result allows it, so that a grant decides.
            let answers = Array(repeating: false, count: refusals) + Array(repeating: true, count: grants)
            for (request, granted) in zip(requests, role == "follower" ? answers.reversed() : answers) {
                let reply = RequestVoteReply(term: 1, voteGranted: granted)
                hand.hear(.requestVoteReply(reply), from: request.to, inReplyTo: request.message.id)
            }
            let found =
                hand.raft.isLeader
                ? "leader" : hand.raft.isCandidate ? "candidate" : hand.raft.isFollower ? "follower" : "other"
            XCTAssertEqual(found, role, "\(grants) grants and \(refusals) refusals of \(size)")
            XCTAssertEqual(hand.raft.currentTerm, 1)
            XCTAssertEqual(hand.raft.votedFor, "n0")
        }
    }

    // Scenario 5
    func testAMemberVotesOncePerTermAndRepeatsThatGrant() {
        let table: [(votedFor: NodeID?, candidate: NodeID, granted: Bool)] = [
            (nil, "n1", true), (nil, "n2", true), ("n1", "n1", true), ("n2", "n2", true), ("n1", "n2", false),
            ("n2", "n1", false),
        ]
        for (votedFor, candidate, granted) in table {
            var hand = Hand(term: 4, votedFor: votedFor)
            let request = RequestVote(term: 4, candidate: candidate, lastLogIndex: 0, lastLogTerm: 0)
            for _ in 0..<2 {
                XCTAssertEqual(hand.vote(request), RequestVoteReply(term: 4, voteGranted: granted))
            }
            XCTAssertEqual(hand.raft.votedFor, granted ? candidate : votedFor)
        }
    }

    // Scenario 5
    func testAGrantedVoteStartsAFullTimeout() throws {
        var hand = Hand(term: 4)
        hand.now = try XCTUnwrap(hand.raft.deadline) - 1
        XCTAssertEqual(
            hand.vote(RequestVote(term: 4, candidate: "n1", lastLogIndex: 0, lastLogTerm: 0))?.voteGranted,
            true)
        XCTAssertGreaterThanOrEqual(
            try XCTUnwrap(hand.raft.deadline), hand.now + hand.raft.timing.electionTimeout)
    }

    // Scenario 6
    func testAVoteNeedsALogThatIsAtLeastAsUpToDate() {
        let table: [(log: [Term], lastIndex: Index, lastTerm: Term, granted: Bool)] = [
            ([], 0, 0, true), ([1], 1, 1, true), ([1, 1], 1, 1, false), ([1], 2, 1, true),
            ([1, 1, 1], 1, 2, true), ([2], 5, 1, false), ([1, 2], 2, 2, true), ([1, 2], 2, 1, false),
            ([1, 1, 2], 2, 2, false), ([1, 1, 2], 1, 3, true), ([3], 0, 0, false),
        ]
        for preVote in [false, true] {
            for (log, lastIndex, lastTerm, granted) in table {
                var hand = Hand(log: log)
                let request = RequestVote(
                    term: 8, candidate: "n1", lastLogIndex: lastIndex, lastLogTerm: lastTerm, preVote: preVote
                )
                XCTAssertEqual(
                    hand.vote(request)?.voteGranted, granted, "\(log) against \(lastIndex) of \(lastTerm)")
            }
        }
    }

    // Scenario 7
    func testAVoteLeavesOnlyAfterItIsStored() {
        var hand = Hand()
        let request = RequestVote(term: 3, candidate: "n1", lastLogIndex: 0, lastLogTerm: 0)
        hand.raft.receive(RaftMessage(id: 1, .requestVote(request)), from: "n1", now: hand.now)
        let ready = hand.raft.takeReady()
        XCTAssertEqual(ready.early, [])
        XCTAssertEqual(ready.storage.hardState, HardState(term: 3, votedFor: "n1"))
        XCTAssertFalse(ready.storage.isEmpty)
        XCTAssertEqual(hand.raft.stored(ready.storage).late.count, 1)
        // The stored state is enough to keep and repeat the vote after a crash.
        let stored = ready.storage.hardState
        var again = Hand(term: stored?.term, votedFor: stored?.votedFor)
        var other = request
        other.candidate = "n2"
        XCTAssertEqual(again.vote(other)?.voteGranted, false)
        XCTAssertEqual(again.vote(request)?.voteGranted, true)
    }

    // Scenario 8
    func testARequestForVotesLeavesOnlyAfterItsTermIsStored() throws {
        var hand = Hand(term: 4)
        let preVotes = hand.waitForDeadline()
        let grant = RequestVoteReply(term: 4, voteGranted: true, preVote: true)
        hand.raft.receive(
            RaftMessage(inReplyTo: preVotes[0].message.id, .requestVoteReply(grant)), from: preVotes[0].to,
            now: hand.now)
        let (ready, effects) = hand.step()
        XCTAssertEqual(ready.storage.hardState, HardState(term: 5, votedFor: "n0"))
        XCTAssertEqual(ready.early, [])
        XCTAssertEqual(effects.late.map { $0.requestVote?.term }, [5, 5])
    }

    // Scenario 8
    func testNothingOfANewTermLeavesBeforeTheTermIsStored() {
        // A lone voter leads in the turn in which it campaigns. Its learner must not learn of a term that could be used
        // again after a crash.
        var leader = Hand(of: 2, voters: ["n0"])
        leader.raft.advance(to: leader.now)
        let (first, then) = leader.step()
        XCTAssertEqual(first.storage.hardState, HardState(term: 1, votedFor: "n0"))
        XCTAssertEqual(first.early, [])
        XCTAssertEqual(then.late.compactMap(\.appendEntries).count, 1)
        // A follower asks for a read index in a term that it has just adopted.
        var follower = Hand()
        follower.raft.read(1)
        follower.raft.receive(
            RaftMessage(.appendEntries(heartbeat(term: 4, from: "n1"))), from: "n1", now: follower.now)
        let (ready, effects) = follower.step()
        XCTAssertEqual(ready.early, [])
        XCTAssertEqual(
            effects.late.filter { if case .readIndex = $0.message.body { true } else { false } }.count, 1)
    }

    func testTheMoreVotersThereAreTheLongerTheSpanFromWhichTimeoutsAreDrawn() {
        for (size, fixed, most) in [(3, nil, 2), (15, nil, 2), (100, nil, 8), (100, 200_000, 2)]
            as [(Int, Microseconds?, Int)]
        {
            let waits = (0..<64 as Range<UInt64>).map { seed in
                let hand = Hand(of: size, timing: Timing(electionTimeout: fixed), seed: seed)
                return hand.raft.electionDeadline - hand.now
            }
            let timeout = fixed ?? Timing.shortestElectionTimeout
            XCTAssertGreaterThanOrEqual(waits.min()!, timeout)
            XCTAssertLessThan(waits.min()!, timeout * 5 / 4, "the first of many stands soon")
            XCTAssertLessThan(waits.max()!, most * timeout)
            XCTAssertGreaterThan(waits.max()!, most * timeout * 7 / 8)
        }
    }
}
