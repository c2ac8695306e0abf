/// Leadership transfer (dissertation, 3.10).
extension Raft {
    /// Starts a transfer to `target`: brings its log up to date, then sends `timeoutNow`. No commands are taken
    /// meanwhile. It ends with another leader, or after an election timeout. A second call replaces the first.
    /// - Returns: false, and nothing happens, where this member does not lead, or `target` is not another voter, or has
    ///   lost its log.
    package mutating func transferLeadership(to target: NodeID) -> Bool {
        guard isLeader, target != id, membership.contains(target), !isUncounted(target) else { return false }
        if leadership.transfer?.target == target { return true }
        abortTransfer()
        leadership.transfer = Transfer(target: target, deadline: now + timing.electionTimeout)
        note(.transferStarted(target: target))
        continueTransfer()
        return true
    }

    /// The other voter that could lead soonest: the one with the highest `matchIndex`, and among equals the one that
    /// answered last.
    package var preferredTransferTarget: NodeID? {
        guard case .leader(let leadership) = role else { return nil }
        return leadership.progress.filter { membership.contains($0.id) && !$0.isUncounted }
            .max { ($0.matchIndex, $0.lastContact) < ($1.matchIndex, $1.lastContact) }?.id
    }

    /// Whether this member is transferring its leadership.
    package var isTransferring: Bool {
        if case .leader(let leadership) = role { leadership.transfer != nil } else { false }
    }

    /// Starts no election from now on; for a member that is about to end.
    package mutating func beginShutdown() {
        isShuttingDown = true
    }

    /// The member that will lead next, unless a message or the election is lost: the target to which this leader has
    /// sent `timeoutNow`, or for which this follower has voted.
    package var transferTarget: NodeID? {
        switch role {
        case .leader(let leading): leading.transfer.flatMap { $0.sent ? $0.target : nil }
        case .follower(leader: nil): hasVotedForTransferTarget ? votedFor : nil
        case .follower, .preCandidate, .candidate: nil
        }
    }

    /// Sends `timeoutNow` once all that the target lacks has been sent; to a peer that knows only the paper's messages,
    /// once it has acknowledged all of it.
    mutating func continueTransfer() {
        guard case .leader(let leading) = role, let transfer = leading.transfer, !transfer.sent,
            let progress = leading.progress(of: transfer.target),
            progress.matchIndex == log.lastIndex || !progress.isPlain && progress.isSent(log.lastIndex)
        else { return }
        leadership.transfer?.sent = true
        let word = TimeoutNow(term: currentTerm, leader: id, lastLogIndex: log.lastIndex)
        _ = send(.timeoutNow(word), to: transfer.target)
    }

    mutating func abortOverdueTransfer() {
        guard isLeader, let transfer = leadership.transfer, transfer.deadline <= now else { return }
        abortTransfer()
    }

    mutating func abortTransfer() {
        guard let target = leadership.transfer?.target else { return }
        leadership.transfer = nil
        note(.transferAborted(target: target))
    }

    mutating func receive(_ request: TimeoutNow, id: MessageID?, from leader: NodeID) {
        guard follow(leader, term: request.term, id: id), isPromotable else { return }
        pendingTimeoutNow = (request.term, request.lastLogIndex ?? 0, now + timing.electionTimeout)
        campaignIfToldTo()
    }

    /// Starts the election once the log holds what the leader's did: it could not win before.
    mutating func campaignIfToldTo() {
        guard isToldToCampaign, let pendingTimeoutNow, log.lastIndex >= pendingTimeoutNow.index else {
            return
        }
        becomeCandidate(transfer: true)
    }

    /// Until the deadline; the leader does not wait longer for the transfer either.
    private var isToldToCampaign: Bool {
        guard let (term, _, deadline) = pendingTimeoutNow else { return false }
        return term == currentTerm && now < deadline && isPromotable
    }

    /// Whether this member is a candidate, or about to be one, because its leader told it to.
    package var isTakingOverLeadership: Bool {
        if case .candidate = role { return pendingTimeoutNow?.term == currentTerm - 1 }
        return isToldToCampaign
    }
}
