import Consensus

/// What to do now, with each message on its route; see `Ready`.
package typealias ReplicaReady = Ready<PeerEnvelope>

/// What follows once an update is durable; see `Ready`.
package struct ReplicaEffects: Sendable {
    /// Messages that had to wait for the sync.
    package let late: [PeerEnvelope]
    /// The indexes of the entries that have been applied.
    package let applied: Range<Index>
    /// The answers to clients.
    package let replies: [ClientReply]
    /// What happened, for the log that people read.
    package let events: [Event]
}
