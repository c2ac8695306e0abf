/// A member whose disk was lost, or put back from an older copy: it holds less than it has acknowledged, and may have
/// forgotten a vote. Raft is safe with members that never come back, not with those that come back without memory. So
/// it is served as a learner, and counted in no quorum, until an operator removes it from the membership by one change
/// and adds it again by another.
///
/// **A leader finds out within its term.** `Progress.held` is what a member has acknowledged, and the number of the
/// first request that left after that was heard. Each such request asks for a log up to `prevLogIndex`, which is not
/// below what is held. A member of the same term that refuses it hints at its last entry whose index and term are not
/// above those of the request; terms never fall along a log, so one that still holds the leader's log up to `held`
/// hints at that entry or at a later one. One that hints at less has lost it. No member that kept its disk can look
/// like that: a late or repeated answer is one to an earlier request; a lost request has no answer; within the leader's
/// term nobody else may cut the member's log, for entries of that term come from this leader alone, and a member that
/// has seen a later term answers with that; and an acknowledgement leaves only once what it speaks of is durable. What
/// is refused for another reason has no hint.
///
/// **The member stores it**, beside term and vote: it neither votes nor starts elections, commits nothing by itself,
/// and says in each answer to an append that it is not to be counted, so that later leaders know. What it keeps is the
/// end of the leader's log at that time: memberships up to there are older than the loss, and may well lack it.
///
/// **A membership without it that is committed behind that end settles it.** A quorum of the others then holds an entry
/// that no candidate can lack which the forgotten vote may have gone to, and the member comes back as any new one:
/// caught up first. If no quorum is left among those that are counted, the cluster stops.
extension Raft {
    // MARK: - The leader

    /// Whether the member refused what it had acknowledged before it was asked; see above.
    func hasLostLog(_ progress: Progress, refusing request: MessageID, _ hint: LogPosition) -> Bool {
        guard progress.held.index > 0, request >= progress.held.before else { return false }
        if hint.index != progress.held.index { return hint.index < progress.held.index }
        return log.term(at: hint.index).map { $0 != hint.term } ?? false
    }

    /// Serves the member from where its log may agree, as if it were new, and stops counting it as a voter.
    mutating func startOver(at slot: Int, nextIndex: Index) {
        let member = leadership.progress[slot].id
        let lost = leadership.progress[slot].held.index
        leadership.progress[slot].startOver(at: nextIndex)
        guard unsettledMemberships.contains(where: { $0.membership.contains(member) }) else { return }
        leadership.progress[slot].lostLog = log.lastIndex
        if leadership.transfer?.target == member { abortTransfer() }
        let leading = leadership
        note(
            .lostLog(
                member: member, acknowledged: lost,
                isQuorumLeft: membership.hasQuorum { $0 == id || !leading.isUncounted($0) }))
    }

    /// Takes the member's own report of a lost log.
    mutating func takeLostLog(_ index: Index?, at slot: Int) {
        leadership.progress[slot].saysLostLog = index != nil
        guard let index, !wasRemoved(leadership.progress[slot].id, after: index) else { return }
        leadership.progress[slot].lostLog = max(leadership.progress[slot].lostLog ?? 0, index)
    }

    /// Notes what the member has acknowledged: it must still hold that when it answers the next request.
    mutating func noteHeld(at slot: Int) {
        let matchIndex = leadership.progress[slot].matchIndex
        if matchIndex > leadership.progress[slot].held.index {
            leadership.progress[slot].held = (matchIndex, nextMessageID)
        }
    }

    /// Whether this leader knows that `member` is not to be counted.
    func isUncounted(_ member: NodeID) -> Bool {
        if case .leader(let leading) = role { leading.isUncounted(member) } else { false }
    }

    /// Up to where `member` is known to this leader to have acknowledged its log, before the request that leaves next;
    /// 0 for all where this member does not lead.
    package func acknowledged(by member: NodeID) -> Index {
        guard isLeader, let slot = leadership.slot(of: member) else { return 0 }
        return leadership.progress[slot].held.index
    }

    // MARK: - The member

    /// Whether this member has lost what it acknowledged, and is not counted.
    package var hasLostLog: Bool { hardState.lostLog != nil }

    /// Its leader, whose log ended at `index`, found that this member has lost its own. Every message that can raise
    /// this member's commit index says so until the member has confirmed it, pieces of a snapshot too. So once this
    /// member has committed up to there, the message is an old copy, and changes nothing.
    mutating func learnLostLog(_ index: Index, from leader: NodeID) {
        guard commitIndex < index, hardState.lostLog ?? 0 < index else { return }
        var state = hardState
        state.lostLog = index
        setHardState(state)
        note(.ownLogLost(leader: leader))
    }

    // MARK: - Both

    /// Clears the marks of lost logs that a committed membership has settled.
    mutating func settleLostLogs() {
        if let index = hardState.lostLog, wasRemoved(id, after: index) {
            var state = hardState
            state.lostLog = nil
            setHardState(state)
            note(.lostLogSettled)
        }
        guard case .leader(let leading) = role else { return }
        for slot in leading.progress.indices {
            guard let index = leading.progress[slot].lostLog,
                wasRemoved(leading.progress[slot].id, after: index)
            else { continue }
            leadership.progress[slot].lostLog = nil
        }
    }

    /// Whether a committed membership that was in force somewhere behind `index` lacks `member`.
    private func wasRemoved(_ member: NodeID, after index: Index) -> Bool {
        memberships.indices.contains { slot in
            let (start, membership) = memberships[slot]
            if membership.isJoint || membership.contains(member) { return false }
            let next = slot + 1 < memberships.count ? memberships[slot + 1].index : .max
            return max(start, index + 1) <= min(next - 1, commitIndex)
        }
    }
}
