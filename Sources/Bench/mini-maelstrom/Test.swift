import Foundation
import Serializability

/// `mini-maelstrom test`, from options to exit code.
struct Test {
    /// One run, once it has ended.
    struct Ended {
        var results: Results
        /// The signal that interrupted it.
        var signal: Int32?
        /// Why a result could not be written.
        var complaint: String?

        var exitCode: Int32 {
            if let signal { return 128 + signal }
            return complaint != nil && results.verdict != .invalid ? 74 : results.verdict.exitCode
        }
    }

    private let options: Options
    private let summary: String?

    /// - Throws: `UsageError`.
    init(_ options: Options, summary: String?) throws {
        self.options = options
        self.summary = summary
        try options.check()
    }

    /// Runs `testCount` times, each with the next seed, until a run is not valid.
    /// - Returns: the exit code.
    /// - Throws: `SystemError` if there is no room for results.
    func run() throws -> Int32 {
        let seed = options.seed ?? UInt64.random(in: 0..<1 << 32)
        var exports = Exports(options)
        for count in 0..<options.testCount {
            let number = options.testCount > 1 ? "run \(count + 1) of \(options.testCount): " : ""
            let title = summary.map { "\(options.name): \($0)\n" } ?? ""
            let ended = try run(
                seed: seed &+ UInt64(count),
                title: (count == 0 ? title : "") + number + description(seed: seed &+ UInt64(count)))
            try exports.add(ended.results)
            if ended.exitCode != 0 { return ended.exitCode }
        }
        return 0
    }

    /// One run.
    /// - Parameter title: nil to print only errors.
    /// - Throws: `SystemError` if there is no room for results.
    func run(seed: UInt64, title: String?) throws -> Ended {
        let store = try Store(name: options.name)
        let begun = Date()
        // From here on Ctrl-C ends only the run.
        let run = Run(options, seed: seed, store: store)
        if let title { Console.say(title) }
        run.execute()
        if options.checks, run.hasBegun { Console.sayForNow("checking ...") }
        let places = run.recorder.places(options.names)
        var judgement = Judgement(
            options.checks && run.hasBegun ? run.recorder.evidence(options) : nil, run.statistics,
            failure: run.failure, names: options.names, places: places,
            acceptsMalformed: options.acceptsMalformed)
        if run.failure == nil {
            for requirement in options.requirements { judgement.demand(requirement, run.statistics) }
        }
        let results = Results(options, seed: seed, begun: begun, run, judgement)
        if title != nil, run.hasBegun {
            for line in results.summary() { Console.say(line) }
        }
        let lastWords = run.failure?.node.map { store.lastLines(20, ofLog: options.names[$0]) }
        var complaint: String?
        do {
            try write(store, seed: seed, run, judgement, results, lastWords: lastWords ?? [])
        } catch {
            complaint = "\(error)"
        }
        if title != nil { sayPlaces(store, results) }
        judgement.say()
        if let node = run.failure?.node, let lastWords { quote(lastWords, of: options.names[node]) }
        if !judgement.reasons.isEmpty { Console.say("") }
        if title != nil { Console.say(lastLine(run, results)) }
        if let complaint { Console.complain(complaint) }
        return Ended(results: results, signal: run.failure?.signal, complaint: complaint)
    }

    /// Writes what there is. Nothing stays of a file that cannot be written as a whole.
    /// - Throws: `SystemError`.
    private func write(
        _ store: Store, seed: UInt64, _ run: Run, _ judgement: Judgement, _ results: Results,
        lastWords: [String]
    ) throws {
        try store.write(try results.json(), to: "results.json")
        guard run.hasBegun else { return }
        if options.checks { try store.write(run.recorder.text(), to: "history.txt") }
        let logs = (0..<options.nodeCount).map { store.firstBytes(1 << 24, ofLog: options.names[$0]) }
        let report = Report(
            options, seed: seed, run, judgement, results, logs: logs, lastWords: lastWords)
        try store.write(try report.page(), to: "report.html")
    }

    private func sayPlaces(_ store: Store, _ results: Results) {
        func say(_ name: String, _ text: String) { Console.say("  \(Text.left(name, 24))\(text)") }
        say("results", store.folder)
        let report = store.path("report.html")
        if FileManager.default.isFile(report) { say("report", report) }
        if let command = results.command { say("again", command) }
        // The last line says of an interruption.
        for remark in (results.remarks ?? []).dropFirst(results.signal == nil ? 0 : 1) {
            say("remark", remark)
        }
        Console.say("")
    }

    /// The verdict, as Maelstrom prints it.
    private func lastLine(_ run: Run, _ results: Results) -> String {
        guard run.failure?.signal != nil else {
            return options.checks || results.verdict != .valid
                ? results.verdict.line : "Measured only: nothing was checked."
        }
        let after = "interrupted after \(Text.decimal(run.duration, 0)) s"
        switch results.verdict {
        case _ where results.total.all == 0: return "\(after), before anything was answered"
        case .valid:
            return options.checks ? "\(after); what there is looks good" : "\(after); nothing was checked"
        case .invalid: return "\(after); what there is, is invalid"
        case .unknown: return "\(after); what there is could not be judged"
        }
    }

    private func description(seed: UInt64) -> String {
        let workload = options.workload.isTransactional ? "\(options.workload.rawValue) on " : ""
        let pace = options.rate.isFinite ? "\(Text.number(options.rate)) requests/s" : "no rate limit"
        var parts = [
            "\(workload)\(options.nodeCount) node\(options.nodeCount == 1 ? "" : "s")",
            "\(options.clients) client\(options.clients == 1 ? "" : "s")",
            pace,
            "\(Text.number(options.timeLimit)) s",
        ]
        if options.latency.mean > 0 {
            let kind = options.latency.distribution.rawValue
            parts.append("latency \(Text.number(options.latency.mean)) ms (\(kind))")
        }
        if !options.nemesis.isEmpty {
            let faults = options.nemesis.map(\.rawValue).joined(separator: ", ")
            parts.append("\(faults) every \(Text.number(options.nemesisInterval)) s or so")
        }
        return parts.joined(separator: ", ") + ", seed \(seed)"
    }

    /// Prints the end of a node's log.
    private func quote(_ lines: [String], of node: String) {
        Console.say(lines.isEmpty ? "\(node) wrote nothing to stderr" : "the end of \(node)'s stderr:")
        for line in lines { Console.say("    \(line)") }
    }
}
