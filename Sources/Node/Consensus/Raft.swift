/// One member of a Raft cluster, as a value: messages, requests and time go in, and `takeReady()` says what
/// must be stored, sent and applied. It has no clock, no thread, no file and no randomness of its own.
///
/// Sections are those of the extended Raft paper; the dissertation is named where it says more.
package struct Raft: Sendable {
    package let settings: Settings
    package internal(set) var hardState: HardState
    package internal(set) var log: Log
    /// Every membership that the log holds, and before them the one that it starts with, oldest first.
    var memberships: [(index: Index, membership: Membership)]
    package internal(set) var role: Role
    /// The last index that this member knows to be committed; it never falls.
    package internal(set) var commitIndex: Index
    /// The last index of the present log that is stored durably. A leader counts itself only up to here.
    package internal(set) var durableIndex: Index
    package internal(set) var timing: Timing

    /// When a follower or candidate starts an election, unless it hears from a leader or grants a vote first.
    var electionDeadline: Microseconds
    /// Before this time a leader does not step down for want of a quorum.
    var quorumDeadline: Microseconds = .min
    /// Whether the present silence was partly this member's own, and has extended its deadlines already.
    var hasExtendedDeadlineAfterStall = false
    /// Set once the member is about to end: it starts no election any more.
    package internal(set) var isShuttingDown = false
    /// `timeoutNow` from the leader: its term, up to where this log must reach first, and until when it is valid.
    var pendingTimeoutNow: (term: Term, index: Index, deadline: Microseconds)?
    var reads: ReadQueue
    /// The latest snapshot, for members that need entries which the log has dropped.
    package internal(set) var snapshot: Snapshot?
    var incomingSnapshot: IncomingSnapshot?
    /// The snapshot that was refused last.
    var refusedSnapshot: (leader: NodeID, position: LogPosition)?
    /// When recent campaigns sent their requests for votes, to measure the round trip of their answers, also late ones.
    var sentVoteRequests: [(firstRequest: MessageID, sent: Microseconds)] = []

    package internal(set) var now: Microseconds
    var generator: SeededGenerator
    package private(set) var nextMessageID: MessageID
    var pending = PendingReady()
    /// What is being stored, until `stored(_:)` is called.
    var inStore: InStore?
    /// Counts what was handed out to be stored.
    var storageUpdates = 0
    /// The last index that was handed out to be applied; it never falls.
    package internal(set) var lastApplied: Index

    // MARK: - Of the current term, forgotten in the next

    /// When this member last heard from the leader.
    var lastLeaderContact: Microseconds?
    /// Up to where the leader has told this follower that its own log is durable.
    var leaderDurableIndex: Index = 0
    /// The highest number of a request that this follower has received from the leader; nil where that may not number
    /// its requests in order.
    var newestLeaderRequest: MessageID?
    /// Whether the leader has asked for votes since: nobody leads this term any more, and messages of its leader are
    /// late.
    var isLeaderless = false
    /// Whether this member voted for the target of a leadership transfer.
    var hasVotedForTransferTarget = false
    /// Whether it has dropped its own pre-vote in favour of another member's.
    var hasYieldedPreVote = false

    /// - Parameters:
    ///   - hardState: term and vote as they were stored.
    ///   - log: the log as it was stored; empty for a new member.
    ///   - snapshot: what the log follows, and `membership`: that of the snapshot.
    ///   - now: the present time; it must never go back from call to call.
    package init(
        settings: Settings, hardState: HardState = HardState(), log: Log = Log(),
        snapshot: Snapshot? = nil, membership: Membership? = nil, now: Microseconds
    ) {
        precondition(settings.members.holds(settings.id), "a member must be among the members")
        self.settings = settings
        self.hardState = hardState
        self.log = log
        self.now = now
        self.snapshot = snapshot
        memberships = [(log.lastIncludedIndex, membership ?? Membership(voters: settings.voters))]
        role = .follower(leader: nil)
        commitIndex = log.lastIncludedIndex
        durableIndex = log.lastIndex
        timing = settings.timing
        generator = SeededGenerator(seed: settings.seed)
        reads = ReadQueue(limits: settings.limits)
        electionDeadline = now
        // Late answers to requests of an earlier run must not match requests of this one. Also at what looks like the
        // first start: a member that has lost its disk knows of no earlier run. A generator of its own leaves timeouts
        // as they are.
        var numbers = SeededGenerator(seed: ~settings.seed)
        nextMessageID = .random(in: 1..<(1 << 52), using: &numbers)
        lastApplied = log.lastIncludedIndex
        noteMemberships(from: log.firstIndex)
        if memberships.count == 1 { noteAbsentVoters() }
        armElectionTimer()
        // A lone voter need not wait: nobody else can lead or be disturbed.
        if self.membership.isQuorum(id) { electionDeadline = now }
    }

    package var id: NodeID { settings.id }
    package var limits: Limits { settings.limits }
    package var currentTerm: Term { hardState.term }
    package var votedFor: NodeID? { hardState.votedFor }
    /// The membership in force: the latest in the log, committed or not (§6).
    package var membership: Membership { memberships[memberships.count - 1].membership }
    /// The latest committed membership, and all later ones.
    var unsettledMemberships: ArraySlice<(index: Index, membership: Membership)> {
        memberships[(memberships.lastIndex { $0.index <= commitIndex } ?? 0)...]
    }
    /// The index of the entry that holds `membership`; `lastIncludedIndex` for the one that the log starts with.
    var membershipIndex: Index { memberships[memberships.count - 1].index }
    /// All other members, voters or not, sorted.
    package var others: [NodeID] { settings.members.filter { $0 != id } }

    /// The other voters, but for those that a membership names and the cluster does not have.
    var otherVoters: [NodeID] { membership.voters.filter { $0 != id && settings.members.holds($0) } }

    package var isLeader: Bool {
        if case .leader = role { true } else { false }
    }

    /// The leader of the current term as far as this member knows; may be this member.
    package var leader: NodeID? {
        switch role {
        case .follower(let leader): leader
        case .preCandidate, .candidate: nil
        case .leader: id
        }
    }

    /// The time by which `advance(to:)` must be called; nil where only a message can move the member.
    package var deadline: Microseconds? {
        switch role {
        case .follower, .preCandidate, .candidate:
            return earliest(isPromotable || leader != nil ? electionDeadline : nil, reads.retryDeadline)
        case .leader(let leadership):
            return earliest(
                heartbeatDeadline, checkQuorumDeadline(leadership), leadership.transfer?.deadline,
                leadership.catchUp?.deadline)
        }
    }

    /// Takes the time, and acts on every deadline that it has reached.
    package mutating func advance(to now: Microseconds) {
        self.now = max(self.now, now)
        switch role {
        case .follower, .preCandidate, .candidate:
            if electionDeadline <= self.now { electionTimeoutElapsed() }
            retryReads()
        case .leader:
            checkQuorum()
            abortOverdueTransfer()
            continueChange()
        }
    }

    /// Takes the time, and acts on no deadline but that of heartbeats, which leave with the next `takeReady()`. For a
    /// member that has input waiting: elections and check-quorum depend on that input, heartbeats do not.
    package mutating func advanceHeartbeats(to now: Microseconds) {
        self.now = max(self.now, now)
    }

    /// Takes how late the member is called. To be called after waiting input was received, and before `advance(to:)`.
    ///
    /// A machine that stood still resumes all its members at once, and each would time out on the others, which were
    /// silent as well. So their deadlines are extended by two heartbeats, once for each silence: a timer that is
    /// always late must not prevent elections.
    package mutating func noteLateness(at now: Microseconds) {
        guard let lateness = deadline.map({ now - $0 }), lateness >= 0 else { return }
        self.now = max(self.now, now)
        timing.add(lateness: lateness)
        guard lateness > timing.heartbeatInterval, !hasExtendedDeadlineAfterStall else { return }
        hasExtendedDeadlineAfterStall = true
        electionDeadline = max(electionDeadline, now + 2 * timing.heartbeatInterval)
        quorumDeadline = max(quorumDeadline, now + 2 * timing.heartbeatInterval)
    }

    /// Receives a message from another member. An impossible message changes nothing.
    package mutating func receive(_ message: RaftMessage, from sender: NodeID, now: Microseconds) {
        self.now = max(self.now, now)
        guard sender != id, settings.members.holds(sender) else { return }
        switch message.body {
        case .requestVote(let request): receive(request, id: message.id, from: sender)
        case .requestVoteReply(let reply): receive(reply, inReplyTo: message.inReplyTo, from: sender)
        case .appendEntries(let request): receive(request, id: message.id, from: sender)
        case .appendEntriesReply(let reply): receive(reply, inReplyTo: message.inReplyTo, from: sender)
        case .installSnapshot(let request): receive(request, id: message.id, from: sender)
        case .installSnapshotReply(let reply): receive(reply, inReplyTo: message.inReplyTo, from: sender)
        case .timeoutNow(let request): receive(request, id: message.id, from: sender)
        case .readIndex(let question): receive(question, id: message.id, from: sender)
        case .readIndexReply(let answer): receive(answer, inReplyTo: message.inReplyTo, from: sender)
        }
    }

    // MARK: - Shared by the rules

    mutating func send(_ body: RaftMessage.Body, to: NodeID) -> MessageID {
        let number = nextMessageID
        nextMessageID += 1
        pending.messages.append(Outgoing(to: to, RaftMessage(id: number, body)))
        return number
    }

    mutating func reply(_ body: RaftMessage.Body, to: NodeID, inReplyTo: MessageID?) {
        pending.messages.append(Outgoing(to: to, RaftMessage(inReplyTo: inReplyTo, body)))
    }

    mutating func note(_ event: Event) {
        pending.events.append(event)
    }

    /// Becomes a follower in `term`. The vote is reset only in a new term: a member that steps down within its term
    /// has voted in it already.
    mutating func becomeFollower(term: Term, leader: NodeID?, reason: StepDownReason) {
        let followed = self.leader
        if case .follower = role {} else { armElectionTimer() }
        if term > currentTerm {
            setHardState(HardState(term: term, lostLog: hardState.lostLog))
            armElectionTimer()
        }
        requeueReads()
        role = .follower(leader: leader)
        if followed != leader || leader == nil {
            note(.becameFollower(term: term, leader: leader, reason: reason))
        }
    }

    /// A higher term in any message makes a follower (§5.1).
    /// - Returns: whether the message is of the current term.
    @discardableResult
    mutating func stepDown(ifBehind term: Term) -> Bool {
        if term > currentTerm { becomeFollower(term: term, leader: nil, reason: .higherTerm) }
        return term == currentTerm
    }

    mutating func setHardState(_ state: HardState) {
        if state.term != currentTerm {
            lastLeaderContact = nil
            leaderDurableIndex = 0
            newestLeaderRequest = nil
            isLeaderless = false
            hasVotedForTransferTarget = false
            hasYieldedPreVote = false
        }
        hardState = state
        pending.hardStateChanged = true
    }

    /// A membership is in force from the moment it is in the log, and is undone with its entry (§6).
    mutating func noteMemberships(from index: Index) {
        memberships.removeAll { $0.index >= index && $0.index > log.lastIncludedIndex }
        let known = memberships.count
        for slot in index..<(log.lastIndex + 1) {
            if case .membership(let membership) = log[slot].payload {
                memberships.append((slot, membership))
            }
        }
        if memberships.count > known { noteAbsentVoters() }
    }

    private mutating func noteAbsentVoters() {
        let absent = membership.voters.filter { !settings.members.holds($0) }
        if !absent.isEmpty { note(.absentVoters(absent)) }
    }

    /// Entries from `index` on are new, and must be stored.
    mutating func markUnstored(from index: Index) {
        pending.unstoredFrom = min(pending.unstoredFrom ?? index, index)
        durableIndex = settings.isInMemory ? log.lastIndex : min(durableIndex, index - 1)
    }
}
