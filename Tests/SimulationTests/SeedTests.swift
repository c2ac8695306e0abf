import Raft
import XCTest

@testable import Simulation

final class SeedTests: XCTestCase {
    private func run(_ scenario: Scenario, file: StaticString = #filePath, line: UInt = #line) -> Report {
        let report = Simulation(scenario).run()
        if let violation = report.violation { XCTFail("\(violation)", file: file, line: line) }
        return report
    }

    // Scenarios 101, 102, 103, 104, 105
    func testSeedsOfEveryBiasKeepEveryProperty() {
        for (place, bias) in Scenario.Bias.allCases.enumerated() {
            for seed in 1...2 {
                _ = run(Scenario(seed: UInt64(10 * place + seed), bias: bias, operations: 150))
            }
        }
    }

    func testMembersThatKeepNothingOnADiskNeverCrash() {
        let scenarios = (1...300).map { Scenario(seed: $0, operations: 100) }.filter(\.isInMemory).prefix(15)
        XCTAssertEqual(scenarios.count, 15)
        for scenario in scenarios { XCTAssertEqual(run(scenario).tally.crashes, 0, "\(scenario.seed)") }
    }

    func testWithoutFaultsEverythingIsCarriedOutUnderOneLeader() {
        let simulation = Simulation(Scenario(seed: 2, members: 5, operations: 300))
        var leaders = 0
        simulation.trace = { [unowned simulation] line in
            // The end takes members away, the leader among them.
            if simulation.phase == .faults, line.contains(": leads term") { leaders += 1 }
        }
        let report = simulation.run()
        XCTAssertNil(report.violation)
        XCTAssertEqual(leaders, 1)
        XCTAssertGreaterThan(report.tally.committed, 100)
    }

    private func expectHarm(
        _ name: String, _ change: (inout Scenario.Faults) -> Void, line: UInt = #line
    ) -> Tally {
        var tally = Tally()
        for seed in 1...3 {
            var scenario = Scenario(seed: UInt64(seed), members: 3, operations: 150)
            scenario.faults.interval = 400_000
            scenario.faults.longest = 800_000
            scenario.faults.atLeader = 70
            scenario.clockDrift = 100_000
            scenario.diskLatency = 500
            change(&scenario.faults)
            tally.add(run(scenario, line: line).tally)
        }
        XCTAssertGreaterThan(tally.faults + tally.crashes, 0, "\(name) never happened", line: line)
        return tally
    }

    func testCutsAlone() {
        XCTAssertGreaterThan(expectHarm("cuts") { $0.cut = 1 }.elections, 3)
    }

    func testOneWayCutsAlone() {
        XCTAssertGreaterThan(expectHarm("one-way cuts") { $0.oneWayCut = 1 }.elections, 3)
    }

    func testMutedMessagesAlone() {
        _ = expectHarm("muting") { $0.mute = 1 }
    }

    func testCrashesAlone() {
        XCTAssertGreaterThan(expectHarm("crashes") { $0.crash = 1 }.crashes, 3)
    }

    func testCrashesOfAllAlone() {
        XCTAssertGreaterThan(expectHarm("crashes of all") { $0.crashAll = 1 }.crashes, 9)
    }

    func testCrashesBetweenTheStepsOfATurnAlone() {
        XCTAssertGreaterThan(expectHarm("crashes in turns") { $0.crashPoint = 3_000 }.crashes, 3)
    }

    func testPausesAlone() {
        XCTAssertGreaterThan(expectHarm("pauses") { $0.pause = 1 }.elections, 3)
    }

    func testSlownessAlone() {
        _ = expectHarm("slowness") { $0.slowness = 1 }
    }

    func testClockRatesAlone() {
        _ = expectHarm("clock rates") { $0.clockRate = 1 }
    }

    func testStormsAlone() {
        _ = expectHarm("storms") { $0.storm = 1 }
    }

    func testOrderlyEndsAlone() {
        XCTAssertGreaterThan(expectHarm("orderly ends") { $0.stop = 1 }.elections, 3)
    }

    func testStruckYoungLeadersAlone() {
        let tally = expectHarm("strikes at young leaders") {
            $0.youngLeader = 500_000
            $0.crash = 1
        }
        XCTAssertGreaterThan(tally.elections, 6)
    }
}
