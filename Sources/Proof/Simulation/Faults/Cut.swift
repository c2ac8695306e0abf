/// A set of links that are cut together. Each link has one direction.
struct Cut {
    var description: String
    var links: [(from: Int, to: Int)] = []

    /// Draws a partition: both directions of each link, or a majorities ring.
    static func draw(_ dice: inout Dice, _ size: Int, target: Int) -> Cut {
        var others = (0..<size).filter { $0 != target }
        dice.shuffle(&others)
        switch dice.below(6) {
        case 0: return split([[target], others], "n\(target) is cut off")
        case 1: return split(halves(&dice, [target] + others), "the cluster is split")
        case 2:
            // The target with a minority, the others with the majority.
            let minority = [target] + others.prefix(max((size - 1) / 2 - 1, 0))
            return split([minority, others.filter { !minority.contains($0) }], "n\(target) is in a minority")
        case 3:
            guard let bridge = others.popLast() else { return Cut(description: "nothing is cut") }
            let slot = others.count / 2
            return split(
                [[target] + others[..<slot], Array(others[slot...])], "only n\(bridge) is a bridge")
        case 4: return ring([target] + others)
        default: return split((0..<size).map { [$0] }, "all links are cut")
        }
    }

    /// Draws a cut of single directions.
    static func drawOneWay(_ dice: inout Dice, _ size: Int, target: Int) -> Cut {
        let others = (0..<size).filter { $0 != target }
        switch dice.below(4) {
        case 0:
            return Cut(description: "all links to n\(target) are cut", links: others.map { ($0, target) })
        case 1:
            return Cut(description: "all links from n\(target) are cut", links: others.map { (target, $0) })
        case 2:
            var links: [(from: Int, to: Int)] = []
            for from in 0..<size {
                for to in 0..<size where from != to && dice.below(3) == 0 { links.append((from, to)) }
            }
            return Cut(
                description: "links are cut: \(links.map { "n\($0.from) to n\($0.to)" })", links: links)
        default:
            var all = Array(0..<size)
            dice.shuffle(&all)
            let groups = halves(&dice, all)
            let links = groups[0].flatMap { from in groups[1].map { (from: from, to: $0) } }
            return Cut(description: "links from \(groups[0]) to \(groups[1]) are cut", links: links)
        }
    }

    private static func halves(_ dice: inout Dice, _ all: [Int]) -> [[Int]] {
        let slot = dice.below(2) == 0 ? all.count / 2 : dice.below(all.count + 1)
        return [Array(all[..<slot]), Array(all[slot...])]
    }

    private static func split(_ groups: [[Int]], _ description: String) -> Cut {
        Cut(description: "\(description): \(groups)", links: between(groups))
    }

    /// The links between members of different groups. A member in no group keeps all its links.
    static func between(_ groups: [[Int]]) -> [(from: Int, to: Int)] {
        groups.enumerated().flatMap { slot, group in
            groups.indices.filter { $0 != slot }
                .flatMap { other in group.flatMap { from in groups[other].map { (from, $0) } } }
        }
    }

    /// Maelstrom's majorities ring: each member hears a majority, and no two hear the same one. The members that a
    /// member hears and those that hear it differ.
    private static func ring(_ all: [Int]) -> Cut {
        let size = all.count
        let majority = size / 2 + 1
        var cut = Cut(description: "a ring of majorities: \(all)")
        for slot in all.indices {
            for step in 0..<size where step >= majority {
                cut.links.append((all[(slot + step) % size], all[slot]))
            }
        }
        return cut
    }
}
