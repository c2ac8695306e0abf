/// The run's options and figures, as names and values.
extension Report {
    static func optionFacts(_ options: Options, seed: UInt64) -> [Fact] {
        var facts = [
            Fact(name: "workload", value: options.workload.rawValue),
            Fact(name: "program", value: options.commands.start ?? options.bin ?? ""),
            Fact(
                name: "nodes",
                value: options.nodeNames?.joined(separator: ", ") ?? "\(options.nodeCount)"),
            Fact(name: "clients", value: "\(options.clients)"),
            Fact(name: "rate", value: options.rate.isFinite ? "\(Text.number(options.rate))/s" : "no limit"),
            Fact(name: "time limit", value: "\(Text.number(options.timeLimit)) s"),
            Fact(
                name: "latency",
                value: options.latency.mean > 0
                    ? "\(Text.number(options.latency.mean)) ms, \(options.latency.distribution.rawValue)"
                    : "none"),
            Fact(
                name: "nemesis",
                value: options.nemesis.isEmpty
                    ? "none"
                    : options.nemesis.map(\.rawValue).joined(separator: ", ")
                        + " about every \(Text.number(options.nemesisInterval)) s"),
            Fact(name: "seed", value: "\(seed)"),
        ]
        if options.workload.isTransactional {
            let models = options.consistencyModels.map(\.rawValue).joined(separator: ", ")
            facts.insert(Fact(name: "consistency models", value: models), at: 1)
        }
        if !options.nodeArguments.isEmpty {
            facts.append(Fact(name: "node arguments", value: options.nodeArguments.joined(separator: " ")))
        }
        return facts
    }

    /// How to repeat a run, and what people should know of it.
    static func notes(_ results: Results) -> [Fact] {
        [("again", results.command), ("begun", results.date)].compactMap { name, text in
            text.map { Fact(name: name, value: $0) }
        } + (results.remarks ?? []).map { Fact(name: "remark", value: $0) }
    }

    static func facts(_ results: Results) -> [Fact] {
        let latencies = results.latencies
        var facts = [
            Fact(
                name: "requests",
                value: "\(Text.grouped(results.total.ok)) ok, \(Text.grouped(results.total.fail)) failed, "
                    + "\(Text.grouped(results.total.info)) unknown"),
            Fact(name: "served", value: "\(Text.decimal(results.availability * 100, 2)) %"),
            Fact(name: "throughput", value: "\(Text.grouped(Int(results.requestsPerSecond)))/s"),
            Fact(
                name: "latency",
                value: latencies.max == 0
                    ? "nothing was served"
                    : [
                        ("median", latencies.p50), ("95\u{a0}%", latencies.p95), ("99\u{a0}%", latencies.p99),
                        ("slowest", latencies.max),
                    ]
                    .map { "\($0.0)\u{a0}\(Text.number($0.1))\u{a0}ms" }.joined(separator: ", ")),
            Fact(
                name: "messages between nodes",
                value: "\(Text.grouped(results.serverMessages)), "
                    + "\(Text.decimal(results.messagesPerRequest, 2)) per request"),
        ]
        if let time = results.cpuMicrosecondsPerRequest, let peak = results.peakMegabytes {
            facts += [
                Fact(name: "processor time", value: "\(Text.decimal(time, 0)) µs per request, all nodes"),
                Fact(name: "largest node", value: "\(Text.decimal(peak, 1)) MB"),
            ]
        }
        return facts
            + results.errors.mostFirst.map { Fact(name: "not ok: \($0.key)", value: Text.grouped($0.value)) }
    }
}
