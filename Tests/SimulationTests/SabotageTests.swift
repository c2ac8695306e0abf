import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Simulation

/// Each test breaks something in a running cluster, and expects the violation of the right property.
final class SabotageTests: XCTestCase {
    /// Runs a healthy cluster of three, and calls `meddle` once, after 400 events and when `isTime`.
    private func run(
        operations: Int = 200, when isTime: @escaping (Simulation) -> Bool = { _ in true },
        _ meddle: @escaping (Simulation) -> Void
    ) -> Violation? {
        let simulation = Simulation(Scenario(plain: 1, members: 3, operations: operations))
        var isDone = false
        var count = 0
        simulation.trace = { [unowned simulation] _ in
            count += 1
            guard count > 400, !isDone, isTime(simulation) else { return }
            isDone = true
            meddle(simulation)
        }
        return simulation.run().violation
    }

    private func leader(of simulation: Simulation) -> Member? {
        simulation.members.first { $0.seen.leadingTerm != nil }
    }

    private func follower(of simulation: Simulation) -> Member? {
        simulation.members.first { $0.seen.leadingTerm == nil }
    }

    func testNothingIsFoundWhereNothingIsWrong() {
        XCTAssertNil(run { _ in })
    }

    func testAChangedStoreIsFound() {
        let violation = run { simulation in
            for key in 0..<3 {
                let request = Command(
                    RequestID(client: "nobody", number: key),
                    .write(key: JSONValue(canonical: "\(key)"), value: 999_999))
                for member in simulation.members {
                    member.run?.replica.tamper { _, log in _ = log.store.apply(request) }
                }
            }
        }
        XCTAssertTrue(
            [.stateMachineSafety, .freshReads].contains(violation?.property), "\(violation as Any)")
    }

    func testATermThatFallsIsFound() {
        let violation = run { simulation in
            self.follower(of: simulation)?.seen.term += 1
        }
        XCTAssertEqual(violation?.property, .progress)
    }

    func testAnEntryThatIsAppliedBeforeItsTimeIsFound() {
        let violation = run { simulation in
            self.follower(of: simulation)?.seen.lastApplied -= 1
        }
        XCTAssertEqual(violation?.property, .progress)
    }

    func testACommitThatNoMajorityHasStoredIsFound() {
        let violation = run { simulation in
            for member in simulation.members where member.seen.leadingTerm == nil {
                member.stored = Stored(StoredState(hardState: member.stored.hardState))
            }
        }
        XCTAssertEqual(violation?.property, .durability)
    }

    func testALeaderWithoutACommittedEntryIsFound() {
        let violation = run { simulation in
            guard let follower = self.follower(of: simulation), let run = follower.run else { return }
            // The follower loses half of its log and becomes leader of the next term.
            run.replica.tamper { raft, _ in
                raft.log.truncate(from: 20)
                raft.hardState.term += 1
                raft.hardState.votedFor = follower.id
                raft.role = .leader(Leadership(progress: [], noOpIndex: 20))
            }
        }
        XCTAssertEqual(violation?.property, .leaderCompleteness)
    }

    func testAnImpossibleStateIsFound() {
        let violation = run { simulation in
            guard let run = self.leader(of: simulation)?.run else { return }
            run.replica.tamper { raft, _ in raft.hardState.votedFor = nil }
        }
        XCTAssertEqual(violation?.property, .invariant)
    }

    func testADiskThatLosesWhatWasStoredIsFound() {
        let violation = run { simulation in
            guard let follower = self.follower(of: simulation) else { return }
            simulation.crash(follower, for: 1_000)
            follower.disk = SimulatedDisk()
        }
        XCTAssertEqual(violation?.property, .durability)
    }

    func testARequestThatIsNeverAnsweredIsFound() {
        let violation = run(operations: 60) { simulation in
            for member in simulation.members {
                simulation.ledger.send(0, to: member.index, life: member.life)
            }
        }
        XCTAssertEqual(violation?.property, .answers)
    }

    func testAMajorityThatDoesNotServeIsFound() {
        let isHealed: (Simulation) -> Bool = { $0.phase == .demand }
        let violation = run(when: isHealed) { $0.network.muted = .appendEntries }
        XCTAssertEqual(violation?.property, .liveness)
    }

    func testACommitIndexThatFallsIsFoundAndTheViolationHasATrace() throws {
        let violation = try XCTUnwrap(
            run { simulation in
                self.follower(of: simulation)?.seen.commitIndex += 1_000
            })
        XCTAssertGreaterThan(violation.eventTrace.count, 20)
        XCTAssertTrue(violation.description.hasPrefix("seed 1 breaks monotonic state at "), "\(violation)")
        XCTAssertTrue(violation.eventTrace.contains { $0.contains("leader of term 1: commits up to entry") })
    }
}
