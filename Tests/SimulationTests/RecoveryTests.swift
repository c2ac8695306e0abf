import Consensus
import TestPrograms
import XCTest

@testable import Simulation

/// The recovery checks, and that they find a cluster that does not recover.
final class RecoveryTests: XCTestCase {
    private static func run(
        _ check: RecoveryCheck, members: Int = 3, copies: Int = 0,
        _ meddle: @escaping (Simulation) -> Void = { _ in }
    ) -> Report {
        var scenario = Scenario(plain: 1, members: members, operations: 100)
        scenario.recoveryCheck = check
        scenario.copiesOfLostLeader = copies
        scenario.writesPerRoundTrip = 1
        scenario.limits.snapshotEvery = 20
        scenario.limits.snapshotPieceBytes = 400
        scenario.limits.snapshotBytesInFlight = 500
        scenario.limits.appendBytesInFlight = 10_000
        scenario.limits.retainedLogBytes = 0
        scenario.limits.retentionSilence = 200_000
        let simulation = Simulation(scenario)
        simulation.trace = { [unowned simulation] _ in
            if simulation.lostAt != nil { meddle(simulation) }
        }
        return simulation.run()
    }

    func testALostLeaderIsReplacedAfterASlowSpell() {
        for report in concurrently([5, 3], { Self.run(.failover, members: $0) }) {
            XCTAssertNil(report.violation)
            XCTAssertEqual(report.tally.failovers, 1)
        }
    }

    // Each copy used to count as hearing from the leader.
    func testALostLeaderIsReplacedThoughCopiesOfItsAppendsArriveForMinutes() {
        let report = Self.run(.failover, members: 5, copies: 1_000_000)
        XCTAssertNil(report.violation)
        XCTAssertEqual(report.tally.failovers, 1)
    }

    func testALostLeaderThatIsNotReplacedIsFound() {
        XCTAssertEqual(
            Self.run(.failover) { $0.network.muted = .requestVote }.violation?.property, .failover)
    }

    func testAMemberThatWasAwayCatchesUpWhileOthersWrite() {
        let report = Self.run(.catchUp)
        XCTAssertNil(report.violation)
        XCTAssertEqual(report.tally.catchUps, 1)
    }

    func testAMemberThatDoesNotCatchUpIsFound() {
        XCTAssertEqual(
            Self.run(.catchUp) { $0.network.muted = .installSnapshot }.violation?.property, .catchingUp)
    }

    func testAShareOfTheSeedsDrawsEachCheckAndSlowLinks() {
        let scenarios = (1...200).map { Scenario(seed: $0) }
        for check in [RecoveryCheck.failover, .catchUp] {
            XCTAssertGreaterThan(scenarios.count { $0.recoveryCheck == check }, 10, "\(check)")
        }
        XCTAssertGreaterThan(scenarios.count { $0.faults.weights[.slowLinks] != nil }, 20)
    }

    func testAppendsToAMemberThatCatchesUpCarryFourRoundTripsOfWrites() {
        let catchUps = (1...3_000).map { Scenario(seed: $0) }.filter { $0.recoveryCheck == .catchUp }
        for scenario in catchUps {
            let entryBytes = scenario.valueBytes / 5 + 40
            XCTAssertGreaterThanOrEqual(
                scenario.limits.appendBytes, 4 * scenario.writesPerRoundTrip * entryBytes, "\(scenario.seed)")
        }
        XCTAssertGreaterThan(catchUps.count { $0.valueBytes >= 20_000 }, 3)
    }

    // Without log, each snapshot that a slow link carries was out of date on arrival, in every round. Without a leader
    // that confirms reads, a member whose link to another is cut found no quorum.
    func testLimitsLetConnectedMembersCatchUpAndReadInEverySeed() {
        let scenarios = (1...1_000).map { Scenario(seed: $0) }
        for scenario in scenarios {
            XCTAssertGreaterThanOrEqual(
                scenario.limits.retentionSilence, min(scenario.connectedSilence, Limits().retentionSilence),
                "\(scenario.seed)")
            XCTAssertGreaterThan(scenario.limits.confirmationsAfterFailure, 0, "\(scenario.seed)")
        }
        XCTAssertGreaterThan(scenarios.count { $0.limits.retentionSilence < Limits().retentionSilence }, 100)
    }
}
