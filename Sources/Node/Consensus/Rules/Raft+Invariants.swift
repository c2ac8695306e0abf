/// What holds of a member at any moment between two calls, after LogCabin's `Invariants`. Each look takes time for the
/// members and memberships that there are, and none for the log, so that a node affords it after every turn. Only what
/// its own rules guarantee counts: no message, however false, may make it untrue. What holds between two moments is in
/// InvariantMonitor.swift.
extension Raft {
    /// - Returns: what is impossible about the present state, or nil.
    package func violatedInvariant() -> String? {
        violatedInLog() ?? violatedInMemberships() ?? violatedInTerm() ?? violatedInRole()
    }

    /// Nothing of the log waits to be handed out or stored.
    private var isStored: Bool { pending.unstoredFrom == nil && pending.logReset == nil && inStore == nil }

    // MARK: - The log

    private func violatedInLog() -> String? {
        if commitIndex > log.lastIndex {
            return "commit index \(commitIndex) beyond the log's end \(log.lastIndex)"
        }
        if lastApplied > commitIndex { return "applied \(lastApplied) beyond commit index \(commitIndex)" }
        if log.lastIncludedIndex > lastApplied { return "a log that begins behind what is applied" }
        if durableIndex > log.lastIndex { return "durable index \(durableIndex) beyond the log's end" }
        if durableIndex < lastApplied { return "applied \(lastApplied) before it was stored" }
        if isStored, durableIndex != log.lastIndex {
            return "entries after \(durableIndex) are not to be stored"
        }
        if let start = pending.unstoredFrom, !settings.isInMemory, durableIndex >= start {
            return "durable index \(durableIndex), and entry \(start) is not stored"
        }
        if let start = pending.unstoredFrom, start <= lastApplied {
            return "an applied entry is to be stored anew"
        }
        if log.lastTerm > currentTerm { return "an entry of term \(log.lastTerm) in term \(currentTerm)" }
        guard let snapshot else { return nil }
        if snapshot.position.index > commitIndex { return "a snapshot of what is not committed" }
        if snapshot.position.index < log.lastIncludedIndex { return "a log that begins behind the snapshot" }
        return nil
    }

    // MARK: - Memberships

    private func violatedInMemberships() -> String? {
        guard let first = memberships.first else { return "no membership" }
        if first.index != log.lastIncludedIndex { return "no membership at the log's beginning" }
        for (earlier, later) in zip(memberships, memberships.dropFirst()) where earlier.index >= later.index {
            return "the membership of entry \(later.index) behind that of \(earlier.index)"
        }
        if membershipIndex > log.lastIndex { return "a membership that is not in the log" }
        guard membershipIndex > log.lastIncludedIndex else { return nil }
        if case .membership(membership) = log[membershipIndex].payload { return nil }
        return "entry \(membershipIndex) is not the membership in force"
    }

    // MARK: - The term

    private func violatedInTerm() -> String? {
        if let word = pendingTimeoutNow, word.term > currentTerm {
            return "a leader of a later term told it to stand"
        }
        if let contact = lastLeaderContact, contact > now { return "it heard its leader in the future" }
        return nil
    }

    // MARK: - The role

    private func violatedInRole() -> String? {
        switch role {
        case .follower(let leader): return leader == id ? "it follows itself" : nil
        case .preCandidate(let campaign):
            return campaign.votes[id] == true ? nil : "a pre-candidate without its own vote"
        case .candidate(let campaign):
            if votedFor != id { return "a candidate that did not vote for itself" }
            if campaign.votes[id] != true { return "a candidate that does not count its own vote" }
            if hasLostLog { return "a candidate that has lost its log" }
            return nil
        case .leader(let leadership): return violated(in: leadership)
        }
    }

    private func violated(in leadership: Leadership) -> String? {
        if votedFor != id { return "a leader that did not vote for itself" }
        if hasLostLog { return "a leader that has lost its log" }
        if log.lastTerm != currentTerm { return "a leader whose log ends in term \(log.lastTerm)" }
        if leadership.noOpIndex > log.lastIndex { return "a leader without its no-op" }
        if let term = log.term(at: leadership.noOpIndex), term != currentTerm,
            leadership.noOpIndex >= log.firstIndex
        {
            return "a no-op of term \(term)"
        }
        if leadership.uncommittedBytes < 0 { return "fewer than no bytes are uncommitted" }
        let uncommittedFrom = max(commitIndex, leadership.noOpIndex - 1)
        if leadership.uncommittedBytes != log.bytes(after: uncommittedFrom, upTo: log.lastIndex) {
            return "\(leadership.uncommittedBytes) bytes are not those behind entry \(uncommittedFrom)"
        }
        if commitIndex >= leadership.noOpIndex, let change = violatedChange(leadership) { return change }
        if let transfer = leadership.transfer, transfer.target == id || !membership.contains(transfer.target)
        {
            return "a transfer to \(transfer.target)"
        }
        if let violation = violatedRounds(leadership) { return violation }
        if leadership.progress.count != settings.members.count - 1 {
            return "members of which a leader knows nothing"
        }
        for progress in leadership.progress {
            if let violation = violated(in: progress) { return violation }
        }
        if isStored, let index = indexHeldByQuorum {
            return "a quorum holds entry \(index), which is not committed"
        }
        return nil
    }

    /// One change at a time, none left where it is, once a leader has committed in its term (§6).
    private func violatedChange(_ leadership: Leadership) -> String? {
        if memberships.count > 1, memberships[memberships.count - 2].index > commitIndex {
            return "two changes of membership at once"
        }
        if leadership.catchUp != nil, membership.isJoint { return "two changes of membership at once" }
        guard isStored, membershipIndex <= commitIndex else { return nil }
        if membership.isJoint { return "a joint membership that is committed and left" }
        return membership.contains(id) ? nil : "a leader that is no voter any more"
    }

    private func violatedRounds(_ leadership: Leadership) -> String? {
        for (earlier, later) in zip(leadership.rounds, leadership.rounds.dropFirst())
        where earlier.firstRequest > later.firstRequest {
            return "a round of reads before the one that left earlier"
        }
        if let last = leadership.rounds.last, last.firstRequest > nextMessageID {
            return "a round that has not left"
        }
        return nil
    }

    private func violated(in progress: Progress) -> String? {
        if progress.nextIndex <= progress.matchIndex {
            return "next index \(progress.nextIndex) of \(progress.id) within what it holds"
        }
        if progress.matchIndex < 0 { return "\(progress.id) holds less than nothing" }
        if progress.matchIndex > log.lastIndex { return "\(progress.id) holds more than its leader" }
        if progress.nextIndex > log.lastIndex + 1 {
            return "next index of \(progress.id) beyond the log's end"
        }
        if progress.held.index > progress.matchIndex { return "\(progress.id) holds less than it must" }
        if progress.answered >= nextMessageID { return "\(progress.id) has answered what was not asked" }
        if progress.lastContact > now { return "\(progress.id) was heard in the future" }
        if case .snapshot(let transfer) = progress.mode, transfer.snapshot.position.index > commitIndex {
            return "\(progress.id) is sent a snapshot of what is not committed"
        }
        return nil
    }
}
