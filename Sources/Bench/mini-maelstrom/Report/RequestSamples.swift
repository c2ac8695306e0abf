/// The times and latencies of requests, in constant space. Every request is counted; of kinds with too many requests,
/// only every second, fourth or eighth is kept.
struct RequestSamples: Sendable {
    /// The largest number of requests kept.
    static let limit = 20_000
    /// The largest number of bins.
    static let mostBins = 240

    struct Sample: Sendable {
        /// In nanoseconds since the start.
        var asked: UInt64
        /// In nanoseconds.
        var latency: UInt64
        var key: Int
        var node: Int
        /// Why it is not ok; nil if it is.
        var reason: String?
    }

    struct Series: Sendable {
        var kind: Request.Kind
        var ending: Ending
        /// The number of all requests.
        fileprivate(set) var count = 0
        /// One of every `stride` requests is kept.
        fileprivate(set) var stride = 1
        fileprivate(set) var samples: [Sample] = []
    }

    /// The requests that ended within a time span.
    struct Bin: Sendable {
        var counts = Counts()
        /// In nanoseconds.
        var slowest: UInt64 = 0
    }

    private(set) var series: [Series]
    private(set) var bins: [Bin] = []
    /// The length of a bin, in nanoseconds.
    private(set) var binWidth: UInt64 = 50_000_000
    private var kept = 0
    private let limit: Int

    init(limit: Int = RequestSamples.limit) {
        self.limit = limit
        series = Request.Kind.allCases.flatMap { kind in
            Ending.allCases.map { Series(kind: kind, ending: $0) }
        }
    }

    /// - Parameter now: in nanoseconds since the start.
    mutating func add(_ completion: Clients.Completion, at now: UInt64) {
        let ending = completion.outcome.ending
        count(ending, latency: completion.latency, at: now)
        let index = completion.request.kind.rawValue * Ending.allCases.count + ending.rawValue
        defer { series[index].count += 1 }
        guard series[index].count % series[index].stride == 0 else { return }
        series[index].samples.append(
            Sample(
                asked: now - min(now, completion.latency), latency: completion.latency,
                key: completion.request.key, node: completion.node, reason: completion.outcome.reason?.name))
        kept += 1
        if kept > limit { thin() }
    }

    private mutating func count(_ ending: Ending, latency: UInt64, at now: UInt64) {
        while Int(now / binWidth) >= RequestSamples.mostBins { widen() }
        let bin = Int(now / binWidth)
        while bins.count <= bin { bins.append(Bin()) }
        bins[bin].counts.add(ending)
        bins[bin].slowest = max(bins[bin].slowest, latency)
    }

    private mutating func widen() {
        binWidth *= 2
        bins = stride(from: 0, to: bins.count, by: 2).map { first in
            guard first + 1 < bins.count else { return bins[first] }
            let (one, other) = (bins[first], bins[first + 1])
            return Bin(counts: one.counts + other.counts, slowest: max(one.slowest, other.slowest))
        }
    }

    /// Drops every second sample of the largest series.
    private mutating func thin() {
        let largest = series.indices.max { series[$0].samples.count < series[$1].samples.count } ?? 0
        let samples = series[largest].samples
        series[largest].samples = stride(from: 0, to: samples.count, by: 2).map { samples[$0] }
        series[largest].stride *= 2
        kept -= samples.count - series[largest].samples.count
    }
}
