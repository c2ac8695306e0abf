extension Command {
    /// The width of the right column, in characters.
    private static let width = 82

    /// The text of `--help`.
    static var helpText: String {
        var lines = [
            "usage: mini-maelstrom test --bin FILE [OPTIONS] [-- NODE-ARGS]",
            "       mini-maelstrom NAME [OPTIONS] [-- NODE-ARGS]",
            "       mini-maelstrom compare A B [NAME] [OPTIONS] [-- NODE-ARGS]",
            "       mini-maelstrom analyze [DIR] [--consistency-models MODELS]",
            "       mini-maelstrom serve [--port N]",
            "",
            "Starts a cluster of nodes, each a process that speaks Maelstrom's protocol on stdin and stdout,",
            "carries their messages, runs a workload of Maelstrom's against them, and checks that their answers",
            "are linearizable, or that their transactions are strictly serializable. NAME takes the options from \(RunFile.folder)/NAME first.",
            "compare runs two binaries in turns with the same seed and options, and reports ratios of B to A;",
            "by default five pairs with --rate 0 --time-limit 5. analyze checks a stored history again, by",
            "default the last. serve shows all runs to a browser on this machine.",
            "",
            "options:",
        ]
        for option in OptionSpec.all {
            let names = [option.short, option.name].compactMap(\.self).joined(separator: ", ")
            lines.append(row(names + (option.value.map { " \($0)" } ?? ""), option.help))
        }
        lines += [
            row("-- NODE-ARGS", "arguments of each node; {dir} becomes a directory of this run"),
            "",
            "kill restarts each node that it ended, with the same arguments and a new init. A Raft node that lost",
            "its disk is not safe, so kill requires NODE-ARGS: -- --data-dir {dir} for raft-kv, the like for other",
            "nodes, and any ignored word for a node that needs none.",
            "membership and transfer send nodes status, change_membership and transfer_leadership.",
            "At the end all faults stop, and \(Text.decimal(Run.aftermath, 0)) s of requests follow.",
            "Ctrl-C ends the nodes, checks the history so far, and keeps the results.",
            "",
        ]
        let runs = RunFile.names()
        if !runs.isEmpty {
            lines.append("runs in \(RunFile.folder)/:")
            lines += runs.map { row($0, (try? RunFile(named: $0))?.summary ?? "") }
            lines.append("")
        }
        lines += [
            "Results are kept in \(Store.base)/, those of the last run in \(Store.base)/latest.",
            "Exits 0: valid; 1: invalid; 2: unknown; 64: wrong usage; 74: results cannot be written.",
        ]
        return lines.joined(separator: "\n")
    }

    private static func row(_ left: String, _ right: String) -> String {
        var lines: [String] = []
        var line = ""
        for word in right.split(separator: " ") {
            if !line.isEmpty, line.count + word.count >= width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [line]).enumerated()
            .map { "  \(Text.left($0.offset == 0 ? left : "", 26))  \($0.element)" }.joined(separator: "\n")
    }
}
