/// The reads at the end of a run.
extension Run {
    /// The longest time for them, in nanoseconds; more where clients wait long.
    static let readingPatience: UInt64 = 10_000_000_000

    /// Reads every key once through every node, so that a node that forgot what it acknowledged is found out.
    func readAll() throws(Failure) {
        guard options.checks, statistics.total.ok > 0 else { return }
        var left = lastReads()[...]
        let end = monotonicNow() + max(Run.readingPatience, 10 * options.timeout)
        isReadingAll = true
        while !left.isEmpty || clients.waiting > 0 {
            let now = monotonicNow()
            if now >= end, !left.isEmpty {
                readsLeftOut = left.count
                left = []
            }
            while !left.isEmpty, let worker = pace.takeFree() {
                let (node, request) = left.removeFirst()
                ask(request, worker: worker, of: node, at: now)
            }
            try turn(until: nextAnswer)
        }
    }

    private func lastReads() -> [(node: Int, request: Request)] {
        let requests =
            transactions?.lastReads() ?? workload.keys.sorted().map { Request(key: $0, kind: .read) }
        return requests.flatMap { request in (0..<options.livingCount).map { ($0, request) } }
    }

    /// Ends the nodes, and remarks on those that finished no line, or closed their stdin or stdout.
    func stopNodes() {
        for node in cluster.nodes { node.reap() }
        let running = cluster.nodes.filter(\.isRunning).map { (node: $0, start: $0.partial) }
        for (node, _) in running {
            if node.hasClosedOutput { remarks.note(.closedOutput(node: node.index), example: []) }
            if node.refusesInput { remarks.note(.closedInput(node: node.index), example: []) }
        }
        cluster.stop()
        // A line that was begun before and not finished since: the node had the time.
        for (node, start) in running
        where !start.isEmpty && node.partial.starts(with: start) && initialized.contains(node.index) {
            remarks.note(
                .unfinishedLine(node: node.index, bytes: node.partial.count), example: node.partial)
        }
    }

    /// What people should know of the run.
    var allRemarks: [String] {
        // What a node that ended the run answered last says nothing more.
        var lines = remarks.lines(options.names) + (failure == nil ? silences.lines(options.names) : [])
        if readsLeftOut > 0 {
            lines.append(
                "of the reads of every key through every node at the end, \(Text.grouped(readsLeftOut)) were left out, "
                    + "as those before took too long")
        }
        if statistics.malformed.count > 0, options.acceptsMalformed {
            lines.append(
                "\(Text.grouped(statistics.malformed.count)) replies broke the form that Maelstrom demands")
        }
        return lines
    }
}
