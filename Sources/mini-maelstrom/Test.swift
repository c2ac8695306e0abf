import Foundation

/// One `mini-maelstrom test`, from its options to its exit code.
struct Test {
    private let options: Options
    private let summary: String?
    private let program: String

    /// - Throws: `UsageError`.
    init(_ options: Options, summary: String?) throws {
        self.options = options
        self.summary = summary
        guard let bin = options.bin else { throw UsageError("--bin: expected a program that runs a node") }
        program = URL(fileURLWithPath: bin).standardizedFileURL.path
        if options.nemesis.contains(.kill), options.nodeArguments.isEmpty {
            throw UsageError(
                "--nemesis kill: a restarted Raft node needs what it stored: end with -- --data-dir "
                    + "\(Options.freshDirectory), or with what makes your node keep its state")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: program, isDirectory: &isFolder), !isFolder.boolValue,
            FileManager.default.isExecutableFile(atPath: program)
        else {
            throw UsageError("--bin", bin, expected: "a program; there is none that can be run")
        }
    }

    /// - Returns: the exit code.
    /// - Throws: `StoreError`.
    func run() throws -> Int32 {
        let seed = options.seed ?? UInt64.random(in: 0..<1 << 32)
        let store = try Store(name: options.name)
        // From here on Ctrl-C ends the run, and not the bench.
        let run = Run(options, seed: seed, store: store)
        if let summary { Console.say("\(options.name): \(summary)") }
        Console.say(description(seed: seed))
        run.execute(program: program)
        if options.checks { Console.sayForNow("checking ...") }
        let judgement = Judgement(
            options.checks ? run.recorder.history : nil, run.statistics, failure: run.failure)
        let results = Results(options, seed: seed, run, judgement)
        for line in results.summary(run.statistics) { Console.say(line) }
        if options.checks { try store.write(run.recorder.text(), to: "history.txt") }
        try store.write(try results.json(), to: "results.json")
        let logs = (0..<options.nodeCount).map { store.firstBytes(1 << 24, of: "n\($0).log") }
        let report = Report(options, seed: seed, run, judgement, results, logs: logs)
        try store.write(try ReportPage.html(report), to: "report.html")
        Console.say("  \(Text.left("results", 24))\(store.folder)")
        Console.say("  \(Text.left("report", 24))\(store.path("report.html"))\n")
        for reason in judgement.reasons.prefix(5) { Console.say(reason) }
        if judgement.reasons.count > 5 { Console.say("... and \(judgement.reasons.count - 5) more") }
        if let node = run.failure?.node { quote(node, store) }
        if !judgement.reasons.isEmpty { Console.say("") }
        Console.say(
            options.checks || judgement.verdict != .valid
                ? judgement.verdict.line : "Measured only: nothing was checked.")
        return judgement.verdict.exitCode
    }

    private func description(seed: UInt64) -> String {
        let pace = options.rate > 0 ? "\(Text.decimal(options.rate, 0)) requests/s" : "as fast as it goes"
        var parts = [
            "\(options.nodeCount) node\(options.nodeCount == 1 ? "" : "s")", "\(options.clients) clients",
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

    /// The end of a node's log.
    private func quote(_ node: Int, _ store: Store) {
        let lines = store.lastLines(20, of: "n\(node).log")
        Console.say(lines.isEmpty ? "n\(node) left nothing on stderr" : "the last of n\(node)'s stderr:")
        for line in lines { Console.say("    \(line)") }
    }
}
