import Consensus

/// Whom a member has heard of late, as it says itself, and as others pass it on.
package struct LinkStateAdvertisement: Hashable, Sendable {
    /// Whose list it is.
    package var member: NodeID
    /// Rises with each that the member makes: the time on its clock.
    package var number: Microseconds
    /// How long the member, going by its own timeouts, lets somebody be silent; it makes its next list sooner.
    package var window: Microseconds
    /// Whose messages have reached it without a detour, sorted.
    package var heard: [NodeID]

    package init(member: NodeID, number: Microseconds, window: Microseconds, heard: [NodeID]) {
        self.member = member
        self.number = number
        self.window = window
        self.heard = heard
    }
}
