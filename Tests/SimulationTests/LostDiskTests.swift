import Storage
import TestPrograms
import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Simulation

/// Lost and unreadable disks in a simulated cluster.
final class LostDiskTests: XCTestCase {
    func testDisksThatAreLostAreFoundAndTheirMembersReplaced() {
        let scenarios = (1...6).map { seed in
            var scenario = Scenario(plain: UInt64(seed), members: 3, operations: 200)
            scenario.think = 400_000
            scenario.faults.interval = 500_000
            scenario.faults.weights = [.lostDisk: 2, .crash: 1]
            scenario.faults.longest = 200_000
            scenario.limits.snapshotEvery = seed % 2 == 0 ? 20 : 10_000
            return scenario
        }
        var tally = Tally()
        for report in concurrently(scenarios, { Simulation($0).run() }) {
            XCTAssertNil(report.violation, "\(report.violation as Any)")
            tally.add(report.tally)
        }
        XCTAssertGreaterThan(tally.lossesFound, 0)
        XCTAssertGreaterThan(tally.replacements, 1)
        XCTAssertGreaterThan(tally.lostDisks, tally.lossesFound)
    }

    /// A failed read is an error, not a missing file.
    func testAStartOnAnUnreadableDiskFailsAndChangesNothing() throws {
        func open(_ disk: SimulatedDisk) throws -> (
            storage: MemberStorage<SimulatedDisk>, found: MemberStorage<SimulatedDisk>.Found
        ) {
            try MemberStorage.open(on: disk, node: "n0", initialVoters: ["n0"], segmentSize: 100)
        }
        var (storage, _) = try open(SimulatedDisk())
        for index in 1...5 {
            let entry = Entry(term: 1, "c1 1 write 1 \(index)")
            try storage.store(StorageUpdate(log: .suffix(from: index, [entry])))
        }
        for reads in 0... {
            var disk = storage.disk
            let mirror = DiskMirror()
            disk.mirror = mirror
            disk.readsUntilFailure = reads
            do {
                let found = try open(disk).found
                XCTAssertEqual(found.state.log.lastIndex, 5)
                XCTAssertGreaterThan(reads, 5, "every file is read")
                return
            } catch let error as DiskError {
                XCTAssertEqual(error.reason, "input/output error")
                var left = try XCTUnwrap(mirror.seen)
                left.mend()
                XCTAssertEqual(try left.list(), try disk.list())
                XCTAssertEqual(try open(left).found.state.log.lastIndex, 5)
            }
        }
    }
}
