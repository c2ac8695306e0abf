import Simulation
import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Storage

/// Found by the simulation: members that start again, and again.
final class RestartTests: XCTestCase {
    private typealias Storage = MemberStorage<SimulatedDisk>

    // A process that ends between write and sync leaves its bytes to the system. The next one finds them, and
    // acknowledges what is in them; then the power goes.
    func testWhatIsReadAtTheStartIsDurable() throws {
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

    // The snapshot is durable, and the crash comes before the log is told of it. What of the log disagrees with it
    // must not take with it what is stored later.
    func testALogThatDoesNotReachTheSnapshotOrDisagreesWithItGoesOnAfterIt() throws {
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
