import Raft

/// What a member wants done: that of `Raft.Ready`, in its order, and at its two moments for sending, what
/// this member says beside Raft: `outgoing` with the early messages, `replies` with the late ones.
package struct ReplicaReady: Sendable {
    package var raft: Ready
    /// A piece of this member's own snapshot: to be stored aside, and after the last piece, in place of the
    /// snapshot before it.
    package var snapshotPiece: SnapshotPiece?
    package var outgoing: [PeerEnvelope]
    package var replies: [ClientReply]
    /// The detours that messages must take, and from where.
    var routes: [NodeID: [NodeID]] = [:]
    var source: NodeID = ""

    /// Whether there is anything to store.
    package var mustStore: Bool {
        raft.mustSync || snapshotPiece != nil || !raft.snapshotPieces.isEmpty
    }

    /// What may leave before anything is stored.
    package var early: [PeerEnvelope] {
        (outgoing + raft.early.map { PeerEnvelope(to: $0.to, .raft($0.message)) }).map(detoured)
    }

    /// What members are told once all is durable.
    package var late: [PeerEnvelope] {
        raft.late.map { detoured(PeerEnvelope(to: $0.to, .raft($0.message))) }
    }

    private func detoured(_ envelope: PeerEnvelope) -> PeerEnvelope {
        routes.isEmpty ? envelope : envelope.detoured(by: routes, from: source)
    }
}
