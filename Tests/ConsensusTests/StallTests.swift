import XCTest

@testable import Consensus

/// Machines that stall, and timers that fire late.
final class StallTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    /// All members stall for `time`; then each runs its timers before it receives messages.
    private func stall(_ cluster: Cluster, for time: Microseconds) {
        cluster.wait(time)
        for id in cluster.ids {
            cluster.with(id) { [now = cluster.now] in
                $0.noteLateness(at: now)
                $0.advance(to: now)
            }
        }
    }

    func testStallsDoNotDeposeALeader() {
        let cluster = Cluster(3)
        cluster.elect("n0")
        cluster.latency = { _, _ in 100 }
        for span in [200_000, 1_000_000, 300_000, 10_000_000] {
            cluster.run(for: timeout)
            stall(cluster, for: span)
            cluster.run(for: timeout)
            XCTAssertEqual(cluster.leaderIDs, ["n0"])
            XCTAssertEqual(cluster["n1"].currentTerm, 1)
        }
    }

    func testALostLeaderIsReplacedThoughEveryTimerFiresLate() {
        let cluster = Cluster(3)
        cluster.elect("n0")
        cluster.crash("n0")
        for _ in 0..<40 where cluster.leaderIDs.isEmpty {
            cluster.wait(2 * timeout)
            for id in ["n1", "n2"] {
                cluster.with(id) { [now = cluster.now] in
                    $0.noteLateness(at: now)
                    $0.advance(to: now)
                }
            }
            cluster.settle()
        }
        XCTAssertNotEqual(cluster.leaderIDs, [])
    }

    func testALeaderWithoutAQuorumStepsDownThoughItsTimerFiresLate() {
        let cluster = Cluster(3)
        cluster.elect("n0")
        cluster.isolate("n0")
        for _ in 0..<4 { stall(cluster, for: 2 * timeout) }
        XCTAssertFalse(cluster["n0"].isLeader)
    }

    func testWhileInputWaitsOnlyHeartbeatsAreSent() {
        let cluster = Cluster(3)
        cluster.elect("n0")
        cluster.isolate("n0")
        cluster.wait(10 * timeout)
        XCTAssertNotNil(cluster["n0"].heartbeatDeadline)
        cluster.with("n0") { [now = cluster.now] in
            $0.advanceHeartbeats(to: now)
            XCTAssert($0.isLeader, "the answers of a quorum may be waiting")
            XCTAssertEqual($0.drain().sent.map(\.to), ["n1", "n2"])
            XCTAssertGreaterThan($0.heartbeatDeadline ?? 0, now)
            $0.advance(to: now)
            XCTAssertFalse($0.isLeader)
            XCTAssertNil($0.heartbeatDeadline)
        }
        cluster.with("n1") { [now = cluster.now] in
            $0.advanceHeartbeats(to: now)
            XCTAssertNil($0.heartbeatDeadline)
            XCTAssertEqual($0.leader, "n0", "its message may be waiting")
        }
    }

    func testTheTimeoutFollowsTheLatenessOfTheTimer() {
        var timing = Timing()
        for _ in 0..<50 { timing.add(lateness: 40_000) }
        XCTAssertEqual(timing.electionTimeout, timeout + 40_000, accuracy: 2_000)
        timing.add(lateness: 60_000_000)
        XCTAssertLessThan(timing.electionTimeout, 3 * timeout)
        for _ in 0..<50 { timing.add(lateness: 100) }
        XCTAssertEqual(timing.electionTimeout, timeout, accuracy: 2_000)
    }

    func testTheTimeoutAllowsForTheTwoRoundTripsOfAnElection() {
        var measurement = Measurement()
        for _ in 0..<50 { measurement.add(200_000) }
        XCTAssertEqual(measurement.timing.electionTimeout, 400_000, accuracy: 4_000)
    }
}
