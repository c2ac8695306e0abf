/// What a member wants done now: the first half of a round.
///
/// **The order.** The types leave no other (dissertation, 10.2.1):
///
/// 1. `takeReady()` gives this. `early` may leave at once: a leader's own requests, which may overtake its disk, for it
///    counts itself only later, and whatever carries no promise.
/// 2. `storage` is made durable, with one sync; where it is empty there is nothing to do.
/// 3. `stored(_:)` takes `storage` back, and only that yields the second half, `Effects`: what may be said, applied and
///    answered because it is stored. Nothing that carries a term leaves before that term and its vote are durable; no
///    acknowledgement leaves before what it acknowledges is.
///
/// Then the next round, until `hasReady` is false; `drive(_:then:)` takes them all. Nothing may be received within a
/// round. A member that keeps nothing on a disk takes the same rounds; its store is done at once.
package struct Ready<Envelope: Sendable>: Sendable {
    package let early: [Envelope]
    package let storage: StorageUpdate
    /// What happened, for people.
    package let events: [Event]

    package init(early: [Envelope], storage: StorageUpdate, events: [Event]) {
        self.early = early
        self.storage = storage
        self.events = events
    }
}

/// What a member's disk is to hold from now on. Only the member makes these, and takes each back once.
package struct StorageUpdate: Sendable {
    /// How the stored log is to change.
    package enum LogUpdate: Sendable {
        case unchanged
        /// The entries replace all that the stored log holds from `start` on, also where there are none.
        case suffix(from: Index, ArraySlice<Entry>)
        /// It is to hold nothing but what the snapshot at this position covers, which is stored already.
        case reset(to: LogPosition)
    }

    /// Term and vote, where they changed.
    package let hardState: HardState?
    package let log: LogUpdate
    /// Pieces of a snapshot from the leader, in order: whoever keeps the state machine reads them, and takes out what
    /// is not right. They are stored aside, and after the last one in place of the snapshot before it.
    package var snapshotPieces: [SnapshotPiece]
    /// A piece of the member's own snapshot, which whoever keeps the state machine puts here; stored in the same way.
    package var ownSnapshotPiece: SnapshotPiece?
    /// Which of the member's it is.
    let number: Int

    init(
        hardState: HardState? = nil, log: LogUpdate = .unchanged, snapshotPieces: [SnapshotPiece] = [],
        ownSnapshotPiece: SnapshotPiece? = nil, number: Int = 0
    ) {
        self.hardState = hardState
        self.log = log
        self.snapshotPieces = snapshotPieces
        self.ownSnapshotPiece = ownSnapshotPiece
        self.number = number
    }

    /// Whether there is nothing to store.
    package var isEmpty: Bool {
        guard case .unchanged = log else { return false }
        return hardState == nil && snapshotPieces.isEmpty && ownSnapshotPiece == nil
    }
}

/// What follows from a store: the second half of a round, see `Ready`. To be done in the order of its fields.
package struct Effects: Sendable {
    /// What had to wait for the disk.
    package let late: [Outgoing]
    /// The indexes newly known to be committed, to be applied in order; empty where there are none.
    package let committed: Range<Index>
    /// Reads to be answered, each as soon as its index is applied, which is committed already.
    package let reads: [ReadyRead]
    /// Set where a snapshot of the leader is whole now, to be taken over with `Raft.install(_:membership:for:)`, or
    /// refused.
    package let replyToken: SnapshotReplyToken?
    /// Changes of membership that cannot be made, for a new voter does not catch up. Nothing of them is in the
    /// log.
    package let failedChanges: [String]
    /// What happened, for people.
    package let events: [Event]
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
package enum VoteRefusal: Hashable, Sendable, CustomStringConvertible {
    case leaderAlive(NodeID)
    case staleTerm(Term)
    case votedFor(NodeID)
    case logBehind(LogPosition)
    case lostLog

    package var description: String {
        switch self {
        case .leaderAlive(let leader): "\(leader) leads, and was heard from lately"
        case .staleTerm(let own): "the term here is \(own)"
        case .votedFor(let other): "it voted for \(other)"
        case .lostLog: "it has lost its log, and may have forgotten a vote"
        case .logBehind(let own): "its own log ends later, at (\(own.index), t\(own.term))"
        }
    }
}

/// Why an append is refused, with what this member holds instead.
package enum AppendRefusal: Hashable, Sendable, CustomStringConvertible {
    case staleTerm(Term)
    case missing(lastIndex: Index)
    case conflict(Term)

    package var description: String {
        switch self {
        case .staleTerm(let own): "the term here is \(own)"
        case .missing(let last): "its log ends at \(last)"
        case .conflict(let term): "its own entry there is of term \(term)"
        }
    }
}
