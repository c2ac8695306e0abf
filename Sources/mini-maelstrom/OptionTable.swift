/// One option of `mini-maelstrom test`.
struct OptionSpec: Sendable {
    var name: String
    var short: String?
    /// What stands for the value in the help; nil where the option takes none.
    var value: String?
    var help: String
    /// What the value must be, for the error.
    var expected = ""
    /// - Returns: whether the value is fit.
    var apply: @Sendable (String, inout Options) -> Bool
}

extension OptionSpec {
    /// All options, in the order of the help.
    static let all: [OptionSpec] =
        [
            OptionSpec(
                name: "--workload", short: "-w", value: "NAME",
                help: "what workload to run: lin-kv (default: lin-kv)",
                expected: "lin-kv, the only workload here"
            ) { text, options in
                options.workload = text
                return text == "lin-kv"
            },
            OptionSpec(
                name: "--bin", value: "FILE", help: "path to binary which runs a node",
                expected: "a path"
            ) { text, options in
                options.bin = text
                options.commands.start = nil
                return !text.isEmpty
            },
            OptionSpec(
                name: "--node-count", value: "N", help: "how many nodes to run, n0, n1, ... (default: 5)",
                expected: "an integer from 1 to 200"
            ) { text, options in number(text, 1...200) { options.nodeCount = $0 } },
            OptionSpec(
                name: "--concurrency", value: "N",
                help:
                    "how many clients; 4n means four per node. Maelstrom wants a multiple of 2n (default: 4n)",
                expected: "an integer from 1 to 100000, or one followed by n, such as 4n"
            ) { text, options in
                text.hasSuffix("n")
                    ? number(String(text.dropLast()), 1...1000) { options.concurrency = .perNode($0) }
                    : number(text, 1...100_000) { options.concurrency = .clients($0) }
            },
            OptionSpec(
                name: "--rate", value: "R",
                help: "requests per second of all clients together; 0: as fast as it goes (default: 5)",
                expected: "a number, 0 or more"
            ) { text, options in decimal(text, 0...1e9) { options.rate = $0 } },
            OptionSpec(
                name: "--time-limit", value: "S",
                help: "for how long clients ask, in seconds (default: 60)", expected: "a number above 0"
            ) { text, options in decimal(text, 0.001...1e7) { options.timeLimit = $0 } },
            OptionSpec(
                name: "--latency", value: "MS",
                help: "mean (normal) network latency between nodes, in ms (default: 0)",
                expected: "a number, 0 or more"
            ) { text, options in decimal(text, 0...1e7) { options.latency.mean = $0 } },
            OptionSpec(
                name: "--latency-dist", value: "TYPE",
                help:
                    "what kind of latency distribution to use: constant, uniform, exponential (default: constant)",
                expected: "constant, uniform or exponential"
            ) { text, options in
                guard let kind = Latency.Distribution(rawValue: text) else { return false }
                options.latency.distribution = kind
                return true
            },
            OptionSpec(
                name: "--nemesis", value: "FAULTS",
                help: "a comma-separated list of faults to inject: \(Nemesis.Fault.list) (default: none)",
                expected: "a list of \(Nemesis.Fault.list)"
            ) { text, options in
                list(text) { options.nemesis = $0 }
            },
            OptionSpec(
                name: "--nemesis-interval", value: "S",
                help: "how many seconds between nemesis operations, on average (default: 10)",
                expected: "a number above 0"
            ) { text, options in decimal(text, 0.001...1e7) { options.nemesisInterval = $0 } },
            OptionSpec(
                name: "--seed", value: "N",
                help: "what is drawn for requests, latencies and faults (default: drawn)",
                expected: "an integer from 0 to \(UInt64.max)"
            ) { text, options in
                options.seed = UInt64(text)
                return options.seed != nil
            },
        ]
        + checking + logging + extra + remote

    /// Several of what a type lists.
    static func list<Item: RawRepresentable<String>>(_ text: String, _ set: ([Item]) -> Void) -> Bool {
        let items = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Item(rawValue: $0.filter { $0 != " " })
        }
        set(items.compactMap(\.self))
        return !items.contains { $0 == nil }
    }

    static func number(_ text: String, _ range: ClosedRange<Int>, _ set: (Int) -> Void) -> Bool {
        guard let value = Int(text), range.contains(value) else { return false }
        set(value)
        return true
    }

    static func decimal(
        _ text: String, _ range: ClosedRange<Double>, _ set: (Double) -> Void
    ) -> Bool {
        guard let value = Double(text), range.contains(value) else { return false }
        set(value)
        return true
    }
}

extension Options {
    /// Reads arguments over what is set already; of an option given twice, the last one counts.
    /// - Throws: `UsageError`.
    mutating func parse(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                nodeArguments = Array(rest)
                return
            }
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let isAssigned = argument.hasPrefix("--") && parts.count == 2
            let name = isAssigned ? parts[0] : argument
            guard let spec = OptionSpec.all.first(where: { $0.name == name || $0.short == name }) else {
                throw UsageError("\(argument): no such option; --help lists them")
            }
            guard spec.value != nil else {
                if isAssigned { throw UsageError(spec.name, parts[1], expected: "no value") }
                _ = spec.apply("", &self)
                continue
            }
            guard let value = isAssigned ? parts[1] : rest.popFirst() else {
                throw UsageError("\(spec.name): expected \(spec.expected)")
            }
            guard spec.apply(value, &self) else {
                throw UsageError(spec.name, value, expected: spec.expected)
            }
        }
    }
}

extension CaseIterable where Self: RawRepresentable<String> {
    /// All of them, for people.
    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
