/// A change of the voters, drawn before it is known who they are.
struct MembershipPlan: Hashable, Sendable {
    enum Kind: CaseIterable, Sendable {
        /// Adds nodes, one or several.
        case grow
        /// Removes nodes, one or several.
        case shrink
        /// Puts one other node in the place of a member.
        case replace
        /// Puts other nodes in the place of as many members as there are others: of all, where they suffice.
        case move
    }

    /// Fewer voters are not asked for, where there are as many nodes.
    static let fewest = 3

    var kind: Kind
    /// All nodes: whom a choice falls on first.
    var order: [Int]
    /// From 0 to below 1: how much of what could be added or removed.
    var share: Double

    /// The voters to ask for; where there is nothing to add, it removes, and the other way round.
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
