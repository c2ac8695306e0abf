import XCTest

@testable import mini_maelstrom

final class WorkloadTests: XCTestCase {
    private func workload(workers: Int, _ shape: Workload.Shape = .init(), seed: UInt64 = 1) -> Workload {
        Workload(nodes: 3, workers: workers, shape: shape, random: SeededRandom(seed: seed))
    }

    func testHalfOfAGroupReadsAndTheOtherWritesOnceForEveryTwoCas() {
        var workload = workload(workers: 12)
        var counts: [Request.Kind: Int] = [:]
        for round in 0..<12_000 {
            let request = workload.next(worker: round % 12, process: round % 12)
            counts[request.kind, default: 0] += 1
            XCTAssertEqual(request.kind == .read, round % 6 < 3)
            XCTAssertTrue((0..<5).contains(request.value) && (0..<5).contains(request.newValue))
        }
        XCTAssertEqual(counts[.read], 6000)
        XCTAssertEqual(Double(counts[.write] ?? 0), 2000, accuracy: 150)
    }

    func testAKeyRetiresOnceTwentyProcessesHaveUsedIt() {
        var workload = workload(workers: 6)
        for round in 0..<6000 {
            XCTAssertEqual(workload.next(worker: round % 6, process: round % 6).key, 0)
        }
        // Worker 0 never learns its outcomes.
        for process in 6..<20 { XCTAssertEqual(workload.next(worker: 0, process: 6 * process).key, 0) }
        XCTAssertEqual(workload.next(worker: 5, process: 5).key, 0)
        XCTAssertEqual(workload.next(worker: 0, process: 6 * 20).key, 1)
        XCTAssertEqual(workload.next(worker: 5, process: 5).key, 1)
        XCTAssertEqual(workload.keys, [0, 1])
    }

    func testAKeyRetiresAfterTheRequestsThatItMayHave() {
        var workload = workload(workers: 12, Workload.Shape(operationsPerKey: 128))
        var counts: [Int: Int] = [:]
        for round in 0..<10_000 {
            counts[workload.next(worker: round % 12, process: round % 12).key, default: 0] += 1
        }
        XCTAssertTrue(counts.values.allSatisfy { $0 <= 128 })
        XCTAssertTrue(counts.values.count { $0 < 115 } <= 2, "only the last two may be unfinished")
        XCTAssertEqual(counts.keys.sorted(), Array(0..<counts.count))
    }

    func testGroupsWorkOnDifferentKeys() {
        var workload = workload(workers: 12)
        XCTAssertEqual(Set((0..<6).map { workload.next(worker: $0, process: $0).key }), [0])
        XCTAssertEqual(Set((6..<12).map { workload.next(worker: $0, process: $0).key }), [1])
    }

    func testASingleWorkerReadsAndWrites() {
        var workload = workload(workers: 1)
        XCTAssertEqual(
            Set((0..<100).map { _ in workload.next(worker: 0, process: 0).kind }), [.read, .write, .cas])
    }

    func testTheMixAndTheKeysMayBeSet() {
        var workload = workload(workers: 5, Workload.Shape(keyCount: 16, readRatio: 0.5))
        var counts: [Request.Kind: Int] = [:]
        var keys: Set<Int> = []
        for round in 0..<10_000 {
            let request = workload.next(worker: round % 5, process: round % 5)
            counts[request.kind, default: 0] += 1
            keys.insert(request.key)
        }
        XCTAssertEqual(keys, Set(0..<16))
        XCTAssertEqual(Double(counts[.read] ?? 0), 5000, accuracy: 300)
        XCTAssertEqual(Double(counts[.cas] ?? 0), 2500, accuracy: 300)
    }

    func testTheSameSeedGivesTheSameRequests() {
        var one = workload(workers: 6, seed: 4)
        var other = workload(workers: 6, seed: 4)
        for worker in 0..<600 {
            XCTAssertEqual(
                one.next(worker: worker % 6, process: worker % 6),
                other.next(worker: worker % 6, process: worker % 6))
        }
    }

    func testAWorkersRequestsDoNotDependOnTheTimingOfOthers() {
        var one = workload(workers: 6, seed: 4)
        var other = workload(workers: 6, seed: 4)
        func shape(_ request: Request) -> Request {
            var request = request
            request.key = 0
            return request
        }
        let inTurns = (0..<300).map { one.next(worker: $0 % 6, process: $0 % 6) }.enumerated()
        let (first, last) = (
            (0..<50).map { _ in other.next(worker: 0, process: 0) },
            (0..<50).map { _ in other.next(worker: 5, process: 5) }
        )
        XCTAssertEqual(first.map(shape), inTurns.filter { $0.offset % 6 == 0 }.map { shape($0.element) })
        XCTAssertEqual(last.map(shape), inTurns.filter { $0.offset % 6 == 5 }.map { shape($0.element) })
    }

    func testWorkersSendRequestsAtTheRequestedRate() {
        var pace = Pace(workers: 10, rate: 100, random: SeededRandom(seed: 2))
        var now: UInt64 = 0
        for _ in 0..<2000 {
            now = pace.next ?? 0
            guard let worker = pace.take(at: now) else { return XCTFail("due, and nobody asks") }
            pace.release(worker)
        }
        XCTAssertEqual(Double(now) / 1e9, 20, accuracy: 1)
    }

    func testLateRequestsAreNotMadeUpFor() {
        var pace = Pace(workers: 1, rate: 100, random: SeededRandom(seed: 2))
        XCTAssertEqual(pace.take(at: 0), 0)
        XCTAssertNil(pace.next)
        pace.release(0)
        XCTAssertEqual(pace.take(at: 10_000_000_000), 0)
        pace.release(0)
        XCTAssertGreaterThanOrEqual(pace.next ?? 0, 10_000_000_000)
    }

    func testWithoutARateWorkersSendRequestsWheneverTheyAreFree() {
        var pace = Pace(workers: 3, rate: .infinity, random: SeededRandom(seed: 2))
        XCTAssertEqual(Set((0..<3).compactMap { _ in pace.take(at: 5) }), [0, 1, 2])
        XCTAssertNil(pace.take(at: 5))
        pace.release(1)
        XCTAssertEqual(pace.take(at: 5), 1)
    }

    func testARateOfZeroAsksNothing() {
        var pace = Pace(workers: 3, rate: 0, random: SeededRandom(seed: 2))
        XCTAssertNil(pace.next)
        XCTAssertNil(pace.take(at: .max))
    }

    func testQuantilesAreRightToOnePartInSixtyFour() {
        var histogram = Histogram()
        XCTAssertEqual(histogram.quantile(0.5), 0)
        for value in 1...100_000 as ClosedRange<UInt64> { histogram.add(value * 1000) }
        for share in [0.01, 0.5, 0.95, 0.99] {
            let exact = share * 1e8
            XCTAssertEqual(Double(histogram.quantile(share)), exact, accuracy: exact / 60)
        }
        XCTAssertEqual(histogram.quantile(1), 100_000_000)
        histogram.add(.max)
        XCTAssertEqual(histogram.quantile(1), .max)
    }
}
