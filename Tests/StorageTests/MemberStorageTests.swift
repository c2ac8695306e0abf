import Simulation
import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Storage

final class MemberStorageTests: XCTestCase {
    private func open(
        _ disk: SimulatedDisk, segmentSize: Int = 400
    ) throws -> (storage: MemberStorage<SimulatedDisk>, found: MemberStorage<SimulatedDisk>.Found) {
        try MemberStorage.open(on: disk, node: "n0", initialVoters: ["n0"], segmentSize: segmentSize)
    }

    func testANewDirectoryHoldsNothing() throws {
        let found = try open(SimulatedDisk()).found
        XCTAssertEqual(found.state.hardState, HardState())
        XCTAssertEqual(found.state.log.lastIndex, 0)
        XCTAssertNil(found.tornTail)
    }

    func testStoredStateIsReadAfterARestart() throws {
        var (storage, _) = try open(SimulatedDisk())
        try storage.store(.appending(.terms([1, 1, 3]), at: 1, HardState(term: 3, votedFor: "n1")))
        try storage.store(.appending(.terms([3]), at: 4))
        let found = try open(storage.disk).found
        XCTAssertEqual(found.state.hardState, HardState(term: 3, votedFor: "n1"))
        XCTAssertEqual(found.state.log.terms, [1, 1, 3, 3])
    }

    func testOneTurnIsOneSync() throws {
        var (storage, _) = try open(SimulatedDisk(), segmentSize: 1 << 20)
        let before = storage.disk.syncs
        try storage.store(.appending(.terms([1, 1, 1, 1]), at: 1, HardState(term: 1)))
        XCTAssertEqual(storage.disk.syncs, before + 1)
        try storage.store(StorageUpdate())
        XCTAssertEqual(storage.disk.syncs, before + 1, "nothing had to be durable")
    }

    // Scenario 74
    func testATruncatedSuffixDoesNotComeBack() throws {
        var (storage, _) = try open(SimulatedDisk())
        try storage.store(.appending(.terms([1, 1, 1, 1]), at: 1))
        try storage.store(.appending(.terms([2]), at: 3))
        XCTAssertEqual(try open(storage.disk).found.state.log.terms, [1, 1, 2])
    }

    // Scenario 72
    func testATornTailIsTruncatedAndReported() throws {
        var (storage, _) = try open(SimulatedDisk())
        try storage.store(.appending(.terms([1, 1]), at: 1))
        var torn = storage.disk
        try torn.append(Array("RKVf but no more".utf8), to: "log-000000000001")
        let (again, found) = try open(torn)
        XCTAssertEqual(found.state.log.terms, [1, 1])
        XCTAssertEqual(found.tornTail?.file, "log-000000000001")
        XCTAssertNil(try open(again.disk).found.tornTail, "it was cut off")
    }

    // Scenario 72
    func testADamagedByteBeforeTheLastFrameIsAnError() throws {
        var (storage, _) = try open(SimulatedDisk(), segmentSize: 1 << 20)
        try storage.store(.appending(.terms([1, 1]), at: 1, HardState(term: 1, votedFor: "n0")))
        var disk = storage.disk
        let whole = try disk.read("log-000000000001").count
        try storage.store(.appending(.terms([1]), at: 3))
        for offset in 0..<whole {
            var damaged = storage.disk
            damaged.damage("log-000000000001", at: offset)
            XCTAssertThrowsError(try open(damaged), "byte \(offset)") { error in
                guard let damage = error as? Damage else { return XCTFail("\(error)") }
                XCTAssertEqual(damage.file, "log-000000000001")
                XCTAssertLessThanOrEqual(damage.offset ?? .max, offset)
            }
        }
    }

    func testADirectoryOfAnotherMemberOrVersionIsRefused() throws {
        var (storage, _) = try open(SimulatedDisk())
        try storage.store(.appending(.terms([1]), at: 1))
        XCTAssertThrowsError(try MemberStorage.open(on: storage.disk, node: "n1", initialVoters: ["n0"])) {
            error in
            XCTAssertEqual("\(error)", "manifest is damaged at byte 0: it belongs to n0, not to n1")
        }
    }

    func testAFailedDiskStoresNothingAndReportsTheReason() throws {
        var (storage, _) = try open(SimulatedDisk())
        storage.disk.callsUntilFailure = 1
        XCTAssertThrowsError(try storage.store(.appending(.terms([1]), at: 1))) { error in
            XCTAssertEqual("\(error)", "cannot sync log-000000000001: the simulated disk has failed")
        }
    }

    /// Stores at random, with a crash or failure at any call. The next start must read what was acknowledged and, at
    /// most, the whole unacknowledged update.
    func testEveryAcknowledgedStoreSurvivesACrashAtAnyMoment() throws {
        for seed in 0..<400 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var (storage, _) = try open(SimulatedDisk(), segmentSize: 300)
            var acknowledged: [Term] = []
            var term = 1
            for _ in 0..<12 {
                if Int.random(in: 0..<3, using: &generator) == 0 { term += 1 }
                let keep = Int.random(
                    in: max(0, acknowledged.count - 2)...acknowledged.count, using: &generator)
                let new = Array(repeating: term, count: Int.random(in: 1...4, using: &generator))
                let next = Array(acknowledged[..<keep]) + new
                let store = StorageUpdate.appending(.terms(new), at: keep + 1, HardState(term: term))
                let crashes = Int.random(in: 0..<4, using: &generator) == 0
                if crashes { storage.disk.callsUntilFailure = Int.random(in: 0..<4, using: &generator) }
                let isAcknowledged = (try? storage.store(store)) != nil
                if isAcknowledged { acknowledged = next }
                guard crashes else { continue }
                var disk = storage.disk
                disk.crash(using: &generator)
                let (again, found) = try open(disk, segmentSize: 300)
                storage = again
                let recovered = found.state.log.terms
                let possible = isAcknowledged ? [acknowledged] : [acknowledged, next]
                XCTAssertTrue(
                    possible.contains(recovered), "seed \(seed): \(recovered) is none of \(possible)")
                acknowledged = recovered
            }
        }
    }
}
