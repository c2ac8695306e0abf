import Consensus

/// A request that a member owes an answer: what is asked, who waits, and how far it has come.
struct PendingRequest: Sendable {
    enum Subject: Sendable {
        case read(key: JSONValue)
        /// What goes through the log: a write, a cas, a change of membership.
        case logged(LoggedRequest)
        /// A transfer of leadership.
        case transfer(target: NodeID)
    }

    enum State: Sendable {
        /// It waits at this member until there is a leader that can be reached and takes it.
        case queued
        /// It stands in the log of this member, which leads.
        case inOwnLog
        /// The leader was told, or who is about to lead; that is done again if nothing comes of it.
        case forwarded(to: NodeID, at: Microseconds)
        /// No leader of this term may append it any more. One of its copies may be in a log.
        case tooLate
        /// Raft confirms the read.
        case confirming(ReadID)
    }

    struct Waiter: Sendable {
        var messageID: Int?
        var deadline: Microseconds
    }

    let subject: Subject
    let client: String
    /// Who asked first, and who asked the same again before it was answered.
    var waiter: Waiter
    var copies: [Waiter] = []
    /// Its place in the order of arrival.
    let sequence: Int
    var state = State.queued
    /// Whether it was forwarded or put into a log, ever: then it may yet happen.
    var hasLeft: Bool
    /// The last index at which a copy may be appended: within what the store remembers, beyond what this member had
    /// applied without seeing it when it left for the first time. A copy that comes after this member has forgotten the
    /// first would be carried out twice; and one that has gone on by a snapshot meanwhile cannot know whether it was.
    private(set) var limit: Index?

    var isRead: Bool { if case .read = subject { true } else { false } }
    var isQueued: Bool { if case .queued = state { true } else { false } }

    /// Whether only the log tells if it may happen.
    var hasNeverLeft: Bool { if case .logged = subject { !hasLeft } else { false } }

    /// Whether a member that is about to lead may have it now.
    var canBeHeldForLeadership: Bool {
        if case .logged(let request) = subject { request.operation.isApplied } else { false }
    }

    /// When it must be forwarded again.
    func retryAt(_ timing: Timing) -> Microseconds? {
        guard case .forwarded(_, let time) = state else { return nil }
        if case .transfer = subject { return time + timing.heartbeatInterval }
        return time + timing.retryInterval
    }

    mutating func leave(_ state: State, limit: Index) {
        self.state = state
        hasLeft = true
        self.limit = self.limit ?? limit
    }

    var waiters: [Waiter] { [waiter] + copies }
    var nextDeadline: Microseconds { copies.reduce(waiter.deadline) { min($0, $1.deadline) } }

    /// - Returns: whether somebody waits on.
    mutating func forgetWaiters(until now: Microseconds) -> Bool {
        copies = waiters.filter { $0.deadline > now }
        guard let first = copies.first else { return false }
        waiter = first
        copies.removeFirst()
        return true
    }

    /// What is said once its time is up.
    func timedOut(mayHappen: Bool) -> ClientReply.Body {
        if case .transfer(let target) = subject {
            return .error(.abort, "\(target) does not lead yet; it may still come to")
        }
        return mayHappen
            ? .error(.timeout, "no answer from the cluster in time; a write may yet happen")
            : .error(.temporarilyUnavailable, "no leader is known; this will not happen")
    }
}

/// Requests that nobody waits for any more and that may yet happen: who asks again must not hear that they will not.
struct AbandonedRequests: Sendable {
    /// How many are remembered at least; positive.
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
