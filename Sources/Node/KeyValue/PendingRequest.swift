import Consensus

/// A request that a member has to answer: what is asked, who waits, and its state.
struct PendingRequest: Hashable, Sendable {
    enum Subject: Hashable, Sendable {
        case query(Query)
        case update(Update, Command)
        case change(MembershipChange)

        /// What goes through the log; nil for a read.
        var proposal: Proposal? {
            switch self {
            case .query: nil
            case .update(_, let command): .command(command)
            case .change(let change): .change(change)
            }
        }
    }

    enum State: Hashable, Sendable {
        /// It waits at this member for a leader that can be reached and accepts it.
        case queued
        /// It is in the log of this member, which leads.
        case inOwnLog
        /// It was sent to the leader, or to the member that is about to lead. It is sent again if it is not applied in
        /// time.
        case forwarded(at: Microseconds)
        /// Its limit has passed, so no leader may append it any more. A copy of it may be in a log.
        case tooLate
        /// Raft confirms the read with a quorum.
        case confirming
    }

    /// What decides whether a queued request may leave now.
    enum Kind: Int, Hashable, CaseIterable, Sendable {
        case query, update, sentUpdate, change, sentChange

        static var noneOfEach: [Int] { Array(repeating: 0, count: allCases.count) }

        /// Whether a member that is about to lead may hold it until then.
        var canBeHeldForLeadership: Bool { self == .update || self == .sentUpdate }
    }

    struct Waiter: Hashable, Sendable {
        var messageID: Int?
        var deadline: Microseconds
    }

    let subject: Subject
    let client: String
    /// Who asked, and who sent the same request again before it was answered.
    var waiters: [Waiter]
    /// Its position in the order of arrival.
    let sequence: Int
    var state = State.queued
    /// Whether it was ever forwarded or put into a log, so that it may yet happen.
    var hasLeft: Bool
    /// The last index at which a copy may be appended: so many entries after the one that this member had applied when
    /// the request first left as the store remembers completed requests. A copy that is appended later would be carried
    /// out again, because the store has forgotten the first. The limit stays when the request is sent again: after a
    /// snapshot was installed meanwhile, this member cannot tell whether a copy was applied.
    private(set) var limit: Index?

    var isRead: Bool { if case .query = subject { true } else { false } }
    var isQueued: Bool { if case .queued = state { true } else { false } }

    /// Whether it is a write that this member never sent or appended. Only a copy in the log could make it happen.
    var hasNeverLeft: Bool { subject.proposal != nil && !hasLeft }

    var kind: Kind {
        switch subject {
        case .query: .query
        case .update: limit == nil ? .update : .sentUpdate
        case .change: limit == nil ? .change : .sentChange
        }
    }

    mutating func leave(_ state: State, limit: Index) {
        self.state = state
        hasLeft = true
        self.limit = self.limit ?? limit
    }

    /// The answer at the deadline.
    func timedOut(mayHappen: Bool) -> ClientReply.Body {
        mayHappen
            ? .error(.timeout, "no answer from the cluster in time\(isRead ? "" : "; it may yet happen")")
            : .error(.temporarilyUnavailable, "no leader is known; this will not happen")
    }
}

/// Requests that nobody waits for any more, but that may yet happen. A client that sends one of them again must not be
/// told that it will not.
struct AbandonedRequests: Hashable, Sendable {
    /// The least number that is remembered; positive.
    let remembered: Int
    private var latest: Set<RequestID> = []
    private var earlier: Set<RequestID> = []

    init(remembered: Int) {
        self.remembered = remembered
    }

    func contains(_ id: RequestID) -> Bool { latest.contains(id) || earlier.contains(id) }

    mutating func insert(_ id: RequestID) {
        if latest.count == remembered { (earlier, latest) = (latest, []) }
        latest.insert(id)
    }
}
