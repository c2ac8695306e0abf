import Simulation
import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Storage

/// What a crash leaves of snapshots and of the logs that they cover.
final class SnapshotStorageTests: XCTestCase {
    private typealias Storage = MemberStorage<SimulatedDisk>

    private func open(_ disk: SimulatedDisk) throws -> (storage: Storage, found: Storage.Found) {
        // Every entry begins a new log file, so that a snapshot removes some.
        try Storage.open(on: disk, node: "n0", initialVoters: ["n0"], segmentSize: 1)
    }

    /// A log of eight entries of term 1. A snapshot covers the first three.
    private func filled() throws -> Storage {
        var (storage, _) = try open(SimulatedDisk())
        for index in 1...8 { try storage.store(.appending(.terms([1]), at: index)) }
        try storage.store(.snapshot(LogPosition(index: 3, term: 1)))
        return storage
    }

    /// - Returns: whether all calls succeeded.
    private func store(_ steps: [StorageUpdate], in storage: inout Storage) -> Bool {
        do {
            for step in steps { try storage.store(step) }
            return true
        } catch {
            return false
        }
    }

    /// Runs `steps` with a crash before each disk call in turn, and checks the state that is read then.
    private func crashEverywhere(
        _ steps: [StorageUpdate], _ look: (_ found: StoredState, _ isStored: Bool) -> Void
    ) throws {
        for calls in 0... {
            var storage = try filled()
            storage.disk.callsUntilFailure = calls
            let isStored = store(steps, in: &storage)
            for seed in 0..<10 {
                var generator = SeededGenerator(seed: UInt64(seed))
                var disk = storage.disk
                disk.crash(using: &generator)
                let (again, found) = try open(disk)
                look(found.state, isStored)
                // The state that was read is durable, and is read again.
                var later = again.disk
                later.crash(using: &generator)
                let second = try open(later).found.state
                XCTAssertEqual(second.log.lastIncludedIndex, found.state.log.lastIncludedIndex)
                XCTAssertEqual(second.log.terms, found.state.log.terms)
            }
            if isStored { return }
        }
    }

    // Scenario 68
    func testACrashBetweenASnapshotAndTheCompactionLosesNoEntry() throws {
        try crashEverywhere([.snapshot(LogPosition(index: 6, term: 1))]) { found, isStored in
            XCTAssertTrue([3, 6].contains(found.log.lastIncludedIndex), "\(found.log.lastIncludedIndex)")
            if isStored { XCTAssertEqual(found.log.lastIncludedIndex, 6) }
            XCTAssertEqual(found.snapshot?.position.index, found.log.lastIncludedIndex)
            XCTAssertEqual(found.log.lastIndex, 8)
        }
    }

    // Scenario 68
    func testACrashBetweenALeadersSnapshotAndTheResetDoesNotMixTheTwo() throws {
        let position = LogPosition(index: 6, term: 2)
        let steps = [StorageUpdate.leadersSnapshot(position), .resetting(to: position)]
        try crashEverywhere(steps) { found, isStored in
            if found.log.lastIncludedIndex == 3, !isStored {
                XCTAssertEqual(found.log.terms, [1, 1, 1, 1, 1], "as if nothing had come")
            } else {
                XCTAssertEqual(found.log.lastIncludedIndex, 6)
                XCTAssertEqual(found.log.lastIncludedTerm, 2)
                XCTAssertEqual(found.log.terms, [], "entries 7 and 8 do not follow the snapshot")
            }
        }
    }

    // Scenario 68
    func testACompactedLogWithoutItsSnapshotIsRefused() throws {
        var storage = try filled()
        try storage.store(.snapshot(LogPosition(index: 6, term: 1)))
        var disk = storage.disk
        let snapshots = try disk.list().filter { $0.hasPrefix("snapshot-") }
        XCTAssertEqual(snapshots.count, 1)
        for name in snapshots { try disk.remove(name) }
        XCTAssertThrowsError(try open(disk)) { error in
            XCTAssertTrue(error is Damage, "\(error)")
        }
    }

    // Scenario 71
    func testAMemberThatStartsFromItsSnapshotAppliesNoEntryTwice() throws {
        var (storage, found) = try open(SimulatedDisk())
        var applied: [Index] = []
        var written = 0
        for _ in 0..<5 {
            var settings = Raft.Settings(id: "n0", members: ["n0"], seed: 5)
            settings.limits.snapshotEvery = 4
            var replica = Replica(settings: settings, stored: found.state, now: 1_000_000)
            let start = found.state.snapshot?.position.index ?? 0
            XCTAssertEqual(replica.lastApplied, start, "the store holds what the snapshot stands for")
            // The store of the ended process is gone; entries after the snapshot are applied again.
            applied.removeAll { $0 > start }
            for turn in 1...7 {
                written += 1
                let swap = Update.cas(
                    key: 1, from: JSONValue(canonical: "\(written - 1)"),
                    to: JSONValue(canonical: "\(written)"), createIfNotExists: true)
                replica.advance(to: 1_000_000 + turn * 1_000)
                replica.receive(
                    ClientRequest(client: "c1", messageID: written, .update(swap)),
                    now: 1_000_000 + turn * 1_000)
                let isDone = try replica.drive {
                    try storage.store($0.storage)
                } then: {
                    applied += $0.applied
                }
                XCTAssertTrue(isDone)
            }
            XCTAssertEqual(replica.store[1]?.text, "\(written)", "each swap found the one before it")
            XCTAssertEqual(applied, Array(1...replica.lastApplied))
            (storage, found) = try open(storage.disk)
            XCTAssertGreaterThan(found.state.log.lastIncludedIndex, start, "it took no snapshot")
        }
    }

    // Scenario 73
    func testARestartedLeaderFollowsInTheSameTermWithTheSameVote() throws {
        var (storage, _) = try open(SimulatedDisk())
        let settings = Raft.Settings(id: "n0", members: ["n0"], seed: 5)
        var replica = Replica(settings: settings, now: 1_000_000)
        replica.advance(to: 1_000_000)
        XCTAssertTrue(try replica.drive({ try storage.store($0.storage) }, then: { _ in }))
        XCTAssertTrue(replica.raft.isLeader)
        let found = try open(storage.disk).found.state
        let again = Replica(settings: settings, stored: found, now: 2_000_000)
        guard case .follower = again.raft.role else { return XCTFail("\(again.raft.role)") }
        XCTAssertNil(again.raft.leader, "it leads no longer, and knows nobody who does")
        XCTAssertEqual(again.raft.currentTerm, replica.raft.currentTerm)
        XCTAssertEqual(again.raft.votedFor, "n0")
    }

    // Scenario 75
    func testACrashNeverLeavesATermWithoutItsVote() throws {
        let states = [
            HardState(term: 4, votedFor: "n1"), HardState(term: 5), HardState(term: 6, votedFor: "n2"),
        ]
        for calls in 0... {
            var (storage, _) = try open(SimulatedDisk())
            storage.disk.callsUntilFailure = calls
            let isStored = store(states.map(StorageUpdate.voting), in: &storage)
            for seed in 0..<50 {
                var generator = SeededGenerator(seed: UInt64(seed))
                var disk = storage.disk
                disk.crash(using: &generator)
                let found = try open(disk).found.state.hardState
                XCTAssertTrue(([HardState()] + states).contains(found), "\(found)")
                if isStored { XCTAssertEqual(found, states.last) }
            }
            if isStored { return }
        }
    }

    // Scenario 75
    func testATermAndItsVoteAreStoredInOneUpdate() {
        let settings = Raft.Settings(id: "n0", members: ["n0", "n1", "n2"], seed: 5)
        var raft = Raft(settings: settings, hardState: HardState(term: 2), now: 1_000_000)
        let request = RequestVote(term: 7, candidate: "n1", lastLogIndex: 0, lastLogTerm: 0)
        raft.receive(RaftMessage(id: 1, .requestVote(request)), from: "n1", now: 1_000_000)
        let ready = raft.takeReady()
        XCTAssertEqual(ready.storage.hardState, HardState(term: 7, votedFor: "n1"))
        XCTAssertEqual(ready.early, [], "the vote is said only once it is stored")
        XCTAssertEqual(raft.stored(ready.storage).late.count, 1)
    }
}
