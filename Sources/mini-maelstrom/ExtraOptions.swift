/// Options beyond the plain ones.
extension OptionSpec {
    /// What a run is judged by.
    static let checking: [OptionSpec] = [
        OptionSpec(
            name: "--test-count", value: "N",
            help:
                "how many times to run; with the next seed each time, and until one is not valid (default: 1)",
            expected: "an integer from 1 to 1000000"
        ) { text, options in number(text, 1...1_000_000) { options.testCount = $0 } },
        OptionSpec(
            name: "--consistency-models", value: "MODELS",
            help:
                "a comma-separated list of consistency models to check: linearizable (default: linearizable)",
            expected: "linearizable, the only model that is checked here"
        ) { text, _ in text == "linearizable" },
        OptionSpec(
            name: "--availability", value: "MODE",
            help: "what share of the requests must be served: total, or a number from 0 to 1 (default: any)",
            expected: "total or a number from 0 to 1"
        ) { text, options in
            options.availability = Availability(text)
            return options.availability != nil
        },
    ]

    /// What is said while a run goes on.
    static let logging: [OptionSpec] = [
        OptionSpec(name: "--log-stderr", help: "whether to log debugging output from nodes") { _, options in
            options.logsStderr = true
            return true
        },
        OptionSpec(name: "--log-net-send", help: "log messages between nodes as they're sent") { _, options in
            options.logsSends = true
            return true
        },
        OptionSpec(name: "--log-net-recv", help: "log messages between nodes as they're received") {
            _, options in
            options.logsReceipts = true
            return true
        },
    ]

    /// What Maelstrom does not have.
    static let extra: [OptionSpec] = [
        OptionSpec(
            name: "--key-count", value: "N",
            help: "ask for N keys that never retire, instead of Maelstrom's of about 120 requests each",
            expected: "an integer from 1 to 10000000"
        ) { text, options in number(text, 1...10_000_000) { options.shape.keyCount = $0 } },
        OptionSpec(
            name: "--read-ratio", value: "R",
            help: "the share of reads, the rest being writes and cas alike, instead of Maelstrom's mix",
            expected: "a number from 0 to 1"
        ) { text, options in decimal(text, 0...1) { options.shape.readRatio = $0 } },
        OptionSpec(
            name: "--padding", value: "N",
            help: "write strings of N bytes more instead of numbers; for runs with --no-check",
            expected: "an integer from 0 to 10000000"
        ) { text, options in number(text, 0...10_000_000) { options.shape.padding = $0 } },
        OptionSpec(
            name: "--p-loss", value: "P",
            help: "how likely a message between nodes is lost while loss is on (default: 0.1)",
            expected: "a number from 0 to 1"
        ) { text, options in decimal(text, 0...1) { options.lossShare = $0 } },
        OptionSpec(
            name: "--p-duplicate", value: "P",
            help: "how likely one arrives twice while duplicate is on (default: 0.1)",
            expected: "a number from 0 to 1"
        ) { text, options in decimal(text, 0...1) { options.duplicateShare = $0 } },
        OptionSpec(
            name: "--partitions", value: "KINDS",
            help: "the cuts to draw from: \(Partition.list) (default: all)",
            expected: "a list of \(Partition.list)"
        ) { text, options in
            list(text) { options.partitions = $0 }
        },
        OptionSpec(name: "--no-check", help: "measure only: keep no history, and judge nothing") {
            _, options in
            options.checks = false
            return true
        },
        // The command line looks for it before it reads options.
        OptionSpec(name: "--help", short: "-h", help: "say this") { _, _ in true },
    ]

    /// Nodes that only commands reach.
    static let remote: [OptionSpec] = [
        OptionSpec(
            name: "--node-command", value: "COMMAND",
            help: "starts node {i}, by name {id}, in place of --bin: 'ssh host{i} raft-kv'",
            expected: "a command for \(ShellCommands.shell)"
        ) { text, options in
            options.bin = nil
            options.commands.start = text
            return text.contains { $0 != " " }
        },
        command("--kill-command", "kills that node at once, for kill: 'ssh host{i} pkill -9 raft-kv'") {
            $0.kill = $1
        },
        command("--pause-command", "stops it, for pause: 'ssh host{i} pkill -STOP raft-kv'") {
            $0.pause = $1
        },
        command("--resume-command", "lets it go on: 'ssh host{i} pkill -CONT raft-kv'") { $0.resume = $1 },
    ]

    private static func command(
        _ name: String, _ help: String, _ set: @escaping @Sendable (inout ShellCommands, String) -> Void
    ) -> OptionSpec {
        OptionSpec(name: name, value: "COMMAND", help: help, expected: "a command for \(ShellCommands.shell)")
        {
            text, options in
            set(&options.commands, text)
            return text.contains { $0 != " " }
        }
    }
}
