import Foundation

/// The data of a run's report, in the form that its page reads. Times are in milliseconds since the start.
struct Report: Encodable {
    struct Fact: Encodable {
        var name: String
        var value: String
    }

    struct Series: Encodable {
        var kind: String
        var ending: String
        var count: Int
        /// One of every `stride` requests is shown.
        var stride: Int
        var asked: [Double]
        var latency: [Double]
        var key: [Int]
        var node: [Int]
        /// Why it is not ok; empty if it is.
        var reason: [String]

        init(_ series: RequestSamples.Series) {
            (kind, ending) = (series.kind.name, series.ending.name)
            (count, stride) = (series.count, series.stride)
            asked = series.samples.map { milliseconds($0.asked) }
            latency = series.samples.map { milliseconds($0.latency) }
            key = series.samples.map(\.key)
            node = series.samples.map(\.node)
            reason = series.samples.map { $0.reason ?? "" }
        }
    }

    struct Bin: Encodable {
        var counts: Counts
        var slowest: Double
    }

    struct Kind: Encodable {
        var kind: String
        var count: Int
        var isBetweenNodes: Bool
    }

    var name: String
    /// `valid`, `invalid`, `unknown`, or `measured` if nothing was checked.
    var verdict: String
    /// The outcome in words.
    var outcome: String
    var why: [String]
    /// The number of reasons that the page does not show.
    var moreReasons: Int
    /// The end of the log of the node that ended the run.
    var lastWords: [String]
    var options: [Fact]
    var facts: [Fact]
    var duration: Double
    var nodes: Int
    /// The ids of the nodes.
    var names: [String]
    var requests: Int
    var series: [Series]
    var binWidth: Double
    var bins: [Bin]
    var faults: [FaultTimes.Span]
    var lanes: [Lane]
    /// Nodes whose logs were read only in part.
    var cutLogs: [Int]
    var kinds: [Kind]
    var messages: MessageExcerpt
    var violations: [ViolationPicture]
    var anomalies: [AnomalyPicture]
}

extension Report {
    /// The largest number of reasons and violations shown.
    static let mostReasons = 20

    /// - Parameters:
    ///   - logs: the first bytes of each node's log, and whether they are all.
    ///   - lastWords: the end of the log of the node that ended the run.
    init(
        _ options: Options, seed: UInt64, _ run: Run, _ judgement: Judgement, _ results: Results,
        logs: [(text: String, isWhole: Bool)], lastWords: [String]
    ) {
        name = options.name
        let isMeasured = !options.checks && judgement.verdict == .valid
        verdict = isMeasured ? "measured" : judgement.verdict.rawValue
        outcome = Report.outcome(options, judgement, results, hasBrokenOff: run.failure != nil)
        why = Array(judgement.reasons.prefix(Report.mostReasons))
        moreReasons = judgement.reasons.count - why.count
        self.lastWords = lastWords
        self.options = Report.optionFacts(options, seed: seed) + Report.notes(results)
        facts = Report.facts(results)
        nodes = options.nodeCount
        names = (0..<options.nodeCount).map { options.names[$0] }
        requests = results.total.all
        let samples = run.statistics.samples
        series = samples.series.filter { $0.count > 0 }.map(Series.init)
        binWidth = Report.milliseconds(samples.binWidth)
        bins = samples.bins.map { Bin(counts: $0.counts, slowest: Report.milliseconds($0.slowest)) }
        let last = series.map { zip($0.asked, $0.latency).map(+).max() ?? 0 }.max() ?? 0
        duration = (max(run.duration * 1000, last) * 1000).rounded() / 1000
        faults = run.faultTimes.spans(end: duration)
        lanes = logs.enumerated().map { [faults, duration] node, log in
            let changes = NodeLog.changes(log.text, start: run.startOfDay)
            return Lane(node: node, changes: changes, faults: faults, end: duration)
        }
        lanes.removeAll { $0.spans.allSatisfy { $0.state == .unknown } }
        cutLogs = logs.indices.filter { !logs[$0].isWhole }
        kinds = Report.kinds(run.journal)
        violations = judgement.violations.prefix(Report.mostReasons).map {
            ViolationPicture($0.violation, key: $0.key, of: judgement, recorder: run.recorder)
        }
        anomalies = judgement.anomalies.examples.prefix(Report.mostReasons).map {
            AnomalyPicture(
                $0, of: judgement.anomalies, isOfLists: options.workload == .listAppend,
                recorder: run.recorder)
        }
        messages = MessageExcerpt(
            run.journal, start: run.start, names: options.names,
            moments: anomalies.prefix(5).compactMap(\.moment)
                + MessageExcerpt.moments(
                    faults: faults, lanes: lanes, violations: violations, names: options.names))
    }

    static func milliseconds(_ nanoseconds: UInt64) -> Double {
        (Double(nanoseconds) / 1000).rounded() / 1000
    }

    private static func kinds(_ journal: Journal) -> [Kind] {
        func list(_ counts: [String: Int], _ isBetweenNodes: Bool) -> [Kind] {
            counts.mostFirst.map {
                Kind(kind: $0.key, count: $0.value, isBetweenNodes: isBetweenNodes)
            }
        }
        return list(journal.betweenNodes, true) + list(journal.withClients, false)
    }

    private static func outcome(
        _ options: Options, _ judgement: Judgement, _ results: Results, hasBrokenOff: Bool
    ) -> String {
        let count = results.total.all
        let asked = "\(Text.grouped(count)) request\(count == 1 ? "" : "s")"
        switch judgement.verdict {
        case .valid where !options.checks: return "Measured only: nothing was checked."
        case .valid where options.workload.isTransactional:
            return
                "Valid: no anomaly that \(options.consistencyModels.map(\.rawValue).joined(separator: ", ")) forbids "
                + "in what clients were told in \(asked)."
        case .valid:
            return "Valid: for every key there is an order of its operations, in agreement with real time, "
                + "that explains what clients were told in \(asked)."
        case .invalid where !judgement.anomalies.counts.isEmpty:
            return "Invalid: " + (judgement.reasons.first { $0.hasPrefix("not ") } ?? "there are anomalies")
                + "."
        case .invalid where judgement.invalidKeys.isEmpty:
            return hasBrokenOff
                ? "Invalid: the run ended early." : "Invalid: the run did not meet its requirements."
        case .invalid:
            let keys = judgement.invalidKeys
            let names = keys.prefix(8).map(String.init).joined(separator: ", ")
            return "Invalid: no order of operations explains what clients were told of "
                + "key\(keys.count == 1 ? "" : "s") \(names)"
                + (keys.count > 8 ? " and \(Text.grouped(keys.count - 8)) more." : ".")
        case .unknown: return "Unknown: no violation was found, but the run shows too little to be valid."
        }
    }
}
