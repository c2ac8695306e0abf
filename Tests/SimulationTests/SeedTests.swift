import Consensus
import TestPrograms
import XCTest

@testable import Simulation

final class SeedTests: XCTestCase {
    private func run(
        _ scenarios: [Scenario], file: StaticString = #filePath, line: UInt = #line
    ) -> [Report] {
        let reports = concurrently(scenarios) { Simulation($0).run() }
        for report in reports {
            if let violation = report.violation { XCTFail("\(violation)", file: file, line: line) }
        }
        return reports
    }

    // Scenarios 101, 102, 103, 104, 105. Many more, and larger ones, take a release build and scripts/simulate.
    func testSeedsOfEveryBiasKeepEveryProperty() {
        let scenarios = Scenario.Bias.allCases.enumerated().map { slot, bias in
            let members = bias == .tiny ? nil : 2 + (slot + 1) % 6
            var scenario = Scenario(
                seed: UInt64(10 * slot + 1), bias: bias, members: members, operations: 100)
            // A member that catches up takes thousands of writes; RecoveryTests has its own.
            scenario.recoveryCheck = nil
            return scenario
        }
        _ = run(scenarios)
    }

    func testMembersWithoutADiskNeverCrash() {
        let scenarios = (1...300).map { Scenario(seed: $0, operations: 100) }.filter(\.isInMemory).prefix(6)
        XCTAssertEqual(scenarios.count, 6)
        for (scenario, report) in zip(scenarios, run(Array(scenarios))) {
            XCTAssertEqual(report.tally.crashes, 0, "\(scenario.seed)")
        }
    }

    func testWithoutFaultsEverythingIsCarriedOutUnderOneLeader() {
        let simulation = Simulation(Scenario(plain: 2, members: 5, operations: 300))
        var leaders = 0
        simulation.trace = { [unowned simulation] line in
            // The demand phase may stop the leader.
            if simulation.phase == .faults, line.contains(": leads term") { leaders += 1 }
        }
        let report = simulation.run()
        XCTAssertNil(report.violation)
        XCTAssertEqual(leaders, 1)
        XCTAssertGreaterThan(report.tally.committed, 100)
    }

    /// Three seeds of a cluster of three with the given faults.
    private func seeds(_ change: (inout Scenario.Faults) -> Void) -> [Scenario] {
        (1...3).map { seed in
            var scenario = Scenario(plain: UInt64(seed), members: 3, operations: 150)
            scenario.faults.interval = 400_000
            scenario.faults.longest = 800_000
            scenario.faults.atLeader = 70
            scenario.clockDrift = 100_000
            scenario.diskLatency = 500
            change(&scenario.faults)
            return scenario
        }
    }

    private func tally(_ reports: some Sequence<Report>) -> Tally {
        reports.reduce(into: Tally()) { $0.add($1.tally) }
    }

    func testEachFaultAlone() {
        let faults = Scenario.Fault.allCases
        var reports = run(faults.flatMap { fault in seeds { $0.weights = [fault: 1] } })[...]
        for fault in faults {
            let tally = tally(reports.prefix(3))
            reports = reports.dropFirst(3)
            XCTAssertGreaterThan(tally.faults, 0, "\(fault)")
            switch fault {
            case .cut, .oneWayCut, .pause, .stop: XCTAssertGreaterThan(tally.elections, 3, "\(fault)")
            case .crash, .diskError: XCTAssertGreaterThan(tally.crashes, 3, "\(fault)")
            case .crashAll: XCTAssertGreaterThan(tally.crashes, 9)
            case .mute, .slowness, .clockRate, .storm, .slowDisk, .slowLinks, .damage, .lostDisk: break
            }
        }
    }

    func testCrashesBetweenTheStepsOfATurnAlone() {
        XCTAssertGreaterThan(tally(run(seeds { $0.crashPoint = 3_000 })).crashes, 3)
    }

    func testFaultsOfNewLeadersAlone() {
        let tally = tally(
            run(
                seeds {
                    $0.newLeader = 500_000
                    $0.weights = [.crash: 1]
                }))
        XCTAssertGreaterThan(tally.elections, 6)
    }
}
