/// Transactions, and which must come before which. Beside them it has nodes that stand for "one of these, then all of
/// those", so that it grows with the history and not with its square.
struct DependencyGraph {
    struct Edge {
        var from: Int32
        var to: Int32
        var relation: Relation
        /// The number of the key that it comes from; -1 for none.
        var key: Int32
    }

    /// The number of transactions, which are the first nodes.
    let transactions: Int
    private(set) var count: Int
    private(set) var edges: [Edge] = []
    /// Where the edges of each node begin, once sorted; one more than there are nodes.
    private var starts: [Int] = []

    init(transactions: Int) {
        self.transactions = transactions
        count = transactions
    }

    mutating func addNode() -> Int {
        count += 1
        return count - 1
    }

    mutating func link(_ from: Int, _ to: Int, _ relation: Relation, key: Int = -1) {
        guard from != to else { return }
        edges.append(Edge(from: Int32(from), to: Int32(to), relation: relation, key: Int32(key)))
    }

    /// Links each of some transactions to each of others, but none to itself, with edges and nodes as many as there are
    /// transactions.
    mutating func link(all sources: [Int], to targets: [Int], _ relation: Relation, key: Int) {
        guard !sources.isEmpty, !targets.isEmpty else { return }
        guard sources.count * targets.count > 4 * (sources.count + targets.count) else {
            for source in sources { for target in targets { link(source, target, relation, key: key) } }
            return
        }
        // From `after[i]` lead edges to the targets from i on, from `before[i]` to those up to i.
        let after = targets.map { _ in addNode() }
        let before = targets.map { _ in addNode() }
        for (index, target) in targets.enumerated() {
            link(after[index], target, .onward, key: key)
            link(before[index], target, .onward, key: key)
            guard index > 0 else { continue }
            link(after[index - 1], after[index], .onward, key: key)
            link(before[index], before[index - 1], .onward, key: key)
        }
        let places = Dictionary(targets.enumerated().map { ($1, $0) }) { first, _ in first }
        for source in sources {
            guard let place = places[source] else {
                link(source, after[0], relation, key: key)
                continue
            }
            if place > 0 { link(source, before[place - 1], relation, key: key) }
            if place + 1 < targets.count { link(source, after[place + 1], relation, key: key) }
        }
    }

    /// Sorts the edges by the node that they leave. Nothing is added after that.
    mutating func sort() {
        starts = Array(repeating: 0, count: count + 1)
        for edge in edges { starts[Int(edge.from) + 1] += 1 }
        for node in 0..<count { starts[node + 1] += starts[node] }
        var next = starts
        var sorted = edges
        for edge in edges {
            sorted[next[Int(edge.from)]] = edge
            next[Int(edge.from)] += 1
        }
        edges = sorted
    }

    /// The indexes of the edges that leave a node.
    func edges(from node: Int) -> Range<Int> { starts[node]..<starts[node + 1] }
}

/// A part of the graph whose cycles are anomalies of one kind.
struct CycleClass {
    /// The relations of its edges.
    var relations: Set<Relation>
    /// Every cycle that is not of an earlier class has one of these.
    var required: Relation
    /// Whether no anti-dependency may follow another one: cycles of those that do are possible under snapshot isolation
    /// (Cerone and Gotsman, "Analysing Snapshot Isolation", 2016).
    var separatesAntiDependencies = false

    /// The classes in the order of their search: each holds the cycles of the earlier ones and more.
    static func classes(realtime: Bool) -> [CycleClass] {
        let time: Set<Relation> = realtime ? [.realtime, .onward] : [.onward]
        let writes = time.union([.writeDependency])
        let reads = writes.union([.readDependency])
        let all = reads.union([.antiDependency])
        return [
            CycleClass(relations: writes, required: .writeDependency),
            CycleClass(relations: reads, required: .readDependency),
            CycleClass(relations: all, required: .antiDependency, separatesAntiDependencies: true),
            CycleClass(relations: all, required: .antiDependency),
        ]
    }
}
