import Foundation
import TestPrograms
import XCTest

@testable import Simulation

final class DeterminismTests: XCTestCase {
    private func trace(_ seed: UInt64) -> (lines: [String], report: Report) {
        var lines: [String] = []
        let simulation = Simulation(Scenario(seed: seed, operations: 100))
        simulation.trace = { lines.append($0) }
        let report = simulation.run()
        return (lines, report)
    }

    // Scenario 106
    func testASeedGivesTheSameTraceLineByLine() {
        for seed in [3, 12] as [UInt64] {
            let (first, report) = trace(seed)
            let (second, again) = trace(seed)
            XCTAssertEqual(first, second)
            XCTAssertEqual(report.fingerprint, again.fingerprint)
            XCTAssertGreaterThan(first.count, 100)
        }
    }

    func testSeedsDiffer() {
        XCTAssertNotEqual(trace(1).report.fingerprint, trace(2).report.fingerprint)
    }

    // Hash seeds differ between processes, so this finds an order that comes from a Set or Dictionary. That process
    // also runs without a trace.
    func testAnotherProcessGivesTheSameFingerprint() throws {
        let program = builtProgram("simulate")
        for seed in [9, 13] as [UInt64] {
            let process = Process()
            process.executableURL = program
            process.arguments = ["--seed", String(seed), "--operations", "100"]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let here = String(trace(seed).report.fingerprint, radix: 16)
            XCTAssertTrue(output.contains("fingerprint \(here)\n"), "\(here) is not in \(output)")
        }
    }
}
