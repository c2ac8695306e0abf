import TestPrograms
import XCTest

@testable import Consensus
@testable import KeyValue
@testable import Storage

/// A disk that fails, recovers, and later loses power must keep what was acknowledged or read.
final class FailingDiskTests: XCTestCase {
    private typealias Storage = MemberStorage<HarshDisk>

    private static func open(_ disk: HarshDisk) throws -> (storage: Storage, found: Storage.Found) {
        try Storage.open(on: disk, node: "n0", initialVoters: ["n0"], segmentSize: 700)
    }

    /// What a start must read.
    private struct Content: Hashable {
        var state = HardState()
        var base = LogPosition(index: 0, term: 0)
        var terms: [Term] = []

        var lastIndex: Index { base.index + terms.count }
    }

    private static func content(_ found: StoredState) -> Content {
        let log = found.log
        return Content(
            state: found.hardState,
            base: LogPosition(index: log.lastIncludedIndex, term: log.lastIncludedTerm),
            terms: log.terms)
    }

    /// Starts the member again until a start succeeds. Before each start the disk may lose power.
    private static func restart(
        _ disk: HarshDisk, using generator: inout SeededGenerator
    ) throws -> (storage: Storage, found: Storage.Found) {
        while true {
            if Bool.random(using: &generator) { disk.powerCut(using: &generator) }
            if Int.random(in: 0..<3, using: &generator) == 0 {
                disk.callsUntilFailure = Int.random(in: 0..<12, using: &generator)
            } else {
                disk.callsUntilFailure = nil
            }
            do {
                let opened = try open(disk)
                disk.callsUntilFailure = nil
                return opened
            } catch is DiskError {
                continue
            }
        }
    }

    private static func next(
        _ content: Content, using generator: inout SeededGenerator
    ) -> (StorageUpdate, Content) {
        var next = content
        if Int.random(in: 0..<5, using: &generator) == 0, !content.terms.isEmpty {
            let count = Int.random(in: 1...content.terms.count, using: &generator)
            next.base = LogPosition(index: content.base.index + count, term: content.terms[count - 1])
            next.terms.removeFirst(count)
            return (.snapshot(next.base), next)
        }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            next.state = HardState(
                term: next.state.term + 1, votedFor: ["n0", "n1", nil].randomElement(using: &generator)!)
        }
        next.terms.removeLast(Int.random(in: 0...min(2, next.terms.count), using: &generator))
        let start = next.lastIndex + 1
        let new = Array(repeating: max(1, next.state.term), count: Int.random(in: 1...6, using: &generator))
        next.terms += new
        return (.appending(.terms(new, size: 40), at: start, next.state), next)
    }

    /// Lets each call fail once. The process ends and starts again, with and without a power cut in between.
    func testAcknowledgedAndReadDataSurvivesEveryFailure() {
        let problems = concurrently(Array(0..<400 as Range<UInt64>)) { seed in
            do {
                return try Self.problem(withSeed: seed)
            } catch {
                return "\(error)"
            }
        }
        for (seed, problem) in problems.enumerated() where problem != nil {
            XCTFail("seed \(seed): \(problem ?? "")")
        }
    }

    private static func problem(withSeed seed: UInt64) throws -> String? {
        var generator = SeededGenerator(seed: seed)
        let disk = HarshDisk()
        var (storage, found) = try restart(disk, using: &generator)
        var known = content(found.state)
        for _ in 0..<16 {
            let (ready, next) = next(known, using: &generator)
            let fails = Int.random(in: 0..<3, using: &generator) == 0
            disk.callsUntilFailure = fails ? Int.random(in: 0..<14, using: &generator) : nil
            let isStored = (try? storage.store(ready)) != nil
            disk.callsUntilFailure = nil
            let possible = isStored ? [next] : [known, next]
            known = possible[0]
            if isStored, Bool.random(using: &generator) { continue }
            if isStored, Bool.random(using: &generator) { try storage.noteCleanPoint() }
            (storage, found) = try restart(disk, using: &generator)
            known = content(found.state)
            guard possible.contains(known) else { return "\(known) is none of \(possible)" }
        }
        return nil
    }

    // After a failed fdatasync the pages count as clean. The next start reads them, and must not rely on them.
    func testDataOfAFailedSyncIsWrittenAgainAtTheNextStart() throws {
        let disk = HarshDisk()
        var (storage, _) = try Self.open(disk)
        try storage.store(.appending(.terms([1]), at: 1))
        disk.callsUntilFailure = 1
        XCTAssertThrowsError(try storage.store(.appending(.terms([1, 1]), at: 2))) { error in
            XCTAssertEqual("\(error)", "cannot sync log-000000000001: the disk fails once")
        }
        var (again, found) = try Self.open(disk)
        XCTAssertEqual(Self.content(found.state).terms, [1, 1, 1], "it stands in the cache")
        try again.store(.appending(.terms([1]), at: 4))
        for seed in 0..<20 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let later = disk.copy()
            later.powerCut(using: &generator)
            XCTAssertEqual(Self.content(try Self.open(later).found.state).terms, [1, 1, 1, 1])
        }
    }

    func testATurnIsOneSyncAndACleanEndIsNotedOnce() throws {
        let disk = HarshDisk()
        var (storage, _) = try Self.open(disk)
        let before = disk.syncs
        try storage.store(.appending(.terms([1, 1]), at: 1, HardState(term: 1, votedFor: "n0")))
        XCTAssertEqual(disk.syncs, before + 1)
        try storage.noteCleanPoint()
        XCTAssertEqual(disk.syncs, before + 3, "the manifest and its name")
        try storage.noteCleanPoint()
        XCTAssertEqual(disk.syncs, before + 3, "nothing has happened since")
    }

    /// After a power cut at any call of the first start, the next start succeeds and finds nothing.
    func testAnIncompleteDirectoryIsInitializedAgain() throws {
        for calls in 0... {
            let first = HarshDisk()
            first.callsUntilFailure = calls
            let isMade = (try? Self.open(first)) != nil
            for seed in 0..<40 {
                var generator = SeededGenerator(seed: UInt64(seed))
                let disk = first.copy()
                if seed > 0 { disk.powerCut(using: &generator) }
                XCTAssertEqual(
                    Self.content(try Self.open(disk).found.state), Content(), "after \(calls) calls")
            }
            if isMade { return }
        }
    }
}
