import Foundation

/// The content of `results.json`. Durations are in milliseconds unless stated otherwise.
struct Results: Codable, Sendable {
    struct Latencies: Codable, Sendable {
        var p50: Double
        var p95: Double
        var p99: Double
        var max: Double

        init(_ histogram: Histogram) {
            func quantile(_ share: Double) -> Double { Double(histogram.quantile(share)) / 1e6 }
            (p50, p95, p99, max) = (quantile(0.5), quantile(0.95), quantile(0.99), quantile(1))
        }
    }

    var name: String
    /// The node's program or command.
    var program: String?
    var workload: String?
    /// The command that repeats the run, and when it began, in UTC. Results of older versions lack these and `remarks`.
    var command: String?
    var date: String?
    var remarks: [String]?
    /// The signal that interrupted it.
    var signal: Int32?
    var verdict: RunVerdict
    var reasons: [String]
    var invalidKeys: [Int]
    /// Of a workload of transactions: the anomalies by name, and the models that were checked.
    var anomalies: [String: Int]?
    var consistencyModels: [String]?
    var checked: Bool
    var seed: UInt64
    var nodes: Int
    var clients: Int
    /// The requested rate in requests per second; nil for no limit.
    var rate: Double?
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
    /// Bytes of messages between nodes.
    var serverBytes: Int
    var bytesPerRequest: Double
    /// Messages between nodes by type.
    var serverMessagesByType: [String: Int]
    var partitions: Int
    var droppedByPartitions: Int
    /// Kills by node.
    var kills: [String: Int]
    var pauses: [String: Int]
    /// Messages and requests to nodes that were down.
    var droppedByKills: Int
    /// Messages that were lost, and that were duplicated.
    var lost: Int
    var duplicated: Int
    /// Requests of operators: `fail` was refused, `info` may still happen.
    var membershipChanges: Counts
    var transfers: Counts
    /// Processor time of all nodes. This and the following are nil for nodes behind a command, whose usage is unknown.
    var cpuSeconds: Double?
    var cpuMicrosecondsPerRequest: Double?
    /// Peak memory of the largest node.
    var peakMegabytes: Double?

    init(_ options: Options, seed: UInt64, begun: Date, _ run: Run, _ judgement: Judgement) {
        let statistics = run.statistics
        let usage = options.commands.start == nil ? run.cluster.usage : nil
        name = options.name
        program = options.commands.start ?? options.bin
        workload = options.workload.rawValue
        command = Repetition.command(options.program, options.invocation, seed: seed)
        date = ISO8601DateFormatter().string(from: begun)
        verdict = judgement.verdict
        reasons = judgement.reasons
        invalidKeys = judgement.invalidKeys
        if options.workload.isTransactional {
            anomalies = Results.byName(judgement.anomalies.counts) { $0.rawValue }
            consistencyModels = options.consistencyModels.map(\.rawValue)
        }
        checked = options.checks
        self.seed = seed
        nodes = options.nodeCount
        clients = options.clients
        rate = options.rate.isFinite ? options.rate : nil
        latency = options.latency.mean
        latencyDistribution = options.latency.distribution.rawValue
        nemesis = options.nemesis.map(\.rawValue)
        seconds = run.duration
        total = statistics.total
        byKind = Results.byName(statistics.byKind) { $0.name }
        errors = statistics.errors
        requestsPerSecond = run.duration > 0 ? Double(total.all) / run.duration : 0
        availability = statistics.servedShare
        latencies = Latencies(statistics.latency)
        serverMessages = run.journal.betweenNodes.values.reduce(0, +)
        messagesPerRequest = total.all == 0 ? 0 : Double(serverMessages) / Double(total.all)
        serverBytes = statistics.bytesBetweenNodes
        bytesPerRequest = total.all == 0 ? 0 : Double(serverBytes) / Double(total.all)
        serverMessagesByType = run.journal.betweenNodes
        partitions = statistics.partitions
        droppedByPartitions = statistics.dropped
        kills = Results.byName(statistics.strikes[.kill] ?? [:]) { options.names[$0] }
        pauses = Results.byName(statistics.strikes[.pause] ?? [:]) { options.names[$0] }
        droppedByKills = statistics.droppedByKills
        lost = run.network.lost
        duplicated = run.network.duplicated
        membershipChanges = statistics.asked[.membership] ?? Counts()
        transfers = statistics.asked[.transfer] ?? Counts()
        cpuSeconds = usage?.seconds
        cpuMicrosecondsPerRequest = usage.map { $0.seconds * 1e6 / Double(max(1, statistics.total.all)) }
        peakMegabytes = usage?.largestMegabytes
        signal = run.failure?.signal
        remarks = (signal == nil ? [] : ["interrupted after \(Text.decimal(seconds, 0)) s"]) + run.allRemarks
        if verdict == .valid, checked, signal == nil, total.all < Results.fewRequests {
            remarks?.append(
                "\(total.all) request\(total.all == 1 ? "" : "s") can hardly show a fault; a longer --time-limit or a "
                    + "higher --rate, up to max, asks more")
        }
    }

    /// Fewer than these say little.
    private static let fewRequests = 50

    private static func byName<Key, Value>(_ values: [Key: Value], _ name: (Key) -> String) -> [String: Value]
    {
        Dictionary(uniqueKeysWithValues: values.map { (name($0.key), $0.value) })
    }

    /// - Throws: `EncodingError`.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(self)) + Array("\n".utf8)
    }

    /// The lines printed at the end of a run, before the verdict.
    func summary() -> [String] {
        guard total.all > 0 else { return ["", fact("requests", "none were answered")] + faults() }
        var lines = ["", row("", ["ok", "failed", "unknown"])]
        for kind in Request.Kind.allCases.map(\.name) {
            if let counts = byKind[kind] { lines.append(row(kind, counts)) }
        }
        lines += [row("all", total), ""]
        lines += errors.mostFirst.map { fact($0.key, Text.grouped($0.value)) }
        let shares = [
            ("p50", latencies.p50), ("p95", latencies.p95), ("p99", latencies.p99), ("max", latencies.max),
        ]
        lines += [
            fact(
                "served",
                "\(Text.decimal(availability * 100, 2)) % of the requests; "
                    + "\(Text.grouped(Int(requestsPerSecond)))/s over \(Text.decimal(seconds, 1)) s"),
            fact(
                "latency",
                latencies.max == 0
                    ? "nothing was served"
                    : shares.map { "\($0.0) \(Text.milliseconds($0.1))" }.joined(separator: "  ")),
            fact(
                "messages",
                "\(Text.decimal(messagesPerRequest, 2)) per request between nodes, "
                    + "\(Text.grouped(serverMessages)) in all"),
        ]
        lines += faults()
        if let cpuMicrosecondsPerRequest, let peakMegabytes {
            lines.append(
                fact(
                    "nodes",
                    "\(Text.decimal(cpuMicrosecondsPerRequest, 1)) us of processor time per request in all, "
                        + "\(Text.decimal(peakMegabytes, 1)) MB at most in one"))
        }
        return lines
    }

    /// The counts of each fault.
    private func faults() -> [String] {
        nemesis.compactMap(Nemesis.Fault.init).map { fault in
            switch fault {
            case .partition:
                fact(
                    "partitions",
                    droppedByPartitions > 0
                        ? "dropped \(Text.grouped(droppedByPartitions)) messages in \(partitions)"
                        : "cut nothing: no message was dropped, so this run did not test them")
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

    private func row(_ name: String, _ counts: Counts) -> String {
        row(name, [counts.ok, counts.fail, counts.info].map(Text.grouped))
    }

    /// Rows fit a terminal of 40 columns.
    private func row(_ name: String, _ cells: [String]) -> String {
        "  " + Text.left(name, 8) + cells.map { Text.right($0, 10) }.joined()
    }

    private func fact(_ name: String, _ text: String) -> String { "  \(Text.left(name, 24))\(text)" }
}
