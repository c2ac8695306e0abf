import Consensus

/// What a member wants done: that of `Raft.Ready`, in its order, but for the messages, which stand here with what
/// the member says beside Raft, on the way that each must take.
package struct ReplicaReady: Sendable {
    package var raft: Ready
    /// What may leave before anything is stored.
    package var early: [PeerEnvelope] = []
    /// A piece of this member's own snapshot: to be stored aside, and after the last piece, in place of the
    /// snapshot before it.
    package var snapshotPiece: SnapshotPiece?
    /// What members are told once all is durable, and what clients are.
    package var late: [PeerEnvelope] = []
    package var replies: [ClientReply] = []

    /// Whether there is anything to store.
    package var mustStore: Bool {
        raft.mustSync || snapshotPiece != nil || !raft.snapshotPieces.isEmpty
    }
}
