/// What a check found.
package struct SerializabilityVerdict: Sendable {
    /// How many anomalies of each kind there are that the models forbid. Of cycles, at least so many: one of each set
    /// of transactions that must come before one another.
    package var counts: [AnomalyKind: Int]
    /// Some of them: one of each kind first, the most serious kind first, and of each kind the smallest cycles.
    package var anomalies: [Anomaly]

    package var isValid: Bool { counts.isEmpty }
}

/// Checks transactions for the anomalies that consistency models forbid, as Elle does (Kingsbury and Alvaro, "Elle:
/// Inferring Isolation Anomalies from Experimental Observations", 2020). Lists show the order of their versions, so no
/// order has to be searched for: the time that it takes grows with the history.
package struct SerializabilityChecker: Sendable {
    private let forbidden: Set<AnomalyKind>

    package init(_ models: [ConsistencyModel] = [.strictSerializable]) {
        forbidden = models.reduce(into: []) { $0.formUnion($1.forbidden) }
    }

    /// - Parameter transactions: in order of invocation.
    /// - Throws: `TransactionHistoryError`.
    package func check(
        _ transactions: [Transaction]
    ) throws(TransactionHistoryError) -> SerializabilityVerdict {
        let index = try HistoryIndex(transactions)
        var findings = Findings()
        index.addDirectAnomalies(to: &findings)
        addCycles(index, to: &findings)
        return SerializabilityVerdict(
            counts: findings.counts.filter { forbidden.contains($0.key) },
            anomalies: findings.anomalies(forbidden))
    }

    /// Looks for cycles of one class after the other. Where transactions are in a cycle, larger classes are no news.
    private func addCycles(_ index: HistoryIndex, to findings: inout Findings) {
        let realtime = forbidden.contains(.gSingleRealtime)
        let graph = index.dependencies(realtime: realtime)
        var isExplained = Array(repeating: false, count: graph.transactions)
        var found: [AnomalyKind: [[DependencyGraph.Edge]]] = [:]
        let classes =
            CycleClass.classes(realtime: false) + (realtime ? CycleClass.classes(realtime: true) : [])
        for (number, cycles) in classes.enumerated() {
            // The last class without real time counts for serializability, and the one before for snapshot isolation.
            if number == 2, !forbidden.contains(.gSingle) { break }
            if number == 3, !forbidden.contains(.g2Item) { break }
            var search = CycleSearch(graph, cycles)
            let open = search.components.filter { component in
                !search.transactions(component).contains { isExplained[$0] }
            }
            for component in open {
                guard let cycle = search.cycle(in: component) else { continue }
                let steps = SerializabilityChecker.steps(cycle, graph)
                found[AnomalyKind(cycle: steps.map(\.relation)), default: []].append(steps)
                for transaction in search.transactions(component) { isExplained[transaction] = true }
            }
        }
        for (kind, cycles) in found {
            let smallest = cycles.sorted { $0.count < $1.count }.prefix(Findings.limit)
            findings.add(smallest.map { index.anomaly(kind, $0) }, of: kind, count: cycles.count)
        }
    }

    /// The edges of a cycle between transactions, from one transaction to the next.
    private static func steps(
        _ cycle: [DependencyGraph.Edge], _ graph: DependencyGraph
    ) -> [DependencyGraph.Edge] {
        var steps: [DependencyGraph.Edge] = []
        for edge in cycle {
            if edge.relation == .onward, let last = steps.indices.last {
                steps[last].to = edge.to
            } else {
                steps.append(edge)
            }
        }
        return steps
    }
}

extension HistoryIndex {
    /// An anomaly with words for each step of its cycle.
    func anomaly(_ kind: AnomalyKind, _ cycle: [DependencyGraph.Edge]) -> Anomaly {
        // Told from the transaction that was invoked first.
        let first = cycle.indices.min {
            transactions[Int(cycle[$0].from)].invoked < transactions[Int(cycle[$1].from)].invoked
        }
        let edges = Array(cycle[(first ?? 0)...] + cycle[..<(first ?? 0)])
        let members = edges.map { Int($0.from) }
        let steps = edges.enumerated().map { place, edge in
            Anomaly.Step(
                relation: edge.relation,
                words: words(
                    edge.relation, key: Int(edge.key), from: Int(edge.from), "T\(place + 1)",
                    to: Int(edge.to), "T\((place + 1) % edges.count + 1)"))
        }
        return Anomaly(kind: kind, transactions: members, steps: steps)
    }
}
