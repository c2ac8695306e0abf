/// Who votes. During a joint change (§6) two sets do, and every decision needs a quorum of each.
package struct Membership: Hashable, Sendable {
    /// The voters, in the order of their bytes, each once; while the change is joint, those of the new set.
    package private(set) var incoming: [NodeID]
    /// The voters of the old set while a change is joint, else empty.
    package private(set) var outgoing: [NodeID]
    /// The request that made this membership, as its client identifies it; empty for the initial one.
    package let change: String

    package init(voters: [NodeID], outgoing: [NodeID] = [], change: String = "") {
        incoming = voters.inOrder
        self.outgoing = outgoing.inOrder
        self.change = change
    }

    /// The first half of a change from `old` to this one.
    func joint(with old: Membership) -> Membership {
        Membership(voters: incoming, outgoing: old.incoming, change: change)
    }

    package var isJoint: Bool { !outgoing.isEmpty }

    /// Everybody whose vote counts, sorted.
    package var voters: [NodeID] {
        isJoint ? (incoming + outgoing).inOrder : incoming
    }

    package func contains(_ id: NodeID) -> Bool {
        incoming.holds(id) || outgoing.holds(id)
    }

    /// Whether those for whom `agrees` holds are a quorum of each set; an empty set is always agreed.
    package func hasQuorum(_ agrees: (NodeID) -> Bool) -> Bool {
        Self.isMajority(of: incoming, agrees) && Self.isMajority(of: outgoing, agrees)
    }

    /// Whether `members`, sorted, hold a quorum of it. Where those who take part hold none, nothing is ever decided,
    /// and no start on it is possible: such a membership must not be stored.
    package func hasQuorum(among members: [NodeID]) -> Bool {
        hasQuorum(members.holds)
    }

    /// Whether `id` alone is a quorum.
    package func isQuorum(_ id: NodeID) -> Bool {
        hasQuorum { $0 == id }
    }

    /// Whether two voters can be a quorum of it.
    var mayBeDecidedByTwo: Bool { incoming.count <= 3 && outgoing.count <= 3 }

    private static func isMajority(of set: [NodeID], _ agrees: (NodeID) -> Bool) -> Bool {
        set.isEmpty || set.count(where: agrees) > set.count / 2
    }

    /// The result of a vote among this membership.
    package enum VoteResult: Hashable, Sendable {
        case won, lost, pending
    }

    /// `vote` gives true, false, or nil where nothing has been heard. Lost is what no later vote can win.
    package func voteResult(_ vote: (NodeID) -> Bool?) -> VoteResult {
        if hasQuorum({ vote($0) == true }) { return .won }
        return hasQuorum { vote($0) != false } ? .pending : .lost
    }

    /// The largest value that a quorum of each set has reached; `Int.max` for an empty membership.
    ///
    /// With match indexes this is the commit index (§5.3), with times of contact the latest time at which a quorum is
    /// known to have answered.
    package func quorumValue(_ value: (NodeID) -> Int) -> Int {
        min(Self.majorityValue(of: incoming, value), Self.majorityValue(of: outgoing, value))
    }

    private static func majorityValue(of set: [NodeID], _ value: (NodeID) -> Int) -> Int {
        guard !set.isEmpty else { return .max }
        let sorted = set.map(value).sorted(by: >)
        return sorted[set.count / 2]
    }
}
