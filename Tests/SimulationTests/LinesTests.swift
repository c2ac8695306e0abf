import Consensus
import KeyValue
import TestPrograms
import XCTest

@testable import Simulation

/// Runs in which messages between members travel as the lines that a node writes and reads.
final class LinesTests: XCTestCase {
    func testRunsOfEveryBiasKeepEveryPropertyWithLinesAndLargeValues() {
        let scenarios = Scenario.Bias.allCases.enumerated().map { slot, bias in
            var scenario = Scenario(
                seed: UInt64(700 + slot), bias: bias, members: 3 + slot % 2, operations: 40)
            scenario.sendsLines = true
            scenario.changesOptions = true
            scenario.valueBytes = 1_000
            // Hundreds of large snapshots as lines take the debug build too long; scripts/simulate has them.
            scenario.recoveryCheck = nil
            return scenario
        }
        for report in concurrently(scenarios, { Simulation($0).run() }) {
            if let violation = report.violation { XCTFail("\(violation)") }
        }
    }

    func testALineThatSaysSomethingElseIsFound() throws {
        var scenario = Scenario(plain: 1, members: 2, operations: 1)
        scenario.sendsLines = true
        let simulation = Simulation(scenario)
        simulation.members = (0..<2).map {
            Member(index: $0, clock: Clock(at: 0, showing: 0, rate: 1_000_000))
        }
        let message = PeerMessage.transfer(TransferRequest(term: 3, target: "n1"))
        func packet(_ line: String) -> Network.Packet {
            Network.Packet(from: 0, to: 1, message: message, line: Array(line.utf8))
        }
        let written = #"{"src":"n0","dest":"n1","body":{"type":"transfer","term":3,"target":"n1"}}"#
        XCTAssertEqual(try simulation.read(packet(written)), message)
        let others = [written.replacing("3", with: "4"), written.replacing("n0", with: "n7"), "{"]
        for other in others {
            XCTAssertThrowsError(try simulation.read(packet(other)), other) { error in
                XCTAssertEqual((error as? Breach)?.property, .lines)
            }
        }
    }
}
