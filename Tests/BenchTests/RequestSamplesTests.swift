import XCTest

@testable import mini_maelstrom

final class RequestSamplesTests: XCTestCase {
    private func completion(_ kind: Request.Kind, _ outcome: Outcome, latency: UInt64 = 1000, node: Int = 0)
        -> Clients.Completion
    {
        Clients.Completion(
            worker: 0, process: 0, node: node, request: Request(key: 7, kind: kind), outcome: outcome,
            latency: latency)
    }

    func testEveryRequestIsKeptWhileThereAreFew() {
        var samples = RequestSamples()
        samples.add(completion(.read, .ok(nil), latency: 2000, node: 3), at: 5000)
        samples.add(completion(.write, .unknown(.timeout)), at: 6000)
        let kept = samples.series.filter { $0.count > 0 }
        XCTAssertEqual(kept.map(\.kind), [.read, .write])
        XCTAssertEqual(kept.map(\.ending), [.ok, .info])
        XCTAssertEqual(kept.map(\.stride), [1, 1])
        XCTAssertEqual(kept[0].samples.map(\.asked), [3000])
        XCTAssertEqual(kept[0].samples.map(\.node), [3])
        XCTAssertEqual(kept[1].samples.map(\.reason), ["net-timeout"])
    }

    func testTheLargestSeriesIsThinnedAndAllRequestsAreCounted() {
        var samples = RequestSamples(limit: 100)
        for time in 0..<1000 { samples.add(completion(.read, .ok(nil)), at: UInt64(time) * 1000) }
        for _ in 0..<10 { samples.add(completion(.cas, .failed(.timeout)), at: 0) }
        let reads = samples.series[0]
        XCTAssertEqual(reads.count, 1000)
        XCTAssertLessThanOrEqual(reads.samples.count, 100)
        XCTAssertGreaterThan(reads.samples.count, 25)
        // Every n-th request, evenly.
        let times = reads.samples.map { $0.asked + 1000 }.dropFirst()
        XCTAssertEqual(Set(zip(times, times.dropFirst()).map { $1 - $0 }), [UInt64(reads.stride) * 1000])
        let failed = samples.series.first { $0.kind == .cas && $0.ending == .fail }
        XCTAssertEqual(failed?.samples.count, 10)
        XCTAssertEqual(failed?.stride, 1)
    }

    func testBinsWidenAndLoseNothing() {
        var samples = RequestSamples()
        for second in 0..<600 {
            samples.add(
                completion(.write, .ok(nil), latency: UInt64(second) * 1000),
                at: UInt64(second) * 1_000_000_000)
        }
        XCTAssertLessThanOrEqual(samples.bins.count, RequestSamples.mostBins)
        XCTAssertEqual(samples.binWidth, 3_200_000_000)
        XCTAssertEqual(samples.bins.map { $0.counts.all }.reduce(0, +), 600)
        XCTAssertEqual(samples.bins.map(\.slowest).max(), 599_000)
        XCTAssertEqual(samples.bins[0].counts.all, 4)
    }
}
