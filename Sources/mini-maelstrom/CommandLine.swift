import Foundation

/// What the command line asks for.
enum Command: Sendable {
    case help
    /// With a line that says what the run shows, where it has a name.
    case test(Options, summary: String?)

    /// - Parameter arguments: without the program's own name.
    /// - Throws: `UsageError`.
    init(_ arguments: [String]) throws {
        var options = Options()
        var summary: String?
        switch arguments.first {
        case nil, "--help", "-h", "help":
            self = .help
            return
        case "test":
            try options.parse(Array(arguments.dropFirst()))
        case .some(let name) where name.hasPrefix("-"):
            throw UsageError("\(name): expected test, or the name of a run, before any option")
        case .some(let name):
            let file = try RunFile(named: name)
            do {
                try options.parse(file.arguments)
            } catch let error as UsageError {
                throw UsageError("\(RunFile.folder)/\(name): \(error)")
            }
            try options.parse(Array(arguments.dropFirst()))
            options.name = name
            summary = file.summary
        }
        self = options.help ? .help : .test(options, summary: summary)
    }

    /// What `--help` says.
    static var helpText: String {
        var lines = [
            "usage: mini-maelstrom test --bin PATH [OPTIONS] [-- NODE-ARGS]",
            "       mini-maelstrom NAME [OPTIONS] [-- NODE-ARGS]",
            "",
            "Starts a cluster of nodes, each a process that speaks Maelstrom's protocol on stdin and stdout,",
            "carries their messages, asks them as Maelstrom's lin-kv workload does, and checks that what they",
            "answered is linearizable. NAME takes the options from \(RunFile.folder)/NAME first.",
            "",
            "options:",
        ]
        for option in OptionSpec.all {
            let names = [option.short, option.name].compactMap(\.self).joined(separator: ", ")
            let left = names + (option.value.map { " \($0)" } ?? "")
            lines.append("  " + left.padding(toLength: 24, withPad: " ", startingAt: 0) + "  " + option.help)
        }
        lines += [
            "  -- NODE-ARGS              what each node is started with; {dir} in it is a directory of this run's",
            "",
            "Faults of kill restart what SIGKILL has ended, with the same arguments and another init. A Raft node",
            "that has lost its disk is not safe then, so kill asks for NODE-ARGS: -- --data-dir {dir} for raft-kv,",
            "and anything that makes another node keep what it must; for one that needs none, any word it ignores.",
            "At the end everything is mended, and \(Text.decimal(Run.aftermath, 0)) s of requests follow.",
            "",
        ]
        let runs = RunFile.names()
        if !runs.isEmpty {
            lines.append("runs in \(RunFile.folder)/:")
            for name in runs {
                let summary = (try? RunFile(named: name))?.summary ?? ""
                lines.append("  " + name.padding(toLength: 24, withPad: " ", startingAt: 0) + "  " + summary)
            }
            lines.append("")
        }
        lines += [
            "Results are kept in \(RunFile.folder)/store/, those of the last run in \(RunFile.folder)/store/latest.",
            "Exits 0: valid; 1: invalid; 2: unknown; 64: the command line is wrong; 74: no place for results.",
        ]
        return lines.joined(separator: "\n")
    }
}
