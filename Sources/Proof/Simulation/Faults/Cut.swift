/// Links that are cut together, each with its direction.
struct Cut {
    var told: String
    var links: [(from: Int, to: Int)] = []

    /// A cut that works in both directions, or a ring.
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
            guard let bridge = others.popLast() else { return Cut(told: "nothing is cut") }
            let slot = others.count / 2
            return split(
                [[target] + others[..<slot], Array(others[slot...])], "only n\(bridge) is a bridge")
        case 4: return ring([target] + others)
        default: return split((0..<size).map { [$0] }, "all are cut off")
        }
    }

    /// A cut that works in one direction.
    static func drawOneWay(_ dice: inout Dice, _ size: Int, target: Int) -> Cut {
        let others = (0..<size).filter { $0 != target }
        switch dice.below(4) {
        case 0:
            return Cut(told: "n\(target) hears nobody", links: others.map { ($0, target) })
        case 1:
            return Cut(told: "nobody hears n\(target)", links: others.map { (target, $0) })
        case 2:
            var links: [(from: Int, to: Int)] = []
            for from in 0..<size {
                for to in 0..<size where from != to && dice.below(3) == 0 { links.append((from, to)) }
            }
            return Cut(told: "links are cut: \(links.map { "n\($0.from) to n\($0.to)" })", links: links)
        default:
            var all = Array(0..<size)
            dice.shuffle(&all)
            let groups = halves(&dice, all)
            let links = groups[0].flatMap { from in groups[1].map { (from: from, to: $0) } }
            return Cut(told: "\(groups[1]) do not hear \(groups[0])", links: links)
        }
    }

    private static func halves(_ dice: inout Dice, _ all: [Int]) -> [[Int]] {
        let slot = dice.below(2) == 0 ? all.count / 2 : dice.below(all.count + 1)
        return [Array(all[..<slot]), Array(all[slot...])]
    }

    private static func split(_ groups: [[Int]], _ told: String) -> Cut {
        Cut(told: "\(told): \(groups)", links: between(groups))
    }

    /// The links between members of different groups. A member in no group keeps all its links.
    static func between(_ groups: [[Int]]) -> [(from: Int, to: Int)] {
        groups.enumerated().flatMap { slot, group in
            groups.indices.filter { $0 != slot }
                .flatMap { other in group.flatMap { from in groups[other].map { (from, $0) } } }
        }
    }

    /// Everybody hears a majority, and no two the same one, as Maelstrom's majorities ring: a member hears its
    /// neighbours, and those who hear it are others.
    private static func ring(_ all: [Int]) -> Cut {
        let size = all.count
        let majority = size / 2 + 1
        var cut = Cut(told: "a ring of majorities: \(all)")
        for slot in all.indices {
            for step in 0..<size where step >= majority {
                cut.links.append((all[(slot + step) % size], all[slot]))
            }
        }
        return cut
    }
}
