import Foundation
import TestPrograms
import XCTest

@testable import Simulation

final class DeterminismTests: XCTestCase {
    private static func trace(_ seed: UInt64) -> (lines: [String], report: Report) {
        var lines: [String] = []
        let simulation = Simulation(Scenario(seed: seed, operations: 50))
        simulation.trace = { lines.append($0) }
        let report = simulation.run()
        return (lines, report)
    }

    // Scenario 106
    func testASeedGivesTheSameTraceLineByLine() {
        let runs = concurrently([3, 3, 12, 12], Self.trace)
        for (one, again) in [(runs[0], runs[1]), (runs[2], runs[3])] {
            XCTAssertEqual(one.lines, again.lines)
            XCTAssertEqual(one.report.fingerprint, again.report.fingerprint)
            XCTAssertGreaterThan(one.lines.count, 100)
        }
    }

    func testALongRunTellsHowFarItIs() {
        let simulation = Simulation(Scenario(seed: 3, members: 3, operations: 30))
        var told: [(events: Int, operations: Int)] = []
        simulation.progress = { events, _, operations in told.append((events, operations)) }
        _ = simulation.run()
        XCTAssertEqual(
            told.map(\.events), Array(stride(from: 10_000, through: simulation.handled, by: 10_000)))
        XCTAssertFalse(told.isEmpty)
    }

    func testAPageThatCannotBeWrittenEndsWith74() throws {
        let process = Process()
        process.executableURL = builtProgram("simulate")
        process.arguments = [
            "--seed", "2", "--members", "2", "--operations", "5", "--page", "/no-such-folder/x.html",
        ]
        let complaints = Pipe()
        process.standardError = complaints
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        XCTAssertEqual(process.terminationStatus, 74)
        XCTAssertTrue(text.contains("simulate: cannot write /no-such-folder/x.html: "), text)
    }

    func testSeedsDiffer() {
        XCTAssertNotEqual(Self.trace(1).report.fingerprint, Self.trace(2).report.fingerprint)
    }

    // Hash seeds differ between processes, so this finds an order that comes from a Set or Dictionary. That process
    // also runs without a trace.
    func testAnotherProcessGivesTheSameFingerprint() throws {
        let seeds: [UInt64] = [8, 13]
        let runs = try seeds.map { seed in
            let process = Process()
            process.executableURL = builtProgram("simulate")
            process.arguments = ["--seed", String(seed), "--operations", "50"]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            return (process, pipe)
        }
        for (seed, (process, pipe)) in zip(seeds, runs) {
            let here = String(Self.trace(seed).report.fingerprint, radix: 16)
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            XCTAssertTrue(output.contains("fingerprint \(here)\n"), "\(here) is not in \(output)")
        }
    }
}
