/// Finds a small cycle in each strongly connected component of a part of the graph.
///
/// Its nodes are those of the graph, each once for every state: where anti-dependencies must not follow each other, a
/// node that was reached by one is another node than the same one reached otherwise.
struct CycleSearch {
    /// How many edges may be followed to make cycles smaller, once each component has one.
    private static let budget = 5_000_000

    private let graph: DependencyGraph
    private let states: Int
    private let required: Relation
    private let allowed: [Bool]
    /// The component of each node; -1 for a node that is in no cycle.
    private var component: [Int32]
    private(set) var components: [[Int32]] = []
    private var budget = CycleSearch.budget
    // Of the search from one edge: distance and the edge that led there, valid where the stamp is that of the search.
    private var stamp: [Int32] = []
    private var distance: [Int32] = []
    private var origin: [(node: Int32, edge: Int32)] = []
    private var searches: Int32 = 0

    init(_ graph: DependencyGraph, _ cycles: CycleClass) {
        self.graph = graph
        states = cycles.separatesAntiDependencies ? 2 : 1
        required = cycles.required
        allowed = (0..<5).map { value in
            Relation(rawValue: value).map(cycles.relations.contains) ?? false
        }
        component = Array(repeating: -1, count: graph.count * states)
        findComponents()
    }

    /// The transactions of a component.
    func transactions(_ component: [Int32]) -> [Int] {
        component.map { Int($0) / states }.filter { $0 < graph.transactions }
    }

    /// Where an edge leads; nil where it may not be followed.
    private func target(_ edge: DependencyGraph.Edge, from node: Int) -> Int? {
        guard allowed[Int(edge.relation.rawValue)] else { return nil }
        guard states == 2 else { return Int(edge.to) }
        let state = node % 2
        switch edge.relation {
        case .antiDependency: return state == 1 ? nil : Int(edge.to) * 2 + 1
        case .onward: return Int(edge.to) * 2 + state
        default: return Int(edge.to) * 2
        }
    }

    /// Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972), without recursion.
    private mutating func findComponents() {
        let count = component.count
        var order = Array(repeating: Int32(-1), count: count)
        var low = Array(repeating: Int32(0), count: count)
        var isOpen = Array(repeating: false, count: count)
        var open: [Int32] = []
        var path: [(node: Int, edge: Int)] = []
        var next: Int32 = 0
        func enter(_ node: Int) {
            (order[node], low[node]) = (next, next)
            next += 1
            isOpen[node] = true
            open.append(Int32(node))
            path.append((node, graph.edges(from: node / states).lowerBound))
        }
        for root in 0..<count where order[root] < 0 {
            enter(root)
            while let (node, edge) = path.last {
                if edge < graph.edges(from: node / states).upperBound {
                    path[path.count - 1].edge += 1
                    guard let target = target(graph.edges[edge], from: node) else { continue }
                    if order[target] < 0 {
                        enter(target)
                    } else if isOpen[target] {
                        low[node] = min(low[node], order[target])
                    }
                    continue
                }
                path.removeLast()
                if let above = path.last { low[above.node] = min(low[above.node], low[node]) }
                guard low[node] == order[node] else { continue }
                var members: [Int32] = []
                while let member = open.popLast() {
                    isOpen[Int(member)] = false
                    members.append(member)
                    if Int(member) == node { break }
                }
                guard members.count > 1 else { continue }
                for member in members { component[Int(member)] = Int32(components.count) }
                components.append(members)
            }
        }
    }

    /// A cycle of a component, as the edges of the graph that it follows: the smallest, unless the component is huge.
    mutating func cycle(in members: [Int32]) -> [DependencyGraph.Edge]? {
        if stamp.isEmpty {
            stamp = Array(repeating: -1, count: component.count)
            distance = Array(repeating: 0, count: component.count)
            origin = Array(repeating: (-1, -1), count: component.count)
        }
        var best: [(node: Int, edge: Int)]?
        var length = Int32.max
        for member in members {
            let node = Int(member)
            for edge in graph.edges(from: node / states) where graph.edges[edge].relation == required {
                guard best == nil || budget > 0 else { break }
                guard let start = target(graph.edges[edge], from: node), component[start] == component[node],
                    let back = path(from: start, to: node, below: length - 1)
                else { continue }
                best = [(node, edge)] + back
                length = distance[node] + 1
            }
        }
        return best?.map { graph.edges[$0.edge] }
    }

    /// The shortest path within a component, in edges that are relations of their own, where it has fewer than `limit`.
    private mutating func path(from start: Int, to end: Int, below limit: Int32) -> [(node: Int, edge: Int)]?
    {
        searches += 1
        var reached = [Int32(start)]
        (stamp[start], distance[start], origin[start]) = (searches, 0, (-1, -1))
        var depth: Int32 = 0
        while !reached.isEmpty, depth < limit {
            var beyond: [Int32] = []
            var index = 0
            while index < reached.count {
                let node = Int(reached[index])
                index += 1
                guard distance[node] == depth else { continue }
                if node == end { return trace(to: end) }
                for edge in graph.edges(from: node / states) {
                    budget -= 1
                    guard let target = target(graph.edges[edge], from: node),
                        component[target] == component[node]
                    else { continue }
                    let isFree = graph.edges[edge].relation == .onward
                    let far = isFree ? depth : depth + 1
                    guard stamp[target] != searches || distance[target] > far else { continue }
                    (stamp[target], distance[target]) = (searches, far)
                    origin[target] = (Int32(node), Int32(edge))
                    if isFree { reached.append(Int32(target)) } else { beyond.append(Int32(target)) }
                }
            }
            (reached, depth) = (beyond, depth + 1)
        }
        return nil
    }

    private func trace(to end: Int) -> [(node: Int, edge: Int)] {
        var result: [(node: Int, edge: Int)] = []
        var node = Int32(end)
        while origin[Int(node)].edge >= 0 {
            let (before, edge) = origin[Int(node)]
            result.append((Int(before), Int(edge)))
            node = before
        }
        return result.reversed()
    }
}
