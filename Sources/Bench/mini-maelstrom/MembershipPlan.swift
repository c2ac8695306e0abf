/// A change of the voters, drawn before they are known.
struct MembershipPlan: Hashable, Sendable {
    enum Kind: CaseIterable, Sendable {
        /// Adds one or more nodes.
        case grow
        /// Removes one or more nodes.
        case shrink
        /// Replaces one member by another node.
        case replace
        /// Replaces as many members as there are other nodes.
        case move
    }

    /// The smallest number of voters, if there are enough nodes.
    static let fewest = 3

    var kind: Kind
    /// All nodes, in the order in which they are chosen.
    var order: [Int]
    /// The share of possible additions or removals, in [0, 1).
    var share: Double

    /// The new voters. If nothing can be added, it removes, and the reverse.
    func target(from members: Set<Int>) -> [Int] {
        let inside = order.filter(members.contains)
        let outside = order.filter { !members.contains($0) }
        let spare = inside.count - min(MembershipPlan.fewest, order.count)
        func part(_ count: Int) -> Int { 1 + Int(share * Double(count)) }
        let grown = (inside + outside.prefix(outside.isEmpty ? 0 : part(outside.count))).sorted()
        let shrunk = inside.dropFirst(spare > 0 ? min(spare, part(spare)) : 0).sorted()
        switch kind {
        case .grow: return outside.isEmpty ? shrunk : grown
        case .shrink: return spare > 0 ? shrunk : grown
        case .replace: return outside.isEmpty ? shrunk : (inside.dropFirst() + outside.prefix(1)).sorted()
        case .move: return outside.isEmpty ? shrunk : (outside + inside).prefix(inside.count).sorted()
        }
    }
}

extension MembershipPlan {
    init(nodes: Int, random: inout SeededRandom) {
        kind = Kind.allCases[random.below(Kind.allCases.count)]
        order = Array(0..<nodes).shuffled(using: &random)
        share = random.unit()
    }
}
