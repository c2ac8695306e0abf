import Consensus

/// The log as requests see it: what is about to be put into it, what stands in it, and what is applied of it.
struct RequestLog: Hashable, Sendable {
    /// What was forwarded to this member while it was about to lead.
    struct HeldForward: Hashable {
        let forward: Forward
        let sender: NodeID
    }

    private let limits: Limits
    var store: Store
    /// The last index whose entry the store has taken in; at most the commit index.
    private(set) var lastApplied: Index
    /// What stands in the log behind it.
    private(set) var unapplied: UnappliedRequests
    /// The term in which this member looked at its log last while it led.
    private var lookedAtInTerm: Term?
    /// Changes that cannot be made, until their refusal stands in the log.
    private var failedChanges: [String] = []
    private(set) var heldForwards: [HeldForward] = []
    /// Those in `heldForwards`.
    private var heldRequests: Set<RequestID> = []

    init(_ stored: StoredState, _ limits: Limits) {
        self.limits = limits
        store = stored.store
        store.keep(within: limits)
        lastApplied = stored.log.lastIncludedIndex
        unapplied = UnappliedRequests(after: lastApplied)
    }

    // MARK: - Into the log

    /// Whether copies that are in the log already are sure to be known for copies when this one is applied.
    private func hasRoom(_ raft: Raft) -> Bool { raft.log.lastIndex < lastApplied + limits.logAhead }

    /// Whether what leaves now for the first time may yet be appended. After a start, and wherever this member's log is
    /// far ahead of what it knows to be committed, every leader's log is beyond the limit that it would carry: it
    /// waits.
    func isWithinReach(_ raft: Raft) -> Bool { raft.log.lastIndex < lastApplied + limits.forwardReach }

    /// Whether a leader can take it now, or hand it to the next.
    func takes(_ kind: PendingRequest.Kind, _ raft: Raft) -> Bool {
        switch kind {
        case .query: true
        case .update where !isWithinReach(raft), .change where !isWithinReach(raft): false
        case .update, .sentUpdate: raft.acceptsCommands && hasRoom(raft) || raft.transferTarget != nil
        case .change, .sentChange: raft.acceptsChanges
        }
    }

    /// Puts a request into the log of this leader. One that stands there already, and is not applied yet, is not put
    /// there again: where commits take longer than senders wait, copies would take the place of what is new.
    /// - Returns: false where it takes none now.
    mutating func append(_ proposal: Proposal, to raft: inout Raft) -> Bool {
        if raft.isLeader {
            lookAt(raft)
            if contains(proposal.id, raft) { return true }
        }
        return switch proposal {
        case .command(let command): hasRoom(raft) && raft.propose(command) != nil
        case .change(let change): append(change, to: &raft)
        }
    }

    private func append(_ change: MembershipChange, to raft: inout Raft) -> Bool {
        // Refused already, in the log at the end of the turn.
        if failedChanges.contains(change.id.words) { return true }
        return switch raft.changeMembership(to: change.voters, change: change.id.words) {
        case .underWay: true
        case .notNow: false
        case .busy: refuse(change.id.words, .busy, &raft)
        }
    }

    /// That a change is refused must be as lasting as the change would be: a copy of the request may come late,
    /// and the client knows that it will not happen.
    @discardableResult
    private func refuse(_ change: String, _ reason: ChangeRefusal, _ raft: inout Raft) -> Bool {
        guard let id = RequestID(words: change) else { return false }
        return raft.propose(Command(refusing: id, reason)) != nil
    }

    mutating func changesFailed(_ changes: [String]) { failedChanges += changes }

    /// Not while this leader takes no commands: whoever asked would wait in vain.
    func canRefuse(_ raft: Raft) -> Bool {
        !failedChanges.isEmpty && (raft.acceptsCommands || !raft.isLeader)
    }

    mutating func refuseFailedChanges(_ raft: inout Raft) {
        guard canRefuse(raft) else { return }
        for change in failedChanges { refuse(change, .behind, &raft) }
        failedChanges = []
    }

    /// A leader appends what it is handed; one that has just told another to lead hands it on, and one that is about to
    /// lead holds it until it leads. Any other lets it go: the sender says it again when it hears of a leader, or of
    /// nothing.
    mutating func receive(_ forward: Forward, from sender: NodeID, _ raft: inout Raft, _ outbox: inout Outbox)
    {
        if let transferTarget = raft.transferTarget {
            outbox.send(.forward(forward), to: transferTarget)
        } else if raft.isTakingOverLeadership {
            // Each once, however often its sender says it again before the election is over.
            let new = forward.requests.filter { heldRequests.insert($0.id).inserted }
            if new.isEmpty { return }
            let held = HeldForward(forward: Forward(new, limit: forward.limit), sender: sender)
            heldForwards.append(held)
        } else if raft.isLeader {
            append(forward, from: sender, to: &raft)
        }
    }

    /// What came while this member was about to lead: it does by now, or the election is over.
    mutating func appendHeldForwards(to raft: inout Raft) {
        guard !heldForwards.isEmpty, !raft.isTakingOverLeadership else { return }
        if raft.isLeader {
            for held in heldForwards { append(held.forward, from: held.sender, to: &raft) }
        }
        heldForwards = []
        heldRequests = []
    }

    private mutating func append(_ forward: Forward, from sender: NodeID, to raft: inout Raft) {
        for request in forward.requests {
            guard raft.log.lastIndex < forward.limit, store.outcome(of: request.id) == nil else { continue }
            _ = append(request, to: &raft)
        }
        raft.expectAnswer(of: sender)
    }

    // MARK: - In the log

    /// Whether a request may yet happen; one that never left does if a copy from elsewhere is in the log, or waits for
    /// this member to lead.
    func mayHappen(_ request: PendingRequest, _ raft: Raft) -> Bool {
        guard let id = request.subject.proposal?.id else { return !request.isQueued }
        return request.hasLeft || heldRequests.contains(id) || contains(id, raft)
    }

    /// Whether a request stands in this member's log and is not applied, committed or not; also the change whose
    /// second half is still to come. Call `lookAt(_:)` before the first of a turn.
    func contains(_ id: RequestID, _ raft: Raft) -> Bool {
        unapplied.contains(id) || raft.membership.isJoint && raft.membership.change == id.words
    }

    /// Looks at all that the log holds now.
    mutating func lookAt(_ raft: Raft) {
        let term = raft.isLeader ? raft.currentTerm : nil
        // A leader never cuts its log (Figure 3, Leader Append-Only): what it has looked at stands there.
        if term == nil || term != lookedAtInTerm, let start = raft.unstoredFrom {
            unapplied.truncate(from: start)
        }
        lookedAtInTerm = term
        unapplied.scan(raft.log)
    }

    /// Forgets of the log what is gone, and looks at what has gathered.
    mutating func follow(_ raft: Raft, _ update: StorageUpdate) {
        if case .suffix(let start, _) = update.log { unapplied.truncate(from: start) }
        guard unapplied.isInUse, unapplied.lag(behind: raft.log) > limits.unappliedSlack else { return }
        unapplied.scan(raft.log)
    }

    // MARK: - Out of the log

    /// Applies the entry at `index`.
    /// - Returns: the request that it settles, and how.
    mutating func apply(_ entry: Entry, at index: Index) -> (RequestID, OperationResult)? {
        precondition(index == lastApplied + 1, "entries are applied in order, each once")
        lastApplied = index
        unapplied.forget(upTo: index)
        switch entry.payload {
        case .noOp: return nil
        case .command(let command):
            return store.apply(command).map { (command.id, $0) }
        case .membership(let membership):
            // The joint one is but half of the change.
            guard !membership.isJoint, let id = RequestID(words: membership.change) else { return nil }
            return (id, store.membershipChanged(by: id))
        }
    }

    /// `store` takes the place of all entries up to `index`.
    mutating func takeOver(_ store: Store, at index: Index) {
        self.store = store
        lastApplied = index
        unapplied = UnappliedRequests(after: index)
    }
}
