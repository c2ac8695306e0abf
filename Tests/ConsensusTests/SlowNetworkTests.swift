import XCTest

@testable import Consensus

/// Timeouts that follow the measurements, and requests that take longer.
final class SlowNetworkTests: XCTestCase {
    private func slow(_ latency: Microseconds, members: Int = 5) -> Cluster {
        let cluster = Cluster(members)
        cluster.latency = { _, _ in latency }
        cluster.run(for: 60 * latency + 5_000_000)
        XCTAssertEqual(cluster.leaderIDs.count, 1, "no leader at \(latency)")
        return cluster
    }

    func testAFollowersReadIsAnsweredWithinAFewRoundTripsHoweverSlowTheNetworkIs() {
        for latency in [100, 10_000, 100_000, 400_000] {
            let cluster = slow(latency)
            let follower = cluster.ids.first { $0 != cluster.leaderIDs[0] }!
            cluster.with(follower) { $0.read(1) }
            // A round trip to the leader, and one of the leader's.
            cluster.run(for: 4 * latency + 1_000)
            XCTAssertEqual(cluster.reads[follower], [1], "at \(latency)")
        }
    }

    func testALeaderStaysOnASlowNetwork() {
        for latency in [100_000, 400_000] {
            let cluster = slow(latency)
            let leader = cluster.leaderIDs
            let term = cluster[leader[0]].currentTerm
            cluster.run(for: 100 * latency)
            XCTAssertEqual(cluster.leaderIDs, leader)
            XCTAssertEqual(cluster[leader[0]].currentTerm, term)
        }
    }

    func testQuestionsAreNotRepeatedBeforeAnAnswerCanArrive() {
        var measurement = Measurement()
        for _ in 0..<100 { measurement.add(200_000) }
        XCTAssertGreaterThanOrEqual(measurement.timing.retryInterval, 400_000)
    }

    // Scenario 3
    func testTimeoutsAreSpreadOnASlowNetworkToo() {
        var waits: Set<Microseconds> = []
        for seed in 0..<50 as Range<UInt64> {
            var hand = Hand(seed: seed)
            var request = heartbeat(term: 1, from: "n1")
            request.roundTrip = Estimate(mean: 400_000, deviation: 100_000)
            for _ in 0..<2 { hand.append(request) }
            let wait = hand.raft.deadline! - hand.now
            XCTAssertTrue((800_000..<1_600_000).contains(wait))
            waits.insert(wait)
        }
        XCTAssertGreaterThan(waits.count, 40)
    }

    func testOneLateAnswerDoesNotMakeTheMemberWaitForMinutes() {
        var measurement = Measurement()
        for _ in 0..<20 { measurement.add(1_000) }
        // A member was stopped for an hour, and answers now.
        measurement.add(3_600_000_000)
        XCTAssertLessThanOrEqual(measurement.timing.electionTimeout, 1_000_000)
        XCTAssertLessThanOrEqual(measurement.timing.oneWayLatency, 100_000)
        var first = Measurement()
        first.add(3_600_000_000)
        XCTAssertLessThanOrEqual(first.timing.electionTimeout, 1_000_000)
    }

    // A member that was stopped answers all questions of that time at once.
    func testTheAnswersOfAStoppedMemberChangeNothing() {
        var timing = Timing()
        for sent in stride(from: 0, to: 4_700_000, by: 200_000) {
            timing.add(roundTripFrom: sent, to: 5_000_000)
        }
        XCTAssertNil(timing.roundTrip)
        timing.add(roundTripFrom: 5_000_000, to: 5_020_000)
        XCTAssertEqual(timing.roundTrip?.mean, 20_000)
        // And again.
        for sent in stride(from: 6_000_000, to: 8_700_000, by: 200_000) {
            timing.add(roundTripFrom: sent, to: 9_000_000)
        }
        timing.add(roundTripFrom: 9_000_000, to: 9_020_000)
        XCTAssertLessThan(timing.oneWayLatency, 50_000)
    }

    func testTheEstimateFollowsGrowingRoundTripsInAFewSamples() {
        var measurement = Measurement()
        for _ in 0..<20 { measurement.add(1_000) }
        var samples = 0
        while measurement.timing.electionTimeout < 2_000_000, samples < 100 {
            measurement.add(2_000_000)
            samples += 1
        }
        XCTAssertLessThan(samples, 12)
    }

    func testAMeasurementFromAPeerIsBounded() {
        for figure in [Int.min, -1, 0, 1 << 62, .max] {
            var hand = Hand()
            var request = heartbeat(term: 1, from: "n1")
            request.roundTrip = Estimate(mean: figure, deviation: figure)
            for _ in 0..<2 { hand.append(request) }
            let wait = hand.raft.deadline! - hand.now
            XCTAssertTrue(
                (Timing.shortestElectionTimeout..<(2 * Timing.longestElectionTimeout)).contains(wait))
            XCTAssertLessThanOrEqual(hand.raft.timing.oneWayLatency, Timing.longestElectionTimeout)
            XCTAssertGreaterThanOrEqual(hand.raft.timing.oneWayLatency, 0)
        }
    }
}

/// Round trips that are measured one after another.
struct Measurement {
    var timing = Timing()
    private var now = 0

    mutating func add(_ roundTrip: Microseconds) {
        timing.add(roundTripFrom: now, to: now + roundTrip)
        now += roundTrip
    }
}
