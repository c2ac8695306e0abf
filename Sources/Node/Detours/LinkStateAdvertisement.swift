import Consensus

/// Whom a member misses, as it says itself, and as others pass it on. It takes for heard whom it does not miss.
package struct LinkStateAdvertisement: Hashable, Sendable {
    /// Whose list it is.
    package var member: NodeID
    /// Rises with each that the member makes. It begins with the time on its clock, and so rises also where it is
    /// started again.
    package var number: Int
    /// Who was silent where an answer was due, sorted.
    package var missed: [NodeID]

    package init(member: NodeID, number: Int, missed: [NodeID]) {
        self.member = member
        self.number = number
        self.missed = missed
    }
}

/// What one member tells another of who hears whom.
package struct Hello: Hashable, Sendable {
    /// Its own list.
    package var own: LinkStateAdvertisement
    /// The number of the receiver's list that the sender holds; 0 for none.
    package var holds: Int
    /// Whether it waits for an answer.
    package var asks: Bool
    /// Lists of others that the receiver may not have heard of, at most `Detours.listsPerHello`.
    package var others: [LinkStateAdvertisement]

    package init(own: LinkStateAdvertisement, holds: Int, asks: Bool, others: [LinkStateAdvertisement] = []) {
        self.own = own
        self.holds = holds
        self.asks = asks
        self.others = others
    }
}

/// Whom a member must hear all the time, where all is well.
package enum Expectation: Hashable, Sendable {
    /// A leader hears everybody, for it asks everybody.
    case all
    /// A follower hears its leader.
    case one(NodeID)
    /// Who knows no leader hears from nobody for certain.
    case nobody
}
