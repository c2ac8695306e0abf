/// Which transactions must come before which.
extension HistoryIndex {
    /// The graph of write, read and anti-dependencies, and of real time where it counts.
    func dependencies(realtime: Bool) -> DependencyGraph {
        var graph = DependencyGraph(transactions: transactions.count)
        for key in keys.indices where !keys[key].isRegister { addList(key, to: &graph) }
        addRegisters(to: &graph)
        if realtime { addRealtime(to: &graph) }
        graph.sort()
        return graph
    }

    /// A list shows the order of its versions. What was never read comes after all that was.
    private func addList(_ number: Int, to graph: inout DependencyGraph) {
        let key = keys[number]
        let writers = key.order.map { value in
            key.write(of: value).flatMap { isPossible($0) ? $0.transaction : nil }
        }
        var last: Int?
        for writer in writers.compactMap(\.self) {
            if let last { graph.link(last, writer, .writeDependency, key: number) }
            last = writer
        }
        let unseen = Words.distinct(
            key.writes.filter { $0.place == nil && isPossible($0) }.map(\.transaction))
        if let last { for writer in unseen { graph.link(last, writer, .writeDependency, key: number) } }
        // The writer of the next version after each; nil where none was read.
        var next = Array(repeating: Int?.none, count: writers.count + 1)
        for version in writers.indices.reversed() { next[version] = writers[version] ?? next[version + 1] }
        var readersOfLast: [Int] = []
        for read in key.reads {
            guard let version = read.version else { continue }
            if version > 0, let writer = writers[version - 1] {
                graph.link(writer, read.transaction, .readDependency, key: number)
            }
            if let writer = next[version] {
                graph.link(read.transaction, writer, .antiDependency, key: number)
            } else if readersOfLast.last != read.transaction {
                readersOfLast.append(read.transaction)
            }
        }
        graph.link(all: readersOfLast, to: unseen, .antiDependency, key: number)
    }

    /// Of a register's versions only some pairs have a known order: the initial state comes before all others, and what
    /// a transaction read comes before what it then wrote. Those are the assumptions of Maelstrom's workload.
    private func addRegisters(to graph: inout DependencyGraph) {
        struct Version: Hashable {
            var key: Int
            /// Nil for the initial state.
            var value: Datum?
        }
        var readers: [Version: [Int]] = [:]
        var replacers: [Version: [Int]] = [:]
        var versions: [Version] = []
        for read in externalReads() where keys[read.key].isRegister {
            let version = Version(key: read.key, value: read.values.first)
            if readers[version] == nil { versions.append(version) }
            readers[version, default: []].append(read.transaction)
            if read.isReplaced { replacers[version, default: []].append(read.transaction) }
        }
        for version in versions {
            let key = keys[version.key]
            guard let readers = readers[version] else { continue }
            var next = replacers[version] ?? []
            if let value = version.value {
                if let write = key.write(of: value), isPossible(write) {
                    for reader in readers {
                        graph.link(write.transaction, reader, .readDependency, key: version.key)
                    }
                    for writer in next {
                        graph.link(write.transaction, writer, .writeDependency, key: version.key)
                    }
                }
            } else {
                next = Words.distinct(key.writes.filter(isPossible).map(\.transaction))
            }
            graph.link(all: readers, to: next, .antiDependency, key: version.key)
        }
    }

    /// A chain of nodes that stand for moments: what ended leads to the next of them, and each leads to what began
    /// after it. So a path says what an edge for every pair would.
    private func addRealtime(to graph: inout DependencyGraph) {
        var moments: [(index: Int, transaction: Int, isReturn: Bool)] = []
        for (number, transaction) in transactions.enumerated() where transaction.outcome != .failed {
            moments.append((transaction.invoked, number, false))
            if transaction.outcome == .committed { moments.append((transaction.returned, number, true)) }
        }
        moments.sort { $0.index < $1.index }
        var node: Int?
        var hasInvoked = true
        for moment in moments {
            if !moment.isReturn {
                if let node { graph.link(node, moment.transaction, .onward) }
                hasInvoked = true
                continue
            }
            if hasInvoked {
                let new = graph.addNode()
                if let node { graph.link(node, new, .onward) }
                (node, hasInvoked) = (new, false)
            }
            if let node { graph.link(moment.transaction, node, .realtime) }
        }
    }
}
