import Consensus
import Storage
import XCTest

@testable import Simulation

/// The simulated disk behaves like a real one.
final class SimulatedDiskTests: XCTestCase {
    private let first = [UInt8](repeating: 1, count: 700)
    private let second = [UInt8](repeating: 2, count: 900)

    /// A disk whose file `f` holds `first` durably.
    private func disk() throws -> SimulatedDisk {
        var disk = SimulatedDisk()
        try disk.create("f")
        try disk.append(first, to: "f")
        try disk.sync("f")
        try disk.syncDirectory()
        return disk
    }

    /// The possible contents of `name` after a power cut.
    private func remains(_ disk: SimulatedDisk, after name: String = "f") throws -> Set<[UInt8]> {
        try Set(
            (0..<200).map { seed in
                var left = disk
                var generator = SeededGenerator(seed: UInt64(seed))
                left.crash(using: &generator)
                return try left.read(name)
            })
    }

    func testWhatIsWrittenIsVisibleAtOnceAndDurableAtSync() throws {
        var disk = try disk()
        try disk.append(second, to: "f")
        XCTAssertEqual(try disk.read("f"), first + second)
        XCTAssertGreaterThan(try remains(disk).count, 3)
        try disk.sync("f")
        XCTAssertEqual(try remains(disk), [first + second])
    }

    func testAPowerCutLeavesBytesMissingAtTheEndOrWholeSectorsZero() throws {
        var disk = try disk()
        try disk.append(second, to: "f")
        var seen = (short: false, zero: false)
        for left in try remains(disk) {
            XCTAssertEqual(Array(left.prefix(700)), first, "what is durable stays")
            var start = 700
            while start < left.count {
                let end = min((start / 512 + 1) * 512, left.count)
                let sector = Set(left[start..<end])
                XCTAssertTrue(sector == [0] || sector == [2], "\(sector) from byte \(start) on")
                if sector == [0] { seen.zero = true }
                start = end
            }
            if left.count < 1_600 { seen.short = true }
        }
        XCTAssertTrue(seen.short && seen.zero)
    }

    func testAfterASyncThatFailedTheSamePagesCountAsCleanAndAreLost() throws {
        var disk = try disk()
        try disk.append(second, to: "f")
        disk.failure = SimulatedDisk.Failure(after: 0, lasts: false)
        XCTAssertThrowsError(try disk.sync("f"))
        XCTAssertEqual(try disk.read("f"), first + second, "the cache holds them")
        try disk.sync("f")
        XCTAssertEqual(try remains(disk), [first], "a sync of clean pages does nothing")
    }

    func testWhatIsWrittenAgainAfterASyncThatFailedIsDurable() throws {
        var disk = try disk()
        try disk.append(second, to: "f")
        disk.failure = SimulatedDisk.Failure(after: 0, lasts: false)
        XCTAssertThrowsError(try disk.sync("f"))
        try disk.create("copy")
        try disk.append(try disk.read("f"), to: "copy")
        try disk.sync("copy")
        try disk.rename("copy", to: "f")
        try disk.syncDirectory()
        XCTAssertEqual(try remains(disk), [first + second])
    }

    func testWritesAfterLostPagesLeaveAHole() throws {
        var disk = try disk()
        try disk.append(second, to: "f")
        disk.failure = SimulatedDisk.Failure(after: 0, lasts: false)
        XCTAssertThrowsError(try disk.sync("f"))
        try disk.append(second, to: "f")
        try disk.sync("f")
        // The page that the last bytes begin in, from byte 1,536, becomes dirty as a whole.
        let hole = first + [UInt8](repeating: 0, count: 836) + [UInt8](repeating: 2, count: 964)
        XCTAssertEqual(try remains(disk), [hole])
    }

    func testANameIsDurableOnceTheDirectoryIsSynced() throws {
        var disk = try disk()
        try disk.rename("f", to: "g")
        var names: Set<[String]> = []
        for seed in 0..<50 {
            var left = disk
            var generator = SeededGenerator(seed: UInt64(seed))
            left.crash(using: &generator)
            names.insert(try left.list())
        }
        XCTAssertEqual(names, [["f"], ["g"]])
        try disk.syncDirectory()
        XCTAssertEqual(try remains(disk, after: "g"), [first])
    }

    func testACallFailsOnceOrPermanently() throws {
        for lasts in [false, true] {
            var disk = try disk()
            disk.failure = SimulatedDisk.Failure(after: 1, lasts: lasts)
            try disk.append([3], to: "f")
            XCTAssertThrowsError(try disk.append(second, to: "f"))
            XCTAssertEqual(try disk.read("f").count, 701 + 450, "a part may be written")
            if lasts {
                XCTAssertThrowsError(try disk.create("g"))
                XCTAssertThrowsError(try disk.rename("f", to: "g"))
                XCTAssertThrowsError(try disk.remove("f"))
                XCTAssertThrowsError(try disk.syncDirectory())
            } else {
                XCTAssertNoThrow(try disk.create("g"))
            }
            disk.mend()
            XCTAssertNoThrow(try disk.create("g"))
        }
    }

    func testDamageOutlivesAPowerCut() throws {
        var disk = try disk()
        disk.damage("f", at: 5, by: 4)
        disk.shorten("f", to: 10)
        XCTAssertEqual(try remains(disk), [[1, 1, 1, 1, 1, 5, 1, 1, 1, 1]])
        disk.lose("f")
        var generator = SeededGenerator(seed: 1)
        disk.crash(using: &generator)
        XCTAssertEqual(try disk.list(), [])
    }
}
