import Consensus

/// What a member wants done now, messages on the way that each must take.
package typealias ReplicaReady = Ready<PeerEnvelope>

/// What follows from a store; see `Ready`.
package struct ReplicaEffects: Sendable {
    /// What members are told that had to wait for the disk.
    package let late: [PeerEnvelope]
    /// The indexes of the entries that have been applied.
    package let applied: Range<Index>
    /// What clients are told.
    package let replies: [ClientReply]
    /// What happened, for people.
    package let events: [Event]
}
