import Serializability

/// One option of `mini-maelstrom test`.
struct OptionSpec: Sendable {
    var name: String
    var short: String?
    /// The placeholder for the value in the help; nil if the option takes none.
    var value: String?
    var help: String
    /// What the value must be, for the error message.
    var expected = ""
    /// - Returns: whether the value is valid.
    var apply: @Sendable (inout Options, String) -> Bool
}

extension OptionSpec {
    /// All options, in the order of the help.
    static let all: [OptionSpec] = [
        OptionSpec(
            name: "--workload", short: "-w", value: "NAME",
            help: "what workload to run: \(names(Options.Workload.self)) (default: lin-kv)",
            expected: "one of \(names(Options.Workload.self))"
        ) { options, text in
            guard let workload = Options.Workload(rawValue: text) else { return false }
            (options.workload, options.name) = (workload, text)
            return true
        },
        OptionSpec(
            name: "--bin", value: "FILE", help: "path to binary which runs a node", expected: "a path"
        ) {
            $0.bin = $1
            $0.commands.start = nil
            return !$1.isEmpty
        },
        integer("--node-count", 1...200, "how many nodes to run, n0, n1, ... (default: 5)") {
            $0.nodeCount = $1
            $0.nodeNames = nil
        },
        OptionSpec(
            name: "--nodes", value: "NAMES", help: "the nodes by name, with commas between them",
            expected: nameList
        ) { $0.setNodes($1.split(separator: ",", omittingEmptySubsequences: false).map(String.init)) },
        OptionSpec(
            name: "--node", short: "-n", value: "NAME", help: "a node; may be given more than once",
            expected: nameList
        ) { $0.setNodes(($0.nodeNames ?? []) + [$1]) },
        OptionSpec(
            name: "--nodes-file", value: "FILE", help: "a file of nodes, one name per line",
            expected: "a file of names, one per line, each \(nameForm)"
        ) { options, file in
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return false }
            return options.setNodes(text.split(whereSeparator: \.isWhitespace).map(String.init))
        },
        integer(
            "--dead", 0...199,
            "how many of them, counted from the last, are killed for good at the start; clients avoid them "
                + "(default: 0)"
        ) { $0.deadCount = $1 },
        OptionSpec(
            name: "--concurrency", value: "N",
            help: "how many clients; 4n means four per node. For lin-kv a multiple of 2n (default: 4n)",
            expected: "an integer from 1 to 100000, or one followed by n, such as 4n"
        ) { options, text in
            let isPerNode = text.hasSuffix("n")
            guard let count = Int(isPerNode ? String(text.dropLast()) : text),
                (1...(isPerNode ? 1000 : 100_000)).contains(count)
            else { return false }
            options.concurrency = isPerNode ? .perNode(count) : .total(count)
            return true
        },
        OptionSpec(
            name: "--rate", value: "R",
            help: "requests per second of all clients together; 0: none; max: no limit (default: 5)",
            expected: "a number, 0 or more, or max"
        ) { options, text in
            guard let rate = text == "max" ? .infinity : number(text), rate >= 0,
                rate <= 1e9 || text == "max"
            else { return false }
            options.rate = rate
            return true
        },
        decimal(
            "--time-limit", "S", 0.001...1e7, "a number above 0",
            "how long clients send requests, in seconds (default: 60)"
        ) { $0.timeLimit = $1 },
        decimal(
            "--latency", "MS", 0...1e7, "a number, 0 or more",
            "mean (normal) network latency between nodes, in ms (default: 0)"
        ) { $0.latency.mean = $1 },
        OptionSpec(
            name: "--latency-dist", value: "TYPE",
            help:
                "what kind of latency distribution to use: constant, uniform, exponential (default: constant)",
            expected: "constant, uniform or exponential"
        ) { options, text in
            guard let kind = Latency.Distribution(rawValue: text) else { return false }
            options.latency.distribution = kind
            return true
        },
        list("--nemesis", "FAULTS", "a comma-separated list of faults to inject", default: "none") {
            $0.nemesis = $1
        },
        decimal(
            "--nemesis-interval", "S", 0.001...1e7, "a number above 0",
            "how many seconds between nemesis operations, on average (default: 10)"
        ) { $0.nemesisInterval = $1 },
        OptionSpec(
            name: "--seed", value: "N",
            help: "seed of requests, latencies and faults (default: random)",
            expected: "an integer from 0 to \(UInt64.max)"
        ) {
            $0.seed = UInt64($1)
            return $0.seed != nil
        },
        integer(
            "--test-count", 1...1_000_000,
            "how many runs, each with the next seed, until one is not valid (default: 1)"
        ) { $0.testCount = $1 },
        OptionSpec(
            name: "--consistency-models", value: "MODELS",
            help:
                "a comma-separated list of consistency models to check: linearizable for lin-kv; for transactions "
                + "\(names(ConsistencyModel.self)) (default: linearizable, and strict-serializable)",
            expected: "a list of linearizable, \(names(ConsistencyModel.self))"
        ) { options, text in
            options.models = text.split(separator: ",", omittingEmptySubsequences: false)
                .map { $0.filter { $0 != " " } }
            return options.models.allSatisfy { $0 == "linearizable" || ConsistencyModel(rawValue: $0) != nil }
        },
        integer(
            "--key-count", 1...10_000_000,
            "how many keys transactions use at a time (default: \(TransactionWorkload.defaultKeyCount)); for lin-kv, "
                + "every client uses N keys that never retire"
        ) { $0.shape.keyCount = $1 },
        integer("--max-txn-length", 1...10_000, "the most micro-operations in a transaction (default: 4)") {
            $0.transactionLength = $1
        },
        integer(
            "--max-writes-per-key", 1...1_000_000, "how often transactions write a key (default: 16)"
        ) { $0.writesPerKey = $1 },
        requirement(
            "--availability",
            "what share of the requests must end ok, so that a cas which fails counts against it", { .ok($0) }
        ),
        flag("--log-stderr", "whether to log debugging output from nodes") { $0.logsStderr = true },
        flag("--log-net-send", "log messages between nodes as they're sent") { $0.logsSends = true },
        flag("--log-net-recv", "log messages between nodes as they're received") { $0.logsReceipts = true },
        // Options that Maelstrom does not have.
        integer("--clients", 1...100_000, "how many clients, also where --concurrency must be a multiple") {
            $0.concurrency = .any($1)
        },
        requirement(
            "--served",
            "what share must be answered from the store, also with \"no such key\" or \"not that value\"",
            { .served($0) }),
        flag(
            "--accept-malformed",
            "a run may be valid though replies broke the form of Maelstrom, which goes on after an error"
        ) { $0.acceptsMalformed = true },
        integer(
            "--ops-per-key", 1...10_000_000,
            "retire a key of lin-kv after some N requests, and not only after 20 processes"
        ) { $0.shape.operationsPerKey = $1 },
        share(
            "--read-ratio", "R",
            "the share of reads, and for lin-kv as many writes as cas, instead of Maelstrom's mix"
        ) { $0.shape.readRatio = $1 },
        integer(
            "--padding", 0...10_000_000,
            "write strings with N bytes of padding instead of numbers; for lin-kv with --no-check"
        ) { $0.shape.padding = $1 },
        share(
            "--p-loss", "P", "probability that a message between nodes is lost during loss (default: 0.1)"
        ) { $0.lossShare = $1 },
        share("--p-duplicate", "P", "probability that it is duplicated during duplicate (default: 0.1)") {
            $0.duplicateShare = $1
        },
        list("--partitions", "KINDS", "the partitions to draw from", default: "all") { $0.partitions = $1 },
        flag("--no-check", "measure only: keep no history and check nothing") { $0.checks = false },
        decimal(
            "--aftermath", "S", 0...1e7, "a number, 0 or more",
            "how long clients go on after the last fault, in seconds (default: 3)"
        ) { $0.aftermath = $1 },
        file("--junit", "write the verdicts as a JUnit XML file") { $0.junit = $1 },
        file("--summary", "append them as Markdown (default: $GITHUB_STEP_SUMMARY, if set)") {
            $0.summary = $1
        },
        // Handled before options are read.
        OptionSpec(name: "--help", short: "-h", help: "print this help") { _, _ in true },
        command(
            "--node-command", "starts node {i} with id {id}, instead of --bin: 'ssh host{i} raft-kv'"
        ) {
            $0.bin = nil
            $0.commands.start = $1
        },
        command("--kill-command", "kills that node, for kill: 'ssh host{i} pkill -9 raft-kv'") {
            $0.commands.kill = $1
        },
        command("--pause-command", "pauses it, for pause: 'ssh host{i} pkill -STOP raft-kv'") {
            $0.commands.pause = $1
        },
        command("--resume-command", "resumes it: 'ssh host{i} pkill -CONT raft-kv'") {
            $0.commands.resume = $1
        },
    ]
}
