extension Command {
    /// Of the right column, in characters.
    private static let width = 82

    /// What `--help` says.
    static var helpText: String {
        var lines = [
            "usage: mini-maelstrom test --bin FILE [OPTIONS] [-- NODE-ARGS]",
            "       mini-maelstrom NAME [OPTIONS] [-- NODE-ARGS]",
            "       mini-maelstrom compare A B [NAME] [OPTIONS] [-- NODE-ARGS]",
            "       mini-maelstrom analyze [DIR]",
            "       mini-maelstrom serve [--port N]",
            "",
            "Starts a cluster of nodes, each a process that speaks Maelstrom's protocol on stdin and stdout,",
            "carries their messages, asks them as Maelstrom's lin-kv workload does, and checks that what they",
            "answered is linearizable. NAME takes the options from \(RunFile.folder)/NAME first.",
            "compare runs two binaries in turns, with the same seed and options, and tells how B differs from A;",
            "by default five pairs of --rate 0 --time-limit 5. analyze checks a history again that a run has",
            "left, by default the last. serve shows all runs to a browser on this machine.",
            "",
            "options:",
        ]
        for option in OptionSpec.all {
            let names = [option.short, option.name].compactMap(\.self).joined(separator: ", ")
            lines.append(row(names + (option.value.map { " \($0)" } ?? ""), option.help))
        }
        lines += [
            row("-- NODE-ARGS", "what each node is started with; {dir} in it is a directory of this run's"),
            "",
            "Faults of kill restart what SIGKILL has ended, with the same arguments and another init. A Raft node",
            "that has lost its disk is not safe then, so kill asks for NODE-ARGS: -- --data-dir {dir} for raft-kv,",
            "and anything that makes another node keep what it must; for one that needs none, any word it ignores.",
            "Faults of membership and transfer ask nodes for status, change_membership and transfer_leadership.",
            "At the end everything is mended, and \(Text.decimal(Run.aftermath, 0)) s of requests follow.",
            "Ctrl-C ends the nodes, checks what there is, and keeps the results.",
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
            "Exits 0: valid; 1: invalid; 2: unknown; 64: the command line is wrong; 74: no place for results.",
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
