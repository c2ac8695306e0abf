import XCTest

@testable import Consensus

/// Every member's timeout follows the network, down as well as up.
final class TimingTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    private func announcing(
        _ mean: Microseconds, link: Microseconds? = nil, term: Term = 1, from leader: NodeID = "n1"
    ) -> AppendEntries {
        var request = heartbeat(term: term, from: leader)
        request.roundTrip = Estimate(mean: mean, deviation: mean / 20)
        request.link = link.map { Estimate(mean: $0, deviation: $0 / 20) }
        return request
    }

    /// Refuses the member's pre-votes, each `delay` after the request.
    private func refuse(_ hand: inout Hand, after delay: Microseconds) {
        let requests = hand.waitForDeadline()
        hand.now += delay
        for request in requests {
            let answer = RequestVoteReply(term: hand.raft.currentTerm, voteGranted: false, preVote: true)
            hand.hear(.requestVoteReply(answer), from: request.to, inReplyTo: request.message.id)
        }
    }

    // A machine that was warming up answered the first pre-votes slowly. Members believed in slow links ever after, and
    // answered clients that had given up.
    func testSlowAnswersToTheFirstVotesAreSoonForgotten() {
        for appends in [1, 3] {
            var hand = Hand()
            refuse(&hand, after: 300_000)
            XCTAssertGreaterThan(hand.raft.timing.electionTimeout, 2 * timeout)
            for _ in 0..<appends { hand.append(announcing(2_000)) }
            XCTAssertEqual(hand.raft.timing.oneWayLatency, 1_000)
            let wait = hand.raft.deadline! - hand.now
            XCTAssertTrue((timeout..<(2 * timeout)).contains(wait), "\(wait)")
        }
    }

    func testAFollowersTimeoutIsTheLongerOfTheQuorumsAndItsOwnLinks() {
        var hand = Hand()
        for (quorum, link, expected) in [
            (200_000, nil, 400_000), (200_000, 900_000, 1_800_000), (900_000, 2_000, 1_800_000),
            (2_000, 2_000, timeout),
        ] as [(Int, Int?, Int)] {
            hand.append(announcing(quorum, link: link))
            XCTAssertEqual(hand.raft.timing.electionTimeout, expected, accuracy: 2_000)
        }
    }

    func testWithoutALeaderAMembersOwnMeasurementsCount() {
        var hand = Hand()
        hand.append(announcing(2_000))
        for _ in 0..<6 { refuse(&hand, after: 400_000) }
        XCTAssertGreaterThan(hand.raft.timing.electionTimeout, 400_000)
        for _ in 0..<20 { refuse(&hand, after: 2_000) }
        XCTAssertLessThan(hand.raft.timing.electionTimeout, 2 * timeout)
    }

    func testAnAnswerToARequestForAVoteTellsNothingMoreOnceThereIsALeader() {
        var hand = Hand()
        let requests = hand.waitForDeadline()
        hand.append(announcing(2_000))
        hand.now += 280_000
        let refusal = RequestVoteReply(term: hand.raft.currentTerm, voteGranted: false, preVote: true)
        hand.hear(
            .requestVoteReply(refusal), from: "n2", inReplyTo: requests.first { $0.to == "n2" }?.message.id)
        XCTAssertEqual(hand.raft.timing.electionTimeout, timeout)
    }

    func testOldMeasurementsAreForgottenAlsoUnderALeaderThatSendsNone() {
        var hand = Hand()
        for _ in 0..<4 { refuse(&hand, after: 400_000) }
        hand.append(heartbeat(term: 1, from: "n1"))
        XCTAssertGreaterThan(hand.raft.timing.electionTimeout, 400_000)
        hand.now += 4 * Timing.longestElectionTimeout
        hand.append(heartbeat(term: 1, from: "n1"))
        XCTAssertEqual(hand.raft.timing.electionTimeout, timeout)
    }

    /// How long `cluster` has no leader after its leader is lost.
    private func replacement(in cluster: Cluster) -> Microseconds {
        let leader = cluster.leaderIDs[0]
        let began = cluster.now
        cluster.crash(leader)
        while cluster.leaderIDs.isEmpty, cluster.now - began < 60_000_000 { cluster.run(for: 10_000) }
        cluster.restart(leader)
        return cluster.now - began
    }

    func testALostLeaderIsReplacedSoonOnceTheNetworkIsFastAgain() {
        for size in [3, 5] {
            let cluster = Cluster(size)
            var latency = 1_000
            cluster.latency = { _, _ in latency }
            cluster.run(for: 3_000_000)
            latency = 500_000
            cluster.run(for: 30_000_000)
            // There are elections meanwhile, in which members measure by themselves.
            for _ in 0..<2 {
                if !cluster.leaderIDs.isEmpty { _ = replacement(in: cluster) }
                cluster.run(for: 30_000_000)
            }
            latency = 1_000
            cluster.run(for: 15_000_000)
            for id in cluster.ids {
                XCTAssertLessThan(cluster[id].timing.electionTimeout, 2 * timeout, "\(id) of \(size)")
            }
            XCTAssertLessThan(replacement(in: cluster), 4 * timeout)
        }
    }

    // The leader's round trips are mostly fast ones.
    func testAMemberOnASlowLinkAmongFastOnesFollowsItsLeader() {
        let cluster = Cluster(5)
        var generator = SeededGenerator(seed: 5)
        cluster.latency = { from, to in
            guard from == "n4" || to == "n4" else { return 1_000 }
            return .random(in: 50_000...850_000, using: &generator)
        }
        cluster.elect("n0")
        cluster.run(for: 10_000_000)
        XCTAssertGreaterThan(cluster["n4"].timing.electionTimeout, 900_000)
        XCTAssertEqual(cluster["n1"].timing.electionTimeout, timeout, accuracy: 20_000)
        let before = cluster.events["n4"]?.count ?? 0
        cluster.run(for: 60_000_000)
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        let missed = cluster.events["n4"]!.dropFirst(before).filter {
            if case .becamePreCandidate = $0 { true } else { false }
        }
        XCTAssertLessThan(missed.count, 2)
    }

    // The next leader needs the slow member too.
    func testIfEveryElectionNeedsASlowMemberAllTimeoutsAllowForIt() {
        let cluster = Cluster(3)
        cluster.latency = { from, to in from == "n2" || to == "n2" ? 300_000 : 1_000 }
        cluster.elect("n0")
        cluster.run(for: 20_000_000)
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        for id in cluster.ids { XCTAssertGreaterThanOrEqual(cluster[id].timing.electionTimeout, 1_100_000) }
        XCTAssertEqual(cluster["n0"].currentTerm, 1)
    }

    func testALostRequestDoesNotPreventLaterMeasurements() {
        var progress = Progress(id: "n1", nextIndex: 1, lastContact: 0, limits: Limits())
        progress.left(1, at: 0, interval: 30_000)
        progress.left(2, at: 2_000_000, interval: 30_000)
        XCTAssertFalse(progress.heard(2, at: 2_001_000))
        progress.left(3, at: 2_030_000, interval: 30_000)
        XCTAssertTrue(progress.heard(3, at: 2_032_000))
        XCTAssertEqual(progress.roundTrip?.mean, 2_000)
    }

    func testAnOvertakenRequestIsMeasuredToo() {
        var progress = Progress(id: "n1", nextIndex: 1, lastContact: 0, limits: Limits())
        progress.left(1, at: 0, interval: 30_000)
        progress.left(2, at: 10_000, interval: 30_000)
        XCTAssertFalse(progress.heard(2, at: 20_000))
        XCTAssertTrue(progress.heard(1, at: 100_000))
        XCTAssertEqual(progress.roundTrip?.mean, 100_000)
    }

    // Some later request is nearly always answered first, so each was taken for lost after a second.
    func testASlowLinkThatReordersIsMeasured() {
        for seed in 1...10 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var progress = Progress(id: "n1", nextIndex: 1, lastContact: 0, limits: Limits())
            let sent = (1...2_000).map { (id: $0, at: 30_000 * $0) }
            let answered = sent.map { request in
                // Six links with an exponential latency of one second each.
                let seconds = (1...6).map { _ in -log(Double.random(in: 0.001..<1, using: &generator)) }
                return (id: request.id, at: request.at + Int(1e6 * seconds.reduce(0, +)))
            }
            let events = sent.map { ($0.at, $0.id, false) } + answered.map { ($0.at, $0.id, true) }
            for (time, id, isAnswer) in events.sorted(by: { $0.0 < $1.0 }) {
                if isAnswer {
                    _ = progress.heard(id, at: time)
                } else {
                    progress.left(id, at: time, interval: 1)
                }
            }
            XCTAssertGreaterThan(progress.roundTrip?.mean ?? 0, 3_000_000, "\(seed)")
        }
    }

    func testHeartbeatsFollowTheIntervalThatFollowersKnow() {
        var progress = Progress(id: "n1", nextIndex: 1, lastContact: 0, limits: Limits())
        progress.left(1, at: 0, interval: 30_000)
        XCTAssertEqual(progress.heartbeatDue(400_000), 30_000)
        progress.left(2, at: 30_000, interval: 400_000)
        XCTAssertEqual(progress.heartbeatDue(400_000), 430_000)
        XCTAssertEqual(progress.heartbeatDue(30_000), 60_000)
    }

    func testIfOneTimeIsFixedTheOtherFollowsIt() {
        XCTAssertEqual(Timing(electionTimeout: 1_000).heartbeatInterval, 200)
        XCTAssertEqual(Timing(electionTimeout: 3_600_000_000).heartbeatInterval, 720_000_000)
        XCTAssertEqual(Timing(heartbeatInterval: 1_000_000).electionTimeout, 5_000_000)
        XCTAssertEqual(Timing(heartbeatInterval: 60_000_000).electionTimeout, 300_000_000)
        XCTAssertEqual(Timing(heartbeatInterval: 1_000).electionTimeout, timeout)
    }

    func testALeaderForgetsThatItsTimerWasLate() {
        let cluster = led(3)
        cluster.latency = { _, _ in 500 }
        for _ in 0..<20 {
            cluster.now = cluster["n0"].deadline! + 100_000
            cluster.with("n0") { [now = cluster.now] in
                $0.noteLateness(at: now)
                $0.advance(to: now)
            }
            cluster.settle()
        }
        XCTAssertGreaterThan(cluster["n0"].timing.electionTimeout, timeout + 50_000)
        cluster.run(for: 3_000_000)
        XCTAssertEqual(cluster["n0"].timing.electionTimeout, timeout, accuracy: 5_000)
    }
}
