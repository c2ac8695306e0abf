/// A histogram of latencies with a precision of one part in 64, of constant size.
struct Histogram: Hashable, Sendable {
    private var counts: [Int] = Array(repeating: 0, count: 64 * 60)
    private(set) var count = 0
    /// In nanoseconds.
    private(set) var largest: UInt64 = 0

    mutating func add(_ nanoseconds: UInt64) {
        counts[Histogram.bucket(nanoseconds)] += 1
        count += 1
        largest = max(largest, nanoseconds)
    }

    /// The smallest recorded value that at least `share` of all values do not exceed, in nanoseconds; 0 if empty.
    /// - Parameter share: from 0 to 1.
    func quantile(_ share: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let rank = max(1, Int((share * Double(count)).rounded(.up)))
        var passed = 0
        for (bucket, number) in counts.enumerated() {
            passed += number
            if passed >= rank { return min(Histogram.upper(bucket), largest) }
        }
        return largest
    }

    private static func bucket(_ value: UInt64) -> Int {
        guard value >= 64 else { return Int(value) }
        let exponent = 57 - value.leadingZeroBitCount
        return 64 * exponent + Int(value >> UInt64(exponent))
    }

    private static func upper(_ bucket: Int) -> UInt64 {
        guard bucket >= 128 else { return UInt64(bucket) }
        let exponent = UInt64(bucket / 64 - 1)
        return (UInt64(bucket) - 64 * exponent) << exponent | ((1 << exponent) - 1)
    }
}

/// Counts of requests by outcome.
struct Counts: Codable, Hashable, Sendable {
    var ok = 0
    var fail = 0
    var info = 0

    var all: Int { ok + fail + info }

    mutating func add(_ ending: Ending, _ count: Int = 1) {
        switch ending {
        case .ok: ok += count
        case .fail: fail += count
        case .info: info += count
        }
    }

    static func + (one: Counts, other: Counts) -> Counts {
        Counts(ok: one.ok + other.ok, fail: one.fail + other.fail, info: one.info + other.info)
    }
}

/// The counters of a run.
struct Statistics: Sendable {
    private(set) var samples = RequestSamples()
    private(set) var errors: [String: Int] = [:]
    var malformed = MalformedReplies()
    /// The latencies of served requests.
    private(set) var latency = Histogram()
    /// Messages that a partition dropped.
    var dropped = 0
    /// Messages and requests to nodes that were down.
    var droppedByKills = 0
    /// The size of all lines between nodes.
    var bytesBetweenNodes = 0
    var partitions = 0
    /// Kills and pauses of each node.
    private(set) var strikes: [Nemesis.Fault: [Int: Int]] = [:]
    /// Requests of operators by outcome.
    private(set) var asked: [Nemesis.Fault: Counts] = [:]

    /// Counts by kind of request.
    var byKind: [Request.Kind: Counts] {
        samples.series.reduce(into: [:]) { counts, series in
            if series.count > 0 { counts[series.kind, default: Counts()].add(series.ending, series.count) }
        }
    }

    var total: Counts { byKind.values.reduce(Counts(), +) }

    /// The share of requests that were served, from 0 to 1.
    var servedShare: Double { total.all == 0 ? 0 : Double(latency.count) / Double(total.all) }

    /// The share of requests that ended ok, from 0 to 1, as Maelstrom counts; 1 where there were none.
    var okShare: Double { total.all == 0 ? 1 : Double(total.ok) / Double(total.all) }

    mutating func strike(_ fault: Nemesis.Fault, _ nodes: [Int]) {
        for node in nodes { strikes[fault, default: [:]][node, default: 0] += 1 }
    }

    mutating func add(_ ending: Ending, of fault: Nemesis.Fault) {
        asked[fault, default: Counts()].add(ending)
    }

    /// - Parameter now: in nanoseconds since the start.
    mutating func add(_ completion: Clients.Completion, at now: UInt64) {
        let outcome = completion.outcome
        samples.add(completion, at: now)
        if outcome.isServed { latency.add(completion.latency) }
        guard let reason = outcome.reason else { return }
        errors[reason.name, default: 0] += 1
    }
}
