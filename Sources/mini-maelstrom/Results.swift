import Foundation

/// What a run leaves in `results.json`: durations in milliseconds where nothing else is said.
struct Results: Codable, Sendable {
    struct Counts: Codable, Sendable {
        var ok: Int
        var fail: Int
        var info: Int
    }

    struct Latencies: Codable, Sendable {
        var p50: Double
        var p95: Double
        var p99: Double
        var max: Double
    }

    var name: String
    var verdict: RunVerdict
    var reasons: [String]
    var invalidKeys: [Int]
    var checked: Bool
    var seed: UInt64
    var nodes: Int
    var clients: Int
    /// Requests per second that were asked for; 0 is as fast as it goes.
    var rate: Double
    var latency: Double
    var latencyDistribution: String
    var nemesis: [String]
    var seconds: Double
    var total: Counts
    var byKind: [String: Counts]
    var errors: [String: Int]
    var requestsPerSecond: Double
    var availability: Double
    var latencies: Latencies
    var serverMessages: Int
    var messagesPerRequest: Double
    var partitions: Int
    var droppedByPartitions: Int
    /// By node.
    var kills: [String: Int]
    var pauses: [String: Int]
    /// Messages and requests.
    var droppedByKills: Int
    /// Messages that were lost, and that arrived twice.
    var lost: Int
    var duplicated: Int
    /// What operators asked for: `fail` was refused, `info` may yet have been done.
    var membershipChanges: Counts
    var transfers: Counts
    /// Of all nodes.
    var cpuSeconds: Double
    var cpuMicrosecondsPerRequest: Double
    /// Of the node with the most.
    var peakMegabytes: Double

    init(_ options: Options, seed: UInt64, _ run: Run, _ judgement: Judgement) {
        let statistics = run.statistics
        let usage = run.usage
        let count = Double(max(1, statistics.total.all))
        func counts(_ counts: Statistics.Counts) -> Counts {
            Counts(ok: counts.ok, fail: counts.fail, info: counts.info)
        }
        func quantile(_ share: Double) -> Double { Double(statistics.latency.quantile(share)) / 1e6 }
        name = options.name
        verdict = judgement.verdict
        reasons = judgement.reasons
        invalidKeys = judgement.invalidKeys
        checked = options.checks
        self.seed = seed
        nodes = options.nodeCount
        clients = options.clients
        rate = options.rate
        latency = options.latency.mean
        latencyDistribution = options.latency.distribution.rawValue
        nemesis = options.nemesis.map(\.rawValue)
        seconds = run.duration
        total = counts(statistics.total)
        byKind = Dictionary(
            uniqueKeysWithValues: statistics.byKind.map { ($0.key.name, counts($0.value)) })
        errors = statistics.errors
        requestsPerSecond = run.duration > 0 ? Double(statistics.total.all) / run.duration : 0
        availability = statistics.availability
        latencies = Latencies(p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max: quantile(1))
        serverMessages = statistics.serverMessages
        messagesPerRequest = statistics.messagesPerRequest
        partitions = statistics.partitions
        droppedByPartitions = statistics.dropped
        func byNode(_ fault: Nemesis.Fault) -> [String: Int] {
            Dictionary(
                uniqueKeysWithValues: (statistics.strikes[fault] ?? [:]).map { ("n\($0.key)", $0.value) })
        }
        kills = byNode(.kill)
        pauses = byNode(.pause)
        droppedByKills = statistics.droppedByKills
        lost = run.network.lost
        duplicated = run.network.duplicated
        membershipChanges = counts(statistics.asked[.membership] ?? .init())
        transfers = counts(statistics.asked[.transfer] ?? .init())
        cpuSeconds = usage.seconds
        cpuMicrosecondsPerRequest = usage.seconds * 1e6 / count
        peakMegabytes = usage.largestMegabytes
    }

    /// - Throws: `EncodingError`.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(self)) + Array("\n".utf8)
    }

    /// What a person reads at the end of a run, before the verdict.
    func summary(_ statistics: Statistics) -> [String] {
        var lines = ["", row("", ["ok", "failed", "unknown"])]
        for kind in Request.Kind.allCases {
            guard let counts = byKind[kind.name] else { continue }
            lines.append(row(kind.name, [counts.ok, counts.fail, counts.info].map(Text.grouped)))
        }
        lines.append(row("all", [total.ok, total.fail, total.info].map(Text.grouped)))
        lines.append("")
        for (error, count) in errors.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append(fact(error, Text.grouped(count)))
        }
        if let malformed = statistics.malformed { lines.append(fact("malformed", "the first: \(malformed)")) }
        lines.append(
            fact(
                "served",
                "\(Text.decimal(availability * 100, 2)) % of the requests; "
                    + "\(Text.grouped(Int(requestsPerSecond)))/s over \(Text.decimal(seconds, 1)) s"))
        let shares = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1)]
        lines.append(
            fact(
                "latency",
                shares.map { "\($0.0) \(Text.milliseconds(statistics.latency.quantile($0.1)))" }
                    .joined(separator: "  ")))
        lines.append(
            fact(
                "messages",
                "\(Text.decimal(messagesPerRequest, 2)) per request between nodes, "
                    + "\(Text.grouped(serverMessages)) in all"))
        lines += faults()
        lines.append(
            fact(
                "nodes",
                "\(Text.decimal(cpuMicrosecondsPerRequest, 1)) us of processor time per request in all, "
                    + "\(Text.decimal(peakMegabytes, 1)) MB at most in one"))
        return lines
    }

    /// What the nemesis did, and to whom.
    private func faults() -> [String] {
        nemesis.compactMap(Nemesis.Fault.init).map { fault in
            switch fault {
            case .partition:
                fact(
                    "partitions",
                    droppedByPartitions > 0
                        ? "dropped \(Text.grouped(droppedByPartitions)) messages in \(partitions)"
                        : "cut nothing: no message was dropped, so this run says nothing about them")
            case .kill:
                fact(
                    "kills",
                    Results.counts(kills) + "; dropped \(Text.grouped(droppedByKills)) messages and requests")
            case .pause: fact("pauses", Results.counts(pauses))
            case .loss: fact("lost", "\(Text.grouped(lost)) messages")
            case .duplicate: fact("duplicated", "\(Text.grouped(duplicated)) messages")
            case .membership: fact("membership changes", Results.outcomes(membershipChanges))
            case .transfer: fact("leadership transfers", Results.outcomes(transfers))
            }
        }
    }

    private static func outcomes(_ counts: Counts) -> String {
        "\(Text.grouped(counts.ok)) ok, \(Text.grouped(counts.fail)) refused, \(Text.grouped(counts.info)) unknown"
    }

    private static func counts(_ byNode: [String: Int]) -> String {
        let nodes = byNode.sorted { ($0.key.count, $0.key) < ($1.key.count, $1.key) }
        let total = Text.grouped(byNode.values.reduce(0, +))
        return nodes.isEmpty
            ? "none" : "\(total): " + nodes.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    private func row(_ name: String, _ cells: [String]) -> String {
        "  " + Text.left(name, 8) + cells.map { Text.right($0, 12) }.joined()
    }

    private func fact(_ name: String, _ text: String) -> String { "  \(Text.left(name, 24))\(text)" }
}
