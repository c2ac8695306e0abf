extension Raft {
    /// What a member is told of itself before it starts.
    package struct Configuration: Sendable {
        package var id: NodeID
        /// Everybody who takes part, voter or not, this member included.
        package var members: [NodeID]
        /// The voters of a cluster whose log is empty.
        package var voters: [NodeID]
        package var timing: Timing
        /// Seeds the draw of the election timeouts.
        package var seed: UInt64
        /// Whether what is to be stored counts as durable at once: for a member that keeps nothing on a disk, and
        /// is never started again.
        package var isInMemory = false
        /// Bytes of uncommitted entries beyond which a leader takes no more commands.
        package var uncommittedLimit = 256 << 20
        /// Bytes of a snapshot that may be out to one member at once, but for the piece that goes beyond; at least 1.
        /// As much waits at most before a heartbeat, and as much of what came early the receiver holds.
        package var snapshotBytesInFlight = 1 << 20
        /// Bytes of log that a leader keeps at most, beyond what its last snapshot leaves, for members that are
        /// behind; and besides, as much as the log can grow while the snapshot travels: see `Raft.compact`.
        package var retainedLogBytes = 64 << 20
        /// How long a member may be silent before no log is kept for it.
        package var retentionSilence: Microseconds = 10_000_000

        package init(
            id: NodeID, members: [NodeID], voters: [NodeID]? = nil, timing: Timing = Timing(), seed: UInt64
        ) {
            self.id = id
            self.members = members.sorted()
            self.voters = voters ?? members
            self.timing = timing
            self.seed = seed
        }
    }
}
