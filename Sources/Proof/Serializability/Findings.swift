/// Anomalies as they are found: all are counted, and some of each kind are kept.
struct Findings {
    /// How many of each kind are kept.
    static let limit = 20

    private(set) var counts: [AnomalyKind: Int] = [:]
    private var kept: [AnomalyKind: [Anomaly]] = [:]

    mutating func add(_ kind: AnomalyKind, _ transactions: [Int], _ words: @autoclosure () -> String) {
        counts[kind, default: 0] += 1
        guard kept[kind, default: []].count < Findings.limit else { return }
        kept[kind, default: []].append(Anomaly(kind: kind, transactions: transactions, words: words()))
    }

    /// - Parameter cycles: the smallest first.
    mutating func add(_ cycles: [Anomaly], of kind: AnomalyKind, count: Int) {
        counts[kind, default: 0] += count
        kept[kind, default: []] += cycles
    }

    /// One of each kind first, by seriousness, then the others.
    func anomalies(_ kinds: Set<AnomalyKind>) -> [Anomaly] {
        let lists = AnomalyKind.allCases.filter(kinds.contains).map { kept[$0] ?? [] }
        return lists.compactMap(\.first) + lists.flatMap { $0.dropFirst() }
    }
}
