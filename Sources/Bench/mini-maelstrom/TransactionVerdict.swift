import Serializability

/// The verdict on a run of transactions.
extension Judgement {
    /// What was found in a history of transactions.
    struct Anomalies: Sendable {
        var counts: [AnomalyKind: Int] = [:]
        /// One of each kind first.
        var examples: [Anomaly] = []
        /// Those that the examples name by their indexes.
        var transactions: [Transaction] = []

        /// Whether keys are lists, and not registers.
        var isOfLists: Bool {
            !transactions.contains { transaction in
                transaction.operations.contains { if case .write = $0 { true } else { false } }
            }
        }
    }

    /// The reasons: which kinds there are, and then the examples.
    static func reasons(
        _ anomalies: Anomalies, _ models: [ConsistencyModel], _ places: EventPlaces
    ) -> [String] {
        guard !anomalies.counts.isEmpty else { return [] }
        let kinds = AnomalyKind.allCases.compactMap { kind in
            anomalies.counts[kind].map { "\(Text.grouped($0)) \(kind.rawValue) (\(kind.words))" }
        }
        let names = models.map(\.rawValue).joined(separator: ", ")
        let isOfLists = anomalies.isOfLists
        return ["not \(names): \(kinds.joined(separator: ", "))"]
            + anomalies.examples.map { describe($0, anomalies.transactions, places, isOfLists: isOfLists) }
    }

    /// An anomaly in words, with its transactions.
    private static func describe(
        _ anomaly: Anomaly, _ transactions: [Transaction], _ places: EventPlaces, isOfLists: Bool
    ) -> String {
        let count = anomaly.transactions.count
        let kind =
            anomaly.steps.isEmpty
            ? anomaly.words
            : "\(count) transactions, of which each must come before the next, and the last before the first"
        let shown = anomaly.transactions.enumerated().prefix(mostTransactions)
        var lines = ["\(anomaly.kind.rawValue): \(kind)"]
        lines.append("    \(Text.left("", 5))\(places.heading)")
        for (place, index) in shown {
            let transaction = transactions[index]
            let end = transaction.outcome == .committed ? transaction.returned : nil
            let ending = transaction.outcome == .committed ? "" : " (\(words(transaction.outcome)))"
            lines.append(
                "    " + Text.left("T\(place + 1)", 5)
                    + places.columns(transaction.invoked, end, process: transaction.process)
                    + words(transaction.operations, isOfLists: isOfLists) + ending)
        }
        for (place, step) in anomaly.steps.enumerated().prefix(mostTransactions) {
            let (from, to) = (place + 1, (place + 1) % count + 1)
            lines.append("    T\(from) before T\(to) (\(step.relation.name)): \(step.words)")
        }
        if count > mostTransactions { lines.append("    ... and \(count - mostTransactions) more") }
        return lines.joined(separator: "\n")
    }

    /// How many transactions of a cycle are told.
    private static let mostTransactions = 12
    /// How many micro-operations of a transaction are told.
    private static let mostOperations = 12

    static func words(_ outcome: Transaction.Outcome) -> String {
        switch outcome {
        case .committed: "committed"
        case .failed: "failed"
        case .unknown: "outcome unknown"
        }
    }

    private static func words(_ operations: [MicroOperation], isOfLists: Bool) -> String {
        let shown = operations.prefix(mostOperations).map { $0.words(isOfLists: isOfLists) }
        return (shown + (operations.count > shown.count ? ["..."] : [])).joined(separator: ", ")
    }
}
