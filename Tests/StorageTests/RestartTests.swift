import Simulation
import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Storage

/// Found by the simulation: members that restart repeatedly.
final class RestartTests: XCTestCase {
    private typealias Storage = MemberStorage<SimulatedDisk>

    // A process ends between write and sync, so its bytes stay in the page cache. The next process reads and
    // acknowledges them. Then the power fails.
    func testDataReadAtStartIsDurable() throws {
        var (storage, _) = try Storage.open(on: SimulatedDisk(), node: "n0", initialVoters: ["n0"])
        storage.disk.callsUntilFailure = 1
        XCTAssertThrowsError(try storage.store(.appending(.terms([1, 1]), at: 1)))
        storage.disk.callsUntilFailure = nil
        let (again, found) = try Storage.open(on: storage.disk, node: "n0", initialVoters: ["n0"])
        XCTAssertEqual(found.state.log.terms, [1, 1])
        for seed in 0..<20 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var disk = again.disk
            disk.crash(using: &generator)
            XCTAssertEqual(
                try Storage.open(on: disk, node: "n0", initialVoters: ["n0"]).found.state.log.terms, [1, 1])
        }
    }

    // The crash comes after the snapshot is durable and before the log is reset. Discarding the conflicting log must
    // not discard what is stored later.
    func testALogThatEndsBeforeTheSnapshotOrConflictsWithItContinuesAfterIt() throws {
        for log in [[1, 1], [1, 1, 1, 1, 1, 1, 1]] {
            var (storage, _) = try Storage.open(on: SimulatedDisk(), node: "n0", initialVoters: ["n0"])
            try storage.store(.appending(.terms(log), at: 1))
            try storage.store(.leadersSnapshot(LogPosition(index: 5, term: 2)))
            var (again, found) = try Storage.open(on: storage.disk, node: "n0", initialVoters: ["n0"])
            XCTAssertEqual(found.state.log.lastIndex, 5)
            try again.store(.appending(.terms([2]), at: 6))
            XCTAssertEqual(
                try Storage.open(on: again.disk, node: "n0", initialVoters: ["n0"]).found.state.log.terms, [2]
            )
        }
    }
}
