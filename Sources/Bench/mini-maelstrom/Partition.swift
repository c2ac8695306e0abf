/// Jepsen's kinds of partition.
enum Partition: String, CaseIterable, Sendable {
    /// Isolates one node.
    case one
    /// Splits the nodes into halves that differ by one at most.
    case majority
    /// A majorities ring: every node hears a majority, and no two hear the same. With up to five nodes, most links work
    /// only in one direction.
    case majoritiesRing = "majorities-ring"
    /// Isolates fewer than a third of the nodes; none of three.
    case minorityThird = "minority-third"

    /// Draws the links to cut.
    func cuts(nodes: Int, random: inout SeededRandom) -> Cuts {
        let order = Array(0..<nodes).shuffled(using: &random)
        switch self {
        case .one: return Partition.split(order, at: 1)
        case .majority: return Partition.split(order, at: nodes / 2)
        case .minorityThird: return Partition.split(order, at: (nodes - 1) / 3)
        case .majoritiesRing:
            return nodes <= 5
                ? Partition.ring(order) : Partition.overlapping(order, random: &random)
        }
    }

    /// Cuts all links between the first nodes and the rest.
    static func split(_ order: [Int], at size: Int) -> Cuts {
        var cuts = Cuts(nodes: order.count)
        for one in order.prefix(size) {
            for other in order.dropFirst(size) {
                cuts.insert(from: one, to: other)
                cuts.insert(from: other, to: one)
            }
        }
        return cuts
    }

    /// Each node hears only the run of a majority around it.
    static func ring(_ order: [Int]) -> Cuts {
        let majority = order.count / 2 + 1
        var cuts = Cuts(nodes: order.count)
        for start in order.indices {
            let heard = (0..<majority).map { order[(start + $0) % order.count] }
            for other in order where !heard.contains(other) {
                cuts.insert(from: other, to: heard[majority / 2])
            }
        }
        return cuts
    }

    /// Links the nodes with the fewest links until each hears a majority. Larger rings do not exist for every size.
    static func overlapping(_ order: [Int], random: inout SeededRandom) -> Cuts {
        let majority = order.count / 2 + 1
        var heard = order.indices.map { Set([$0]) }
        while let least = heard.map(\.count).min(), least < majority {
            let byDegree = order.indices.shuffled(using: &random).sorted { heard[$0].count < heard[$1].count }
            let one = byDegree[0]
            guard let other = byDegree.first(where: { !heard[one].contains($0) }) else { break }
            heard[one].insert(other)
            heard[other].insert(one)
        }
        var cuts = Cuts(nodes: order.count)
        for node in order.indices {
            for other in order.indices where !heard[node].contains(other) {
                cuts.insert(from: other, to: node)
            }
        }
        return cuts
    }
}
