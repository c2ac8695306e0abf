import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Storage

/// Updates larger than a frame: 4 GB, and less here.
final class FrameSizeTests: XCTestCase {
    private typealias Storage = MemberStorage<HarshDisk>

    private func open(_ disk: HarshDisk, frameSize: Int = 200) throws -> (
        storage: Storage, found: Storage.Found
    ) {
        try Storage.open(on: disk, node: "n0", initialVoters: ["n0"], frameSize: frameSize)
    }

    func testEntriesThatDoNotFitAFrameTakeSeveral() throws {
        let disk = HarshDisk()
        let voters = (1...5).map { "node-\($0)" }
        let entries: [Entry] =
            .terms([1, 1, 2, 2], size: 100) + [Entry(term: 2, payload: .noOp)]
            + [Entry(term: 2, payload: .membership(Membership(voters: voters, outgoing: ["n0"])))]
        var (storage, _) = try open(disk)
        try storage.store(.appending(entries, at: 1, HardState(term: 2, votedFor: "n0")))
        let found = try open(disk).found.state
        XCTAssertEqual(Array(found.log[1...6]), entries)
        XCTAssertEqual(found.hardState, HardState(term: 2, votedFor: "n0"))
        let before = disk.syncs
        try storage.store(.appending([], at: 2))
        XCTAssertEqual(disk.syncs, before + 1)
    }

    /// A crash between two frames of an unacknowledged update leaves a prefix of it.
    func testACrashAmongSeveralFramesLeavesAPrefixOfTheEntries() throws {
        var seen: Set<Int> = []
        for calls in 0..<12 {
            let disk = HarshDisk()
            var (storage, _) = try open(disk)
            try storage.store(.appending(.terms([1, 1, 1]), at: 1))
            disk.callsUntilFailure = calls
            let new: [Entry] = .terms([2, 2, 2, 2, 2], size: 100)
            let isStored = (try? storage.store(.appending(new, at: 2))) != nil
            disk.callsUntilFailure = nil
            for seed in 0..<10 {
                var generator = SeededGenerator(seed: UInt64(seed))
                let later = disk.copy()
                later.powerCut(using: &generator)
                let terms = try open(later).found.state.log.terms
                let count = terms.count(where: { $0 == 2 })
                if count == 0 {
                    XCTAssertEqual(terms, [1, 1, 1])
                } else {
                    XCTAssertEqual(terms, [1] + Array(repeating: 2, count: count))
                }
                if isStored { XCTAssertEqual(count, 5) }
                seen.insert(count)
            }
        }
        XCTAssertEqual(seen, [0, 1, 2, 3, 4, 5])
    }

    func testAnEntryThatFitsNoFrameIsRefusedWithTheReason() throws {
        let disk = HarshDisk()
        var (storage, _) = try open(disk)
        XCTAssertThrowsError(try storage.store(.appending(.terms([1], size: 300), at: 1))) { error in
            XCTAssertEqual(
                "\(error)",
                "cannot write log-000000000001: an entry of 328 bytes does not fit a frame, which takes 200")
        }
        XCTAssertThrowsError(try open(HarshDisk(), frameSize: 30))
        XCTAssertEqual(try open(disk).found.state.log.lastIndex, 0)
    }

    func testAPieceOfASnapshotThatDoesNotFitAFrameTakesSeveral() throws {
        let disk = HarshDisk()
        var (storage, _) = try open(disk, frameSize: 91)
        var store = Store()
        for number in 1...20 {
            let value = "\"\(String(repeating: "\u{e9}\u{1f40c}", count: number))\""
            let request = Command(
                RequestID(client: "c1", number: number),
                .write(key: JSONValue(canonical: "\(number)"), value: JSONValue(canonical: value)))
            _ = store.apply(request)
        }
        try storage.store(.appending(.terms([1]), at: 1))
        try storage.store(.snapshot(LogPosition(index: 1, term: 1), of: store))
        let found = try open(disk).found.state.store
        XCTAssertEqual(found.count, 20)
        XCTAssertEqual(found[JSONValue(canonical: "7")]?.text, store[JSONValue(canonical: "7")]?.text)
    }
}
