/// What a member wants done, to be done in the order of its fields:
///
/// 1. send `early`: a leader's own requests, which may overtake its disk, for it counts itself only later
///    (dissertation, 10.2.1), and whatever carries no promise;
/// 2. store `hardState` and `entries`, and sync once. Nothing that carries a term leaves before that term
///    and its vote are durable; no acknowledgement leaves before what it acknowledges is;
/// 3. tell the member with `Raft.persisted(_:)`;
/// 4. send `late`;
/// 5. apply `committed`, in order;
/// 6. answer `reads`, each as soon as its index is applied.
///
/// A member that keeps nothing on a disk takes the same steps; its store is done at once.
package struct Ready: Sendable {
    package var early: [Outgoing] = []
    /// Term and vote, where they changed.
    package var hardState: HardState?
    /// Entries to store. They replace all that the stored log holds from `entriesStart` on, also where
    /// there are none.
    package var entries: ArraySlice<Entry> = []
    /// Where `entries` begin, or nil where the log is as it was.
    package var entriesStart: Index?
    /// The stored log is to hold nothing but what the snapshot at this position stands for.
    package var logReset: LogPosition?
    /// Pieces of a snapshot from the leader, in order: to be read, and where they are right to be stored, and synced
    /// after the last one, in place of the snapshot before it. `replyToken` is set with the last.
    package var snapshotPieces: [SnapshotPiece] = []
    package var replyToken: SnapshotReplyToken?
    package var late: [Outgoing] = []
    /// The indexes newly known to be committed; empty where there are none.
    package var committed: Range<Index> = 0..<0
    /// Reads that may be answered, each as soon as its index is applied, which is committed already.
    package var reads: [ReadyRead] = []
    /// Changes of membership that cannot be made, for a new voter does not catch up. Nothing of them is in the
    /// log.
    package var failedChanges: [String] = []
    /// What happened, for people.
    package var events: [Event] = []

    /// Whether anything must be durable before `late` leaves.
    package var mustSync: Bool { hardState != nil || entriesStart != nil || logReset != nil }
}

/// A piece of a snapshot's text.
package struct SnapshotPiece: Hashable, Sendable {
    package var position: LogPosition
    /// Where the piece begins, in bytes.
    package var offset: Int
    package var text: String
    package var isLast: Bool

    package init(position: LogPosition, offset: Int, text: String, isLast: Bool) {
        self.position = position
        self.offset = offset
        self.text = text
        self.isLast = isLast
    }
}

/// Who waits to hear that a snapshot is installed.
package struct SnapshotReplyToken: Hashable, Sendable {
    var leader: NodeID
    var request: MessageID?
    /// Of the snapshot.
    package var position: LogPosition
    /// Of the snapshot, in bytes.
    var size: Int
}

/// A read, or many that arrived together, as the caller numbers them; rising.
package typealias ReadID = Int

/// A read that may be answered once the entry at `index` is applied.
package struct ReadyRead: Hashable, Sendable {
    package var id: ReadID
    package var index: Index
}

/// What happened to a member, told to people and traces; nothing depends on it.
package enum Event: Hashable, Sendable {
    case becameFollower(term: Term, leader: NodeID?, reason: StepDownReason)
    case becamePreCandidate(term: Term)
    case becameCandidate(term: Term, transfer: Bool)
    case becameLeader(term: Term, votes: [NodeID])
    case granted(candidate: NodeID, term: Term, preVote: Bool)
    case refused(candidate: NodeID, term: Term, preVote: Bool, reason: VoteRefusal)
    case voteReceived(from: NodeID, term: Term, granted: Bool, preVote: Bool)
    case truncated(from: Index, term: Term)
    case appendRefused(leader: NodeID, prevLogIndex: Index, reason: AppendRefusal)
    case committed(Index, term: Term)
    case installedSnapshot(LogPosition)
    /// The first time that it is; its leader may send it again and again.
    case refusedSnapshot(LogPosition, from: NodeID, reason: String)
    case changedMembership(Membership)
    case transferStarted(target: NodeID)
    case transferAborted(target: NodeID)
    case impossibleMessage(from: NodeID, String)
    /// This leader finds that a voter holds less than it has acknowledged.
    case lostLog(member: NodeID, acknowledged: Index, isQuorumLeft: Bool)
    /// This member is told so of itself.
    case ownLogLost(leader: NodeID)
    /// It was removed since: it may be added again.
    case lostLogSettled
    /// A membership names voters that take no part.
    case absentVoters([NodeID])
}

/// Why a member follows, or leads no more.
package enum StepDownReason: String, Hashable, Sendable {
    case higherTerm = "a higher term"
    case heardLeader = "heard from the leader"
    case lostQuorum = "lost its quorum"
    case silentLeader = "has heard from no leader"
    case leaderAsks = "its leader asks for votes"
    case lostElection = "lost the election"
    case removed = "is no voter any more"
}

/// Why a vote or pre-vote is refused, with what this member holds against it.
package enum VoteRefusal: Hashable, Sendable {
    case leaderAlive(NodeID)
    case staleTerm(Term)
    case votedFor(NodeID)
    case logBehind(LogPosition)
    case lostLog
}

/// Why an append is refused, with what this member holds instead.
package enum AppendRefusal: Hashable, Sendable {
    case staleTerm(Term)
    case missing(lastIndex: Index)
    case conflict(Term)
}
