/// Every bound that the code fixes, in one place, so that the simulation can draw them small and meet within one run
/// what a node meets in a week. All members of a cluster must have the same.
///
/// Consensus uses the first two groups, the replica around it the others.
package struct Limits: Hashable, Sendable {
    // MARK: - Replication

    /// Appends with entries that may be in flight to one member; at least 1. Further entries wait, and are sent as one
    /// batch.
    package var appendsInFlight = 64
    /// Bytes of entries in one append, unless a single entry is larger; at least 1.
    package var appendBytes = 1 << 20
    /// Bytes of entries that may be in flight to one member; at least 1. A heartbeat waits behind as many at most.
    package var appendBytesInFlight = 4 << 20
    /// Bytes of uncommitted entries beyond which a leader takes no more commands; at least 1. It bounds what a
    /// leader without a quorum holds in memory.
    package var uncommittedBytes = 256 << 20

    // MARK: - Snapshots

    /// How many entries are applied between two snapshots; at least 1.
    package var snapshotEvery = 10_000
    /// About how many bytes of a snapshot's text one step makes, and one message carries; at least 1. Requests are
    /// answered, and heartbeats sent, between two of them.
    package var snapshotPieceBytes = 64 << 10
    /// Bytes of a snapshot that may be out to one member at once, but for the piece that goes beyond; at least 1.
    /// As much waits at most before a heartbeat, and as much of what came early the receiver holds.
    package var snapshotBytesInFlight = 1 << 20
    /// Bytes of log that a leader keeps at most, beyond what its last snapshot leaves, for members that are behind;
    /// and besides, as much as the log can grow while the snapshot travels: see `Raft.compact`.
    package var retainedLogBytes = 64 << 20
    /// How long a member may be silent before no log is kept for it; longer than a connected one ever is, or none that
    /// needs a snapshot catches up while entries are applied.
    package var retentionSilence: Microseconds = 10_000_000

    // MARK: - Changes of membership

    /// How long new voters may take to catch up, before the change is given up, so that whoever asked hears in time
    /// that it cannot be made.
    package var catchUpPatience: Microseconds = 3_000_000
    /// How long a change may wait for its answer: nine tenths of the five seconds that the interface states.
    package var changePatience: Microseconds = 4_500_000

    // MARK: - Requests

    /// How many completed requests are remembered at least, so that copies of them are recognised; a multiple of
    /// `requestsInBlock`. Promised by the interface.
    package var requestsRemembered = 100_000
    /// How many of them are dropped together, and shared with an image of the store; at least 1. Members that differ in
    /// it would drop them at different entries, and have different states.
    package var requestsInBlock = 250
    /// Bytes of what transactions have read that are remembered for copies of them; at least 0. Members that differ in
    /// it would have different states.
    package var readBytesRemembered = 16 << 20
    /// How many entries after its sender's last applied one a forwarded request may be appended; at least 1 and at most
    /// `requestsRemembered`, so that every copy is recognised.
    package var forwardReach = 50_000
    /// How many entries a leader's log may be ahead of what it has applied while it takes requests; at least 1 and at
    /// most `requestsRemembered`, so that copies within the log are recognised when they are applied.
    package var logAhead = 50_000
    /// Bytes of commands in one message to the leader, but for a single larger one; at least 1.
    package var forwardBytes = 1 << 20
    /// How many requests that nobody waits for any more, and that may still be carried out, are remembered at least; at
    /// least
    /// 1. A client that asks again must not be told that they will not.
    package var abandonedRemembered = 100_000
    /// How many entries behind those that were looked at are left alone until somebody asks for a request among them:
    /// they are applied soon; at least 0.
    package var unappliedSlack = 1_000
    /// How many questions for a read index the leader shall confirm itself, after one of a follower's found no quorum
    /// in time: the links to some others may be cut, so that it would never find one; at least 1.
    package var confirmationsAfterFailure = 16
    /// Rounds of `takeReady()` and `stored(_:)`, since something was applied last, after which a turn is over:
    /// one each for what came in, and for what is committed by it; the rest is room. At least 1.
    package var roundsPerTurn = 20
    /// The most entries that one answer to `log` holds; at least 1. Stated by the interface.
    package var excerptEntries = 1_000

    package init() {}
}
