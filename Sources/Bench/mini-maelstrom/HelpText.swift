extension Command {
    static let versionText = "mini-maelstrom 0.1.0"

    /// What `--help` is asked of.
    enum Topic: String, Sendable {
        case all = ""
        case test, compare, analyze, serve, play
    }

    static func helpText(_ topic: Topic) -> String {
        switch topic {
        case .all: overview
        case .test: testText
        case .compare:
            """
            usage: mini-maelstrom compare A B [NAME] [OPTIONS] [-- NODE-ARGS]

            Runs the nodes A and B in turns, with the same seed and options, and tells the ratios of B to A. NAME is a
            named run whose options it takes first. By default five pairs (--test-count 5) of five seconds
            (--time-limit 5) without a limit of the rate (--rate max), with keys that retire (--ops-per-key 128).
            The options are those of test, but for --bin and --node-command. Ctrl-C ends it with what there is.

            \(exits)
            """
        case .analyze:
            """
            usage: mini-maelstrom analyze [DIR] [--consistency-models MODELS]

            Checks a stored history again, of this bench or of Maelstrom: DIR is a folder with a history.txt, the name of a
            folder in \(Store.base), or a history itself; by default that of the last run. MODELS are those that a
            history of transactions is checked for. As in a test, a history in which no operation of a kind succeeded is
            invalid; one without any completed operation is not judged.

            \(exits)
            """
        case .serve:
            """
            usage: mini-maelstrom serve [--port N]

            Shows the runs in \(Store.base) to a browser on this machine, at port \(Server.defaultPort) or N, until Ctrl-C.
            """
        case .play: PlayOptions.helpText
        }
    }

    /// The width of the right column, in characters.
    private static let width = 74

    private static let exits =
        """
        Exits 0: valid; 1: invalid; 2: not judged; 64: wrong usage; 74: results or stdout cannot be written; 128 and the
        number of the signal: interrupted, 130 by Ctrl-C.
        """

    private static var overview: String {
        let runs = RunFile.names()
        let lines =
            [
                """
                usage: mini-maelstrom NAME [OPTIONS] [-- NODE-ARGS]               a named run, see below
                       mini-maelstrom test --bin FILE [OPTIONS] [-- NODE-ARGS]    a run of any node
                       mini-maelstrom compare A B [NAME] [OPTIONS] [-- NODE-ARGS]
                       mini-maelstrom analyze [DIR] [--consistency-models MODELS]
                       mini-maelstrom serve [--port N]
                       mini-maelstrom play [OPTIONS] [-- NODE-ARGS]    a cluster to watch, and to break by hand
                       mini-maelstrom --version
                Each takes --help; that of test lists the options.

                Starts a cluster of nodes, each a process that speaks Maelstrom's protocol on stdin and stdout, carries their
                messages, runs a workload of Maelstrom's against them, and checks that their answers are linearizable, or
                that their transactions are strictly serializable.

                named runs, of which a file in \(RunFile.folder)/ goes before the one that is built in:
                """
            ] + runs.map { row($0, (try? RunFile(named: $0))?.summary ?? "") }
            + [
                """

                Results are kept in \(Store.base)/, those of the last run in \(Store.base)/latest.
                \(exits)
                """
            ]
        return lines.joined(separator: "\n")
    }

    private static var testText: String {
        var lines = [
            """
            usage: mini-maelstrom test --bin FILE [OPTIONS] [-- NODE-ARGS]
                   mini-maelstrom NAME [OPTIONS] [-- NODE-ARGS]

            options, of which NAME gives some:
            """
        ]
        for option in OptionSpec.all {
            let names = [option.short, option.name].compactMap(\.self).joined(separator: ", ")
            lines.append(row(names + (option.value.map { " \($0)" } ?? ""), option.help))
        }
        lines += [
            row(
                "-- NODE-ARGS",
                "arguments of each node; \(Options.freshDirectory) becomes a directory of this run"),
            "", faultText, "", maelstromText, "", exits,
        ]
        return lines.joined(separator: "\n")
    }

    private static let faultText =
        """
        kill restarts each node that it ended, with the same arguments and a new init. A Raft node that lost its disk
        is not safe, so kill requires NODE-ARGS: -- --data-dir {dir} for raft-kv, the like for other nodes, and any
        ignored word for a node that needs none. membership and transfer send nodes status, change_membership and
        transfer_leadership. After the last fault clients go on for a while (--aftermath), and at the end every key is
        read once through every node.

        A seed fixes what each client asks, the latencies and the faults with their times. It cannot fix the order in which
        nodes and clients get to run, so that two runs with one seed differ in it.
        """

    private static let maelstromText =
        """
        Verdicts and options are those of Maelstrom: an operation that never succeeds is invalid, messages in the name
        of others are allowed, lin-kv takes a multiple of 2n clients, --availability counts a failed cas as not ok,
        --rate 0 asks nothing, and keys retire once 20 processes have used them. Nodes may use its services
        \(Service.allCases.map(\.rawValue).joined(separator: ", ")).
        On purpose this is otherwise:
          - A reply that breaks the form that Maelstrom demands makes the run invalid. Maelstrom raises an error, which it
            logs, and goes on; so does --accept-malformed.
          - A line that is no message ends the run, which is invalid. Maelstrom logs it, and reads no more of that node.
            A message from or to somebody who does not exist is dropped and remarked; Maelstrom logs it, and reads no
            more of that node. The network of a cluster would lose it as well, so it breaks no promise.
          - A read with error 20 has read "no value", so that a lost key is found. Maelstrom ignores such reads.
          - A run without requests is not judged. To Maelstrom it is valid.
          - Clients reach a node at once. In Maelstrom they may wait behind a delayed message of another node.
          - At the end every key is read through every node. Maelstrom reads none.
        """

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
        // A long name has a line of its own.
        let first = left.count > 26 ? ["  \(left)"] : []
        return
            (first
            + (lines + [line]).enumerated()
            .map { "  \(Text.left($0.offset == 0 && first.isEmpty ? left : "", 26))  \($0.element)" })
            .joined(separator: "\n")
    }
}
