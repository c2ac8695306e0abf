/// How many requests took how long, to one part in 64, however many they are.
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

    /// The value that a share of all do not exceed, in nanoseconds; 0 when there are none.
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

/// What a run counts.
struct Statistics: Sendable {
    struct Counts: Hashable, Sendable {
        var ok = 0
        var fail = 0
        var info = 0

        var all: Int { ok + fail + info }
    }

    private(set) var byKind: [Request.Kind: Counts] = [:]
    private(set) var errors: [String: Int] = [:]
    /// Of requests that were ok or refused for what the register held.
    private(set) var latency = Histogram()
    /// Requests that the service answered by what the register held.
    private(set) var served = 0
    /// The first reply that Maelstrom's clients would refuse.
    private(set) var malformed: String?
    /// Messages that nodes sent to each other.
    var serverMessages = 0
    /// Messages that a partition dropped.
    var dropped = 0
    /// Messages and requests that found their node dead.
    var droppedByKills = 0
    var partitions = 0
    /// How often each node was killed, or paused.
    private(set) var strikes: [Nemesis.Fault: [Int: Int]] = [:]
    /// What operators asked for: as many were done, refused, and neither for certain.
    private(set) var asked: [Nemesis.Fault: Counts] = [:]

    var total: Counts {
        byKind.values.reduce(into: Counts()) {
            $0.ok += $1.ok
            $0.fail += $1.fail
            $0.info += $1.info
        }
    }

    /// The share of requests that were served, from 0 to 1.
    var availability: Double { total.all == 0 ? 0 : Double(served) / Double(total.all) }

    /// Messages between nodes for each request.
    var messagesPerRequest: Double { total.all == 0 ? 0 : Double(serverMessages) / Double(total.all) }

    mutating func strike(_ fault: Nemesis.Fault, _ nodes: [Int]) {
        for node in nodes { strikes[fault, default: [:]][node, default: 0] += 1 }
    }

    mutating func add(_ outcome: Operators.Outcome, of fault: Nemesis.Fault) {
        switch outcome {
        case .ok: asked[fault, default: Counts()].ok += 1
        case .refused: asked[fault, default: Counts()].fail += 1
        case .unknown: asked[fault, default: Counts()].info += 1
        }
    }

    mutating func add(_ completion: Clients.Completion) {
        switch completion.outcome {
        case .ok:
            byKind[completion.request.kind, default: Counts()].ok += 1
            serve(completion)
        case .failed(let reason):
            byKind[completion.request.kind, default: Counts()].fail += 1
            errors[reason.name, default: 0] += 1
            if case .code(let code, _) = reason, ErrorReason.served.contains(code) { serve(completion) }
            note(reason)
        case .unknown(let reason):
            byKind[completion.request.kind, default: Counts()].info += 1
            errors[reason.name, default: 0] += 1
            note(reason)
        }
    }

    private mutating func serve(_ completion: Clients.Completion) {
        served += 1
        latency.add(completion.latency)
    }

    private mutating func note(_ reason: ErrorReason) {
        if case .malformed(let text) = reason, malformed == nil { malformed = text }
    }
}
