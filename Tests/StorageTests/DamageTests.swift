import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Storage

/// Files that are missing, short or changed.
final class DamageTests: XCTestCase {
    private typealias Storage = MemberStorage<HarshDisk>

    private func open(_ disk: HarshDisk, segmentSize: Int = 700) throws -> (
        storage: Storage, found: Storage.Found
    ) {
        try Storage.open(on: disk, node: "n0", initialVoters: ["n0"], segmentSize: segmentSize)
    }

    /// A snapshot up to entry 8, and a log of several files after it.
    private func filled(isCleanEnd: Bool = true) throws -> HarshDisk {
        let disk = HarshDisk()
        var (storage, _) = try open(disk)
        try storage.store(.appending(.terms([1]), at: 1, HardState(term: 1, votedFor: "n1")))
        for index in 2...16 { try storage.store(.appending(.terms([1], size: 80), at: index)) }
        try storage.store(.snapshot(LogPosition(index: 8, term: 1)))
        try storage.store(.appending(.terms([1]), at: 17))
        if isCleanEnd { try storage.noteCleanPoint() }
        return disk
    }

    private func damage(_ disk: HarshDisk, file: StaticString = #filePath, line: UInt = #line) -> Damage? {
        do {
            _ = try open(disk)
            XCTFail("it starts", file: file, line: line)
        } catch let damage as Damage {
            return damage
        } catch {
            XCTFail("\(error)", file: file, line: line)
        }
        return nil
    }

    private func logs(_ disk: HarshDisk) throws -> [String] {
        try disk.list().filter { $0.hasPrefix("log-") }.sorted()
    }

    /// The offset of the last frame of the log.
    private func lastFrame(_ file: [UInt8]) -> Int {
        var offset = 0
        while case .whole(_, let payload) = Frame.find(in: file, at: offset), payload.endIndex < file.count {
            offset = payload.endIndex
        }
        return offset
    }

    func testAFileThatIsMissingIsNamed() throws {
        for isCleanEnd in [true, false] {
            let disk = try filled(isCleanEnd: isCleanEnd)
            XCTAssertGreaterThan(try logs(disk).count, 2)
            for name in try disk.list() {
                let less = disk.copy()
                try less.remove(name)
                let found = damage(less)
                XCTAssertEqual(found?.file, name)
                XCTAssert(found?.description.hasPrefix("\(name) is missing: ") == true, "\(found as Any)")
            }
        }
    }

    func testAFileThatIsEmptyOrShorterIsNamed() throws {
        let disk = try filled()
        for name in try disk.list() {
            for count in [0] + stride(from: disk[name].count % 3, to: disk[name].count, by: 3) {
                let less = disk.copy()
                less[name] = Array(disk[name][..<count])
                // The file after it reveals that an earlier file is short.
                let found = damage(less)
                XCTAssert(
                    found?.file.hasPrefix(name.prefix(4)) == true, "\(name) cut to \(count): \(found as Any)")
            }
        }
    }

    // Scenario 72
    func testAFlippedBitIsDamageAlsoInTheLastFrame() throws {
        for isCleanEnd in [true, false] {
            let disk = try filled(isCleanEnd: isCleanEnd)
            let last = try XCTUnwrap(try logs(disk).last)
            for name in try disk.list() {
                for slot in stride(from: isCleanEnd ? 0 : 3, to: disk[name].count, by: 5) {
                    let less = disk.copy()
                    less[name][slot] ^= 1 << (slot % 8)
                    XCTAssertNotNil(damage(less), "byte \(slot) of \(name)")
                }
            }
            for bit in (lastFrame(disk[last]) * 8)..<(disk[last].count * 8) {
                let less = disk.copy()
                less[last][bit / 8] ^= 1 << (bit % 8)
                XCTAssertEqual(damage(less)?.file, last, "bit \(bit % 8) of byte \(bit / 8)")
            }
        }
    }

    // Scenario 72
    /// The end of a log beyond the last clean point: a frame of several sectors, not all of them written.
    func testALastFrameWithUnwrittenSectorsIsATornTail() throws {
        for length in [1, 60, 90, 300, 478, 1100] {
            let disk = HarshDisk()
            var (storage, _) = try open(disk, segmentSize: 1 << 20)
            try storage.store(.appending(.terms([1], size: 300 + length % 7), at: 1))
            try storage.store(.appending(.terms([1], size: length), at: 2))
            let name = "log-000000000001"
            let whole = disk[name]
            let start = lastFrame(whole)
            func expectTorn(_ bytes: [UInt8], _ what: String) throws {
                let torn = disk.copy()
                torn[name] = bytes
                let (again, found) = try open(torn, segmentSize: 1 << 20)
                XCTAssertEqual(found.state.log.lastIndex, 1, what)
                XCTAssertEqual(found.tornTail?.offset, start, what)
                XCTAssertEqual(found.tornTail?.size, bytes.count - start, what)
                XCTAssertEqual(again.disk[name], Array(whole[..<start]), "it was cut off")
            }
            for end in stride(from: start + 1, to: whole.count, by: 9) {
                try expectTorn(Array(whole[..<end]), "cut at \(end)")
            }
            let sectors = Set((start..<whole.count).map { $0 / 512 }).sorted()
            for sector in sectors {
                var bytes = whole
                for byte in max(start, sector * 512)..<min(whole.count, sector * 512 + 512) {
                    bytes[byte] = 0
                }
                try expectTorn(bytes, "without sector \(sector)")
            }
        }
    }

    /// Zeros in the content do not count as unwritten sectors, wherever sectors end.
    func testAFlippedBitInAFrameOfZerosIsDamageAndNotTorn() {
        for slot in [0, 100] + (465..<512) {
            for payload in [[7, 0, 0, 0], [0], Array(repeating: UInt8(0), count: 600)] {
                let before = Array(repeating: UInt8(1), count: slot)
                let file = before + Frame.encode(payload, sequence: 1, at: slot)
                guard case .whole = Frame.find(in: file, at: slot) else { return XCTFail("\(slot)") }
                for byte in stride(from: slot, to: file.count, by: payload.count > 4 ? 7 : 1) {
                    var other = file
                    other[byte] ^= 0x10
                    guard case .damaged = Frame.find(in: other, at: slot) else {
                        return XCTFail("byte \(byte) of the frame at \(slot)")
                    }
                }
            }
        }
    }

    func testATornFrameFollowedByAnotherIsDamage() throws {
        let disk = try filled(isCleanEnd: false)
        let name = try XCTUnwrap(try logs(disk).last)
        let start = lastFrame(disk[name])
        // The frame before the last one was synced, and its bytes are missing.
        let frame = try XCTUnwrap(Optional(lastFrame(Array(disk[name][..<start]))))
        for byte in frame..<start { disk[name][byte] = 0 }
        XCTAssertEqual(damage(disk)?.offset, frame)
    }

    func testATornFrameInALogFileThatIsNotTheLastIsDamage() throws {
        let disk = try filled(isCleanEnd: false)
        let name = try logs(disk)[1]
        let start = lastFrame(disk[name])
        disk[name].removeLast()
        let found = damage(disk)
        XCTAssertEqual(found?.file, name)
        XCTAssertEqual(found?.offset, start)
    }

    func testANewLogFileRepeatsTermAndVote() throws {
        let disk = try filled(isCleanEnd: false)
        XCTAssertNotEqual(try logs(disk).first, "log-000000000001", "the file that said them is gone")
        XCTAssertEqual(try open(disk).found.state.hardState, HardState(term: 1, votedFor: "n1"))
    }

    // Scenario 72
    /// A flipped bit never makes a part of a frame look like an unwritten sector.
    func testAFlippedBitIsNeverATornFrameWhereverSectorsEnd() throws {
        let name = "log-000000000001"
        for size in 0..<512 {
            var (storage, _) = try open(HarshDisk(), segmentSize: 1 << 20)
            try storage.store(.appending(.terms([1], size: size), at: 1))
            let start = storage.disk[name].count
            let last = Entry(term: 1, payload: .noOp)
            try storage.store(.appending([last], at: 2, HardState(term: 1)))
            let whole = storage.disk[name]
            let payload = start + Frame.headerSize
            for byte in [start, payload - 1, payload, payload + 1, whole.count - 2, whole.count - 1] {
                for bit in 0..<8 {
                    var other = whole
                    other[byte] ^= 1 << bit
                    guard case .damaged = Frame.find(in: other, at: start) else {
                        return XCTFail("bit \(bit) of byte \(byte), of \(whole.count)")
                    }
                }
            }
        }
    }

    func testAnOverflowingSequenceNumberIsDamage() throws {
        let disk = HarshDisk()
        _ = try open(disk)
        for sequence: UInt64 in [.max, 1 << 63, (1 << 62) + 1] {
            let other = disk.copy()
            other["log-000000000001"] = Frame.encode([1], sequence: sequence)
            XCTAssertEqual(damage(other)?.offset, 0)
        }
    }

    /// Files whose names only resemble the member's own.
    func testForeignFilesAreLeftAlone() throws {
        let others = [
            "log-5", "log--00000000005", "log-", "snapshot-", "snapshot-7", "snapshot-\u{0663}", "notes",
        ]
        let disk = HarshDisk()
        for name in others { try disk.create(name) }
        for _ in 1...2 {
            var (storage, found) = try open(disk)
            try storage.store(.appending(.terms([1]), at: found.state.log.lastIndex + 1))
            XCTAssert(Set(others).isSubset(of: try disk.list()))
        }
    }

    func testFilesOfTheFirstFormatAreRefused() throws {
        let disk = HarshDisk()
        try disk.create("log-000000000001")
        try disk.append(Array("RKVf".utf8) + Array(repeating: 7, count: 90), to: "log-000000000001")
        XCTAssertEqual(
            damage(disk)?.description,
            "log-000000000001 is damaged at byte 0: it has format 1, and this program reads format 2 alone")
    }

    func testAnOlderManifestBesideANewerLogIsRefused() throws {
        let disk = HarshDisk()
        var (storage, _) = try open(disk)
        let older = disk["manifest"]
        for index in 1...16 { try storage.store(.appending(.terms([1], size: 80), at: index)) }
        disk["manifest"] = older
        XCTAssertEqual(damage(disk)?.file, "manifest")
    }
}
