/// Leadership transfer (dissertation, 3.10).
extension Raft {
    /// Begins to hand over to `target`: catches it up, then tells it to stand at once. Commands are not taken
    /// meanwhile. It ends with another leader, or after an election timeout. A second call replaces the first.
    /// - Returns: false where this member does not lead, or `target` is no other voter that counts: nothing happens then.
    package mutating func transferLeadership(to target: NodeID) -> Bool {
        guard isLeader, target != id, membership.contains(target), !isUncounted(target) else { return false }
        if leadership.transfer?.target == target { return true }
        abortTransfer()
        leadership.transfer = Transfer(target: target, deadline: now + timing.electionTimeout)
        note(.transferStarted(target: target))
        continueTransfer()
        return true
    }

    /// The other voter that would lead soonest: the one that holds most of the log, and of these the one
    /// heard from last.
    package var preferredTransferTarget: NodeID? {
        guard case .leader(let leadership) = role else { return nil }
        return leadership.progress.filter { membership.contains($0.id) && !$0.isUncounted }
            .max { ($0.matchIndex, $0.lastContact) < ($1.matchIndex, $1.lastContact) }?.id
    }

    /// Whether a transfer is under way here.
    package var isTransferring: Bool {
        if case .leader(let leadership) = role { leadership.transfer != nil } else { false }
    }

    /// Stands no more, from now on; for a member that is about to end.
    package mutating func beginShutdown() {
        isShuttingDown = true
    }

    /// Who leads soon, unless a message or the election is lost: whom this leader has told to stand, or to whom this
    /// follower has given its vote on such a word.
    package var transferTarget: NodeID? {
        switch role {
        case .leader(let leading): leading.transfer.flatMap { $0.sent ? $0.target : nil }
        case .follower(leader: nil): votedForTransferTargetIn == currentTerm ? votedFor : nil
        case .follower, .preCandidate, .candidate: nil
        }
    }

    /// Tells the target to stand once all that it lacks is on its way, or, if it is a plain peer, has arrived.
    mutating func continueTransfer() {
        guard case .leader(let leading) = role, let transfer = leading.transfer, !transfer.sent,
            let slot = leading.slot(of: transfer.target)
        else { return }
        let progress = leading.progress[slot]
        guard progress.matchIndex == log.lastIndex || !progress.isPlain && progress.isSent(log.lastIndex)
        else {
            return
        }
        leadership.transfer?.sent = true
        let word = TimeoutNow(term: currentTerm, leader: id, lastLogIndex: log.lastIndex)
        _ = send(.timeoutNow(word), to: transfer.target)
    }

    mutating func abortOverdueTransfer() {
        guard case .leader(let leading) = role, let transfer = leading.transfer, transfer.deadline <= now
        else {
            return
        }
        abortTransfer()
    }

    mutating func abortTransfer() {
        guard let target = leadership.transfer?.target else { return }
        leadership.transfer = nil
        note(.transferAborted(target: target))
    }

    mutating func receive(_ request: TimeoutNow, from leader: NodeID) {
        guard follow(leader, term: request.term), isPromotable else { return }
        pendingTimeoutNow = (request.term, request.lastLogIndex ?? 0, now + timing.electionTimeout)
        campaignIfToldTo()
    }

    /// Stands once the log holds what its leader's had: it could not win before.
    mutating func campaignIfToldTo() {
        guard isToldToCampaign, let pendingTimeoutNow, log.lastIndex >= pendingTimeoutNow.index else {
            return
        }
        becomeCandidate(transfer: true)
    }

    /// Its leader waits no longer than that for another to lead.
    private var isToldToCampaign: Bool {
        guard let (term, _, deadline) = pendingTimeoutNow else { return false }
        return term == currentTerm && now < deadline && isPromotable
    }

    /// Whether this member is about to stand, or stands, for its leader said so.
    package var isTakingOverLeadership: Bool {
        if case .candidate = role { return pendingTimeoutNow?.term == currentTerm - 1 }
        return isToldToCampaign
    }
}
