import Foundation
import Serializability

/// `mini-maelstrom test`, from options to exit code.
struct Test {
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
    /// - Throws: `SystemError`.
    func run() throws -> Int32 {
        let seed = options.seed ?? UInt64.random(in: 0..<1 << 32)
        for count in 0..<options.testCount {
            let number = options.testCount > 1 ? "run \(count + 1) of \(options.testCount): " : ""
            let title = summary.map { "\(options.name): \($0)\n" } ?? ""
            let (results, wasInterrupted) = try run(
                seed: seed &+ UInt64(count),
                title: (count == 0 ? title : "") + number + description(seed: seed &+ UInt64(count)))
            if results.verdict != .valid || wasInterrupted { return results.verdict.exitCode }
        }
        return RunVerdict.valid.exitCode
    }

    /// One run.
    /// - Parameter title: nil to print only errors.
    /// - Throws: `SystemError`.
    func run(seed: UInt64, title: String?) throws -> (results: Results, wasInterrupted: Bool) {
        let store = try Store(name: options.name)
        // From here on Ctrl-C ends only the run.
        let run = Run(options, seed: seed, store: store)
        if let title { Console.say(title) }
        run.execute()
        if options.checks { Console.sayForNow("checking ...") }
        var judgement = Judgement(
            options.checks ? run.recorder.evidence(options) : nil, run.statistics, failure: run.failure)
        if let share = options.availability { judgement.demand(share, run.statistics) }
        let results = Results(options, seed: seed, run, judgement)
        if title != nil {
            for line in results.summary(malformed: run.statistics.malformed) { Console.say(line) }
        }
        if options.checks { try store.write(run.recorder.text(), to: "history.txt") }
        try store.write(try results.json(), to: "results.json")
        let logs = (0..<options.nodeCount).map { store.firstBytes(1 << 24, ofLog: $0) }
        let lastWords = run.failure?.node.map { store.lastLines(20, ofLog: $0) }
        let report = Report(
            options, seed: seed, run, judgement, results, logs: logs, lastWords: lastWords ?? [])
        try store.write(try report.page(), to: "report.html")
        if title != nil {
            Console.say("  \(Text.left("results", 24))\(store.folder)")
            Console.say("  \(Text.left("report", 24))\(store.path("report.html"))\n")
        }
        judgement.say()
        if let node = run.failure?.node, let lastWords { quote(lastWords, of: node) }
        if !judgement.reasons.isEmpty { Console.say("") }
        if title != nil {
            Console.say(
                options.checks || judgement.verdict != .valid
                    ? judgement.verdict.line : "Measured only: nothing was checked.")
        }
        return (results, run.failure == .interrupted)
    }

    private func description(seed: UInt64) -> String {
        let workload = options.workload.isTransactional ? "\(options.workload.rawValue) on " : ""
        let pace = options.rate > 0 ? "\(Text.decimal(options.rate, 0)) requests/s" : "no rate limit"
        var parts = [
            "\(workload)\(options.nodeCount) node\(options.nodeCount == 1 ? "" : "s")",
            "\(options.clients) clients",
            pace,
            "\(Text.decimal(options.timeLimit, 0)) s",
        ]
        if options.latency.mean > 0 {
            let kind = options.latency.distribution.rawValue
            parts.append("latency \(Text.decimal(options.latency.mean, 0)) ms (\(kind))")
        }
        if !options.nemesis.isEmpty {
            let faults = options.nemesis.map(\.rawValue).joined(separator: ", ")
            let places = options.nemesisInterval < 1 ? 2 : 0
            parts.append("\(faults) every \(Text.decimal(options.nemesisInterval, places)) s or so")
        }
        return parts.joined(separator: ", ") + ", seed \(seed)"
    }

    /// Prints the end of a node's log.
    private func quote(_ lines: [String], of node: Int) {
        Console.say(lines.isEmpty ? "n\(node) wrote nothing to stderr" : "the end of n\(node)'s stderr:")
        for line in lines { Console.say("    \(line)") }
    }
}

extension Options {
    /// - Throws: `UsageError` if options contradict each other or name missing files.
    func check() throws {
        guard deadCount < nodeCount else {
            throw UsageError(
                "--dead", "\(deadCount)", expected: "fewer than --node-count, which is \(nodeCount)")
        }
        try checkWorkload()
        guard deadCount == 0 || nemesis.isEmpty else {
            throw UsageError("--dead: cannot be combined with --nemesis, which restarts all nodes at the end")
        }
        try commands.check(nemesis)
        guard commands.start == nil else { return }
        if nemesis.contains(.kill), nodeArguments.isEmpty {
            throw UsageError(
                "--nemesis kill: a restarted Raft node needs its data: end with -- --data-dir "
                    + "\(Options.freshDirectory), or with arguments that make your node keep its state")
        }
        guard let bin else {
            throw UsageError("--bin: expected a program that runs a node (or --node-command, a command)")
        }
        guard FileManager.default.isFile(bin), FileManager.default.isExecutableFile(atPath: bin) else {
            throw UsageError("--bin", bin, expected: "an executable program")
        }
    }
    private func checkWorkload() throws {
        let known = workload.isTransactional ? ConsistencyModel.allCases.map(\.rawValue) : ["linearizable"]
        for model in models where !known.contains(model) {
            throw UsageError(
                "--consistency-models", model,
                expected: "for \(workload.rawValue): \(known.joined(separator: ", "))")
        }
        guard shape.padding == nil || !workload.isTransactional else {
            throw UsageError("--padding: only lin-kv writes strings")
        }
    }
}
