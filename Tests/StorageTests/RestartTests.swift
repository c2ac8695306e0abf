import Simulation
import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Storage

/// Found by the simulation: members that start again, and again.
final class RestartTests: XCTestCase {
    private typealias Storage = MemberStorage<SimulatedDisk>

    private func ready(_ change: (inout Ready) -> Void) -> ReplicaReady {
        var ready = Ready()
        change(&ready)
        return ReplicaReady(raft: ready)
    }

    private func append(from start: Index, _ terms: [Term]) -> ReplicaReady {
        ready {
            $0.entriesStart = start
            $0.entries = terms.map { Entry(term: $0, "c1 1 write 1 \($0)") }[...]
        }
    }

    /// The whole of an empty store's snapshot, from a leader.
    private func snapshot(_ position: LogPosition) -> ReplicaReady {
        var writer = SnapshotWriter(of: Store(), at: position, membership: Membership(voters: ["n0"]))
        var text = ""
        while !writer.isDone { text += writer.next(bytes: 1 << 20) }
        return ready {
            $0.snapshotPieces = [SnapshotPiece(position: position, offset: 0, text: text, isLast: true)]
        }
    }

    private func terms(_ log: Log) -> [Term] {
        log.lastIndex < log.firstIndex ? [] : log[log.firstIndex...log.lastIndex].map(\.term)
    }

    // A process that ends between write and sync leaves its bytes to the system. The next one finds them, and
    // acknowledges what is in them; then the power goes.
    func testWhatIsReadAtTheStartIsDurable() throws {
        var (storage, _) = try Storage.open(on: SimulatedDisk(), node: "n0", initialVoters: ["n0"])
        storage.disk.callsUntilFailure = 1
        XCTAssertThrowsError(try storage.store(append(from: 1, [1, 1])))
        storage.disk.callsUntilFailure = nil
        let (again, found) = try Storage.open(on: storage.disk, node: "n0", initialVoters: ["n0"])
        XCTAssertEqual(terms(found.state.log), [1, 1])
        for seed in 0..<20 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var disk = again.disk
            disk.crash(using: &generator)
            XCTAssertEqual(
                terms(try Storage.open(on: disk, node: "n0", initialVoters: ["n0"]).found.state.log), [1, 1])
        }
    }

    // The snapshot is durable, and the crash comes before the log is told of it. What of the log disagrees with it
    // must not take with it what is stored later.
    func testALogThatDoesNotReachTheSnapshotOrDisagreesWithItGoesOnAfterIt() throws {
        for log in [[1, 1], [1, 1, 1, 1, 1, 1, 1]] {
            var (storage, _) = try Storage.open(on: SimulatedDisk(), node: "n0", initialVoters: ["n0"])
            try storage.store(append(from: 1, log))
            try storage.store(snapshot(LogPosition(index: 5, term: 2)))
            var (again, found) = try Storage.open(on: storage.disk, node: "n0", initialVoters: ["n0"])
            XCTAssertEqual(found.state.log.lastIndex, 5)
            try again.store(append(from: 6, [2]))
            XCTAssertEqual(
                terms(try Storage.open(on: again.disk, node: "n0", initialVoters: ["n0"]).found.state.log),
                [2])
        }
    }
}
