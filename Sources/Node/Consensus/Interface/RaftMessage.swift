/// What one member says to another. Requests carry an id where they want an answer, answers name it.
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

    /// Of a request that wants an answer; a person typing may leave it out.
    package var id: MessageID?
    package var inReplyTo: MessageID?
    package var body: Body

    package init(id: MessageID? = nil, inReplyTo: MessageID? = nil, _ body: Body) {
        self.id = id
        self.inReplyTo = inReplyTo
        self.body = body
    }

    /// The term that the message speaks of.
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
    /// The candidate's term; in a pre-vote the term in which it would stand.
    package var term: Term
    package var candidate: NodeID
    package var lastLogIndex: Index
    package var lastLogTerm: Term
    /// Asks whether a vote would be granted, and changes nothing (dissertation, 9.6).
    package var preVote: Bool
    /// The leader itself wants this election, so its lease does not stand in the way (dissertation, 3.10).
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
    /// Up to where the leader's log is durable; see Raft+OneRoundTrip.swift. Nil from a plain peer.
    package var leaderDurable: Index?
    /// What a quorum takes to answer the leader, so that all members agree on their timeouts; nil from a plain peer.
    package var roundTrip: Estimate?
    /// What the member that this is sent to takes to answer; nil from a plain peer, and before that was measured.
    package var link: Estimate?
    /// Tells a member that it has lost its log, and where the leader's ended when that was found; see Raft+LostLog.swift.
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

    /// The last index that this message speaks of.
    package var lastIndex: Index { prevLogIndex + entries.count }
}

/// The answer to AppendEntries (Figure 2).
package struct AppendEntriesReply: Hashable, Sendable {
    package var term: Term
    package var success: Bool
    /// After a refusal: the follower's last entry at or before `prevLogIndex` whose term is not above
    /// `prevLogTerm`, below which the logs may agree; nil from a plain peer.
    package var hint: LogPosition?
    /// The follower's commit index, which it may know before its leader does; nil from a plain peer.
    package var commitIndex: Index?
    /// Of a member that is not to be counted: what it was told; see Raft+LostLog.swift.
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
    /// The last entry that the snapshot stands for.
    package var lastIncluded: LogPosition
    /// Where `data` stands in the snapshot, in bytes.
    package var offset: Int
    package var data: String
    package var done: Bool

    package init(
        term: Term, leader: NodeID, lastIncluded: LogPosition, offset: Int, data: String, done: Bool
    ) {
        self.term = term
        self.leader = leader
        self.lastIncluded = lastIncluded
        self.offset = offset
        self.data = data
        self.done = done
    }
}

/// The answer to InstallSnapshot (Figure 13).
package struct InstallSnapshotReply: Hashable, Sendable {
    package var term: Term
    /// How many bytes of the snapshot the member holds; nil from a plain peer.
    package var offset: Int?
    /// Whether it holds all that the snapshot stands for; nil from a plain peer.
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

/// An entry's place and term.
package struct LogPosition: Hashable, Sendable {
    package var index: Index
    package var term: Term

    package init(index: Index, term: Term) {
        self.index = index
        self.term = term
    }
}

/// The leader's word to a follower to stand at once (dissertation, 3.10). It has no answer.
package struct TimeoutNow: Hashable, Sendable {
    package var term: Term
    package var leader: NodeID
    /// Up to where the log must reach first: what is on its way may come later; nil from a plain peer, which waits
    /// with its word.
    package var lastLogIndex: Index?

    package init(term: Term, leader: NodeID, lastLogIndex: Index? = nil) {
        self.term = term
        self.leader = leader
        self.lastLogIndex = lastLogIndex
    }
}

/// A follower's question before it answers reads (dissertation, 6.4): of its leader, which index it must have
/// applied; of others, whether they are in its term too.
package struct ReadIndex: Hashable, Sendable {
    /// That of the asker, when it asks.
    package var term: Term
    /// Asks the leader to find a quorum itself, for the asker has found none.
    package var confirm: Bool

    package init(term: Term, confirm: Bool = false) {
        self.term = term
        self.confirm = confirm
    }
}

/// The answer of a member that is in the term of the question.
package struct ReadIndexReply: Hashable, Sendable {
    package var term: Term
    /// The index that the asker must have applied before it answers what it asked for; from the leader alone.
    package var index: Index?
    /// The membership in force at the leader, of which the asker must have a quorum's answers; nil where the
    /// leader has seen to that.
    package var membership: Membership?

    package init(term: Term, index: Index? = nil, membership: Membership? = nil) {
        self.term = term
        self.index = index
        self.membership = membership
    }
}

/// A message and where it goes.
package struct Outgoing: Hashable, Sendable {
    package var to: NodeID
    package var message: RaftMessage

    package init(to: NodeID, _ message: RaftMessage) {
        self.to = to
        self.message = message
    }
}
