/// A message of consensus from one member to another. A request that wants an answer has an id, which the answer names.
package struct RaftMessage: Hashable, Sendable {
    package enum Body: Hashable, Sendable {
        case requestVote(RequestVote)
        case requestVoteReply(RequestVoteReply)
        case appendEntries(AppendEntries)
        case appendEntriesReply(AppendEntriesReply)
        case installSnapshot(InstallSnapshot)
        case installSnapshotReply(InstallSnapshotReply)
        case timeoutNow(TimeoutNow)
        case readIndex(ReadIndex)
        case readIndexReply(ReadIndexReply)
    }

    /// The id of a request; may be missing in one that was typed by hand.
    package var id: MessageID?
    package var inReplyTo: MessageID?
    package var body: Body

    package init(id: MessageID? = nil, inReplyTo: MessageID? = nil, _ body: Body) {
        self.id = id
        self.inReplyTo = inReplyTo
        self.body = body
    }

    /// The term in the message.
    package var term: Term {
        switch body {
        case .requestVote(let request): request.term
        case .requestVoteReply(let reply): reply.term
        case .appendEntries(let request): request.term
        case .appendEntriesReply(let reply): reply.term
        case .installSnapshot(let request): request.term
        case .installSnapshotReply(let reply): reply.term
        case .timeoutNow(let request): request.term
        case .readIndex(let request): request.term
        case .readIndexReply(let reply): reply.term
        }
    }
}

/// RequestVote of Figure 2.
package struct RequestVote: Hashable, Sendable {
    /// The candidate's term; in a pre-vote the term of the election that it would start.
    package var term: Term
    package var candidate: NodeID
    package var lastLogIndex: Index
    package var lastLogTerm: Term
    /// Asks whether a vote would be granted, and changes nothing (dissertation, 9.6).
    package var preVote: Bool
    /// The leader itself wants this election, so it is not disregarded in favour of the leader (dissertation, 3.10).
    package var leadershipTransfer: Bool

    package init(
        term: Term, candidate: NodeID, lastLogIndex: Index, lastLogTerm: Term, preVote: Bool = false,
        leadershipTransfer: Bool = false
    ) {
        self.term = term
        self.candidate = candidate
        self.lastLogIndex = lastLogIndex
        self.lastLogTerm = lastLogTerm
        self.preVote = preVote
        self.leadershipTransfer = leadershipTransfer
    }
}

/// The answer to RequestVote (Figure 2).
package struct RequestVoteReply: Hashable, Sendable {
    /// The term of the member that replies.
    package var term: Term
    package var voteGranted: Bool
    /// Whether it answers a pre-vote.
    package var preVote: Bool

    package init(term: Term, voteGranted: Bool, preVote: Bool = false) {
        self.term = term
        self.voteGranted = voteGranted
        self.preVote = preVote
    }
}

/// AppendEntries of Figure 2; without entries, a heartbeat.
package struct AppendEntries: Hashable, Sendable {
    package var term: Term
    package var leader: NodeID
    package var prevLogIndex: Index
    package var prevLogTerm: Term
    package var entries: [Entry]
    package var leaderCommit: Index
    /// The leader's durable index; see Raft+Commit.swift. Nil from a peer that knows only the paper's fields.
    package var leaderDurable: Index?
    /// The round trip of the leader's quorum, so that all members derive the same timeouts; nil from a peer that knows
    /// only the paper's fields.
    package var roundTrip: Estimate?
    /// The round trip between the leader and this receiver; nil before it was measured, and from a peer that knows only
    /// the paper's fields.
    package var link: Estimate?
    /// Tells the receiver that it has lost its log, by the end of the leader's log when that was found; see
    /// Raft+LostLog.swift.
    package var lostLog: Index?

    package init(
        term: Term, leader: NodeID, prevLogIndex: Index, prevLogTerm: Term, entries: [Entry] = [],
        leaderCommit: Index, leaderDurable: Index? = nil, roundTrip: Estimate? = nil, link: Estimate? = nil,
        lostLog: Index? = nil
    ) {
        self.term = term
        self.leader = leader
        self.prevLogIndex = prevLogIndex
        self.prevLogTerm = prevLogTerm
        self.entries = entries
        self.leaderCommit = leaderCommit
        self.leaderDurable = leaderDurable
        self.roundTrip = roundTrip
        self.link = link
        self.lostLog = lostLog
    }

    /// The index of the last entry in this message, or `prevLogIndex`.
    package var lastIndex: Index { prevLogIndex + entries.count }
}

/// The answer to AppendEntries (Figure 2).
package struct AppendEntriesReply: Hashable, Sendable {
    package var term: Term
    package var success: Bool
    /// After a refusal: the follower's last entry at or before `prevLogIndex` whose term is not above
    /// `prevLogTerm`, below which the logs may agree; nil from a plain peer.
    package var hint: LogPosition?
    /// The follower's commit index, which may be ahead of its leader's; nil from a peer that knows only the paper's
    /// fields.
    package var commitIndex: Index?
    /// Set by a member that has lost its log and must not be counted; see Raft+LostLog.swift.
    package var lostLog: Index?

    package init(
        term: Term, success: Bool, hint: LogPosition? = nil, commitIndex: Index? = nil, lostLog: Index? = nil
    ) {
        self.term = term
        self.success = success
        self.hint = hint
        self.commitIndex = commitIndex
        self.lostLog = lostLog
    }
}

/// InstallSnapshot of Figure 13.
package struct InstallSnapshot: Hashable, Sendable {
    package var term: Term
    package var leader: NodeID
    /// The last entry within the snapshot.
    package var lastIncluded: LogPosition
    /// The offset of `data` in the snapshot, in bytes.
    package var offset: Int
    package var data: String
    package var done: Bool
    /// As in `AppendEntries`.
    package var lostLog: Index?

    package init(
        term: Term, leader: NodeID, lastIncluded: LogPosition, offset: Int, data: String, done: Bool,
        lostLog: Index? = nil
    ) {
        self.term = term
        self.leader = leader
        self.lastIncluded = lastIncluded
        self.offset = offset
        self.data = data
        self.done = done
        self.lostLog = lostLog
    }
}

/// The answer to InstallSnapshot (Figure 13).
package struct InstallSnapshotReply: Hashable, Sendable {
    package var term: Term
    /// How many bytes of the snapshot the member holds; nil from a peer that knows only the paper's fields.
    package var offset: Int?
    /// Whether it has installed the snapshot, or needs it no more; nil from a peer that knows only the paper's fields.
    package var installed: Bool?

    static func whole(_ size: Int, term: Term) -> InstallSnapshotReply {
        InstallSnapshotReply(term: term, offset: size, installed: true)
    }

    package init(term: Term, offset: Int? = nil, installed: Bool? = nil) {
        self.term = term
        self.offset = offset
        self.installed = installed
    }
}

/// An entry's index and term.
package struct LogPosition: Hashable, Sendable {
    package var index: Index
    package var term: Term

    package init(index: Index, term: Term) {
        self.index = index
        self.term = term
    }
}

/// TimeoutNow: tells a follower to start an election at once (dissertation, 3.10). It has no answer.
package struct TimeoutNow: Hashable, Sendable {
    package var term: Term
    package var leader: NodeID
    /// How far the receiver's log must reach first, for entries may still be in flight; nil from a peer that knows only
    /// the dissertation's message, and sends it later.
    package var lastLogIndex: Index?

    package init(term: Term, leader: NodeID, lastLogIndex: Index? = nil) {
        self.term = term
        self.leader = leader
        self.lastLogIndex = lastLogIndex
    }
}

/// A follower's request before it answers reads (dissertation, 6.4). It asks its leader which index it must have
/// applied, and other voters whether they are in its term.
package struct ReadIndex: Hashable, Sendable {
    /// The asker's term.
    package var term: Term
    /// Asks the leader to confirm its leadership itself.
    package var confirm: Bool

    package init(term: Term, confirm: Bool = false) {
        self.term = term
        self.confirm = confirm
    }
}

/// The answer of a member in the asker's term.
package struct ReadIndexReply: Hashable, Sendable {
    package var term: Term
    /// The index that the asker must have applied before it answers its reads; from the leader only.
    package var index: Index?
    /// The leader's membership, of which the asker needs a quorum's answers; nil where the leader has confirmed its
    /// leadership itself.
    package var membership: Membership?

    package init(term: Term, index: Index? = nil, membership: Membership? = nil) {
        self.term = term
        self.index = index
        self.membership = membership
    }
}

/// A message and its receiver.
package struct Outgoing: Hashable, Sendable {
    package var to: NodeID
    package var message: RaftMessage

    package init(to: NodeID, _ message: RaftMessage) {
        self.to = to
        self.message = message
    }
}
