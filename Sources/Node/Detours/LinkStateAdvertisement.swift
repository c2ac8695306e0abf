import Consensus

/// The members that one member misses, as it says itself or as others pass it on. It hears all members that are not
/// in the list.
package struct LinkStateAdvertisement: Hashable, Sendable {
    /// The owner of the list.
    package var member: NodeID
    /// Rises with each list that the member makes. It starts from the member's clock, so that it rises across restarts
    /// too.
    package var number: Int
    /// The members from which a message was due and none came, sorted.
    package var missed: [NodeID]

    package init(member: NodeID, number: Int, missed: [NodeID]) {
        self.member = member
        self.number = number
        self.missed = missed
    }
}

/// The message in which a member sends its own list, and those of others, to one receiver.
package struct Hello: Hashable, Sendable {
    /// The sender's own list.
    package var own: LinkStateAdvertisement
    /// The number of the receiver's list that the sender holds; 0 for none.
    package var holds: Int
    /// Whether the sender waits for an answer.
    package var asks: Bool
    /// Lists of other members that the receiver may lack, at most `Detours.listsPerHello`.
    package var others: [LinkStateAdvertisement]
    /// The sum of the numbers of the lists that the sender holds, its own included, without the highest bits. Where it
    /// is the receiver's too, both hold the same lists, for numbers come from clocks and only rise. Nil where it does
    /// not say.
    package var total: Int?

    /// The highest that `total` can be.
    package static let highestTotal = 1 << 62 - 1

    package init(
        own: LinkStateAdvertisement, holds: Int, asks: Bool, others: [LinkStateAdvertisement] = [],
        total: Int? = nil
    ) {
        self.own = own
        self.holds = holds
        self.asks = asks
        self.others = others
        self.total = total
    }
}

/// From whom messages must come all the time while all is well.
package enum Expectation: Hashable, Sendable {
    /// A leader expects answers from every member.
    case all
    /// A follower expects messages from its leader.
    case one(NodeID)
    /// A member without a leader expects messages from nobody in particular.
    case nobody
}
