/// Elections (§5.2, §5.4.1), with pre-vote and check-quorum (dissertation, 9.6 and 4.2.3): together, for
/// either alone can leave a cluster without a leader.
extension Raft {
    /// Whether this member may start an election. One that is not in its own membership may not, unless that membership
    /// can still be truncated (dissertation, 4.2.2). When n0 and n1 become n1 alone, and n1 holds only the joint
    /// entry, n1 needs n0's vote; n0, whose log is longer, refuses it, and so must be able to win itself.
    var isPromotable: Bool {
        if isShuttingDown || hasLostLog { return false }
        // A correct member never comes near these numbers; beyond them its messages would be refused.
        if currentTerm >= highestNumber || log.lastIndex >= highestNumber / 2 { return false }
        return unsettledMemberships.contains { $0.membership.contains(id) }
    }

    /// Draws the next election timeout from [T, 2T), so that split votes are rare (§5.2). The more voters there are,
    /// the more would stand within one round trip, and each asks all others: so they draw from a longer span, unless T
    /// is fixed. The first of many stands as soon as before.
    mutating func armElectionTimer() {
        hasExtendedDeadlineAfterStall = false
        let shortest = timing.electionTimeout
        let spans = timing.fixedElectionTimeout == nil ? 1 + membership.voters.count / 16 : 1
        electionDeadline = now + shortest + Int.random(in: 0..<(spans * shortest), using: &generator)
    }

    /// No leader was heard from in time. A member that may not start an election forgets its leader nevertheless: it
    /// would go on forwarding requests to it, and not know that they are lost.
    mutating func electionTimeoutElapsed() {
        timing.forgetOldRoundTrip(at: now)
        if isPromotable {
            startPreVote()
        } else if leader != nil {
            becomeFollower(term: currentTerm, leader: nil, reason: .silentLeader)
        }
    }

    /// Pre-vote (dissertation, 9.6): a member that cannot win must not raise anybody's term. A lone voter becomes a
    /// candidate at once.
    private mutating func startPreVote() {
        if membership.isQuorum(id) {
            becomeCandidate(transfer: false)
        } else {
            requeueReads()
            role = .preCandidate(newCampaign)
            armElectionTimer()
            note(.becamePreCandidate(term: currentTerm))
            requestVotes(term: currentTerm + 1, preVote: true, transfer: false)
        }
    }

    mutating func becomeCandidate(transfer: Bool) {
        setHardState(HardState(term: currentTerm + 1, votedFor: id))
        requeueReads()
        role = .candidate(newCampaign)
        armElectionTimer()
        note(.becameCandidate(term: currentTerm, transfer: transfer))
        if membership.isQuorum(id) {
            becomeLeader(votes: [id])
        } else {
            requestVotes(term: currentTerm, preVote: false, transfer: transfer)
        }
    }

    private var newCampaign: Campaign { Campaign(firstRequest: nextMessageID, votes: [id: true]) }

    private mutating func requestVotes(term: Term, preVote: Bool, transfer: Bool) {
        // Dropped by age and not by number: else the answers on a slow network would all come too late to be measured.
        sentVoteRequests.removeAll { $0.sent < now - Timing.longestElectionTimeout }
        sentVoteRequests.append((nextMessageID, now))
        let request = RequestVote(
            term: term, candidate: id, lastLogIndex: log.lastIndex, lastLogTerm: log.lastTerm,
            preVote: preVote,
            leadershipTransfer: transfer)
        for voter in otherVoters {
            _ = send(.requestVote(request), to: voter)
        }
    }

    // MARK: - Voting

    mutating func receive(_ request: RequestVote, id: MessageID?, from candidate: NodeID) {
        if candidate == leader, request.term > currentTerm { forgetLeader() }
        let refusal = refusal(of: request, from: candidate)
        let disregarded = if case .leaderAlive = refusal { true } else { false }
        if !request.preVote, !disregarded {
            stepDown(ifBehind: request.term)
        }
        if let refusal {
            note(
                .refused(candidate: candidate, term: request.term, preVote: request.preVote, reason: refusal))
        } else {
            grant(request, to: candidate)
        }
        let answer = RequestVoteReply(
            term: currentTerm, voteGranted: refusal == nil, preVote: request.preVote)
        reply(.requestVoteReply(answer), to: candidate, inReplyTo: id)
    }

    /// A member that asks for votes in a later term does not lead the current term any more, and never will again: only
    /// a candidate of a term comes to lead it. (A request from before it won is of the current term at most.)
    private mutating func forgetLeader() {
        isLeaderless = true
        becomeFollower(term: currentTerm, leader: nil, reason: .leaderAsks)
    }

    private mutating func grant(_ request: RequestVote, to candidate: NodeID) {
        note(.granted(candidate: candidate, term: request.term, preVote: request.preVote))
        if request.preVote { return yieldPreVote(to: request) }
        setHardState(HardState(term: currentTerm, votedFor: candidate))
        if request.leadershipTransfer { hasVotedForTransferTarget = true }
        role = .follower(leader: nil)
        // Only a granted vote resets the timer (§5.2); a candidate that is refused must not delay this member's
        // election.
        armElectionTimer()
    }

    /// Of two members that ask for pre-votes at the same time one drops its own, or both would become candidates and
    /// split the vote. Once per term, for the other may ask for ever and never hear an answer.
    private mutating func yieldPreVote(to request: RequestVote) {
        guard case .preCandidate = role, !hasYieldedPreVote,
            (request.lastLogTerm, request.lastLogIndex, request.candidate) > (log.lastTerm, log.lastIndex, id)
        else { return }
        hasYieldedPreVote = true
        role = .preCandidate(newCampaign)
    }

    /// Why the vote is refused, or nil where it is granted. The voter's own membership does not matter: it may not yet
    /// hold the entry that made the candidate a voter (dissertation, 4.1).
    private func refusal(of request: RequestVote, from candidate: NodeID) -> VoteRefusal? {
        if !request.leadershipTransfer, let leader = livingLeader { return .leaderAlive(leader) }
        // A member with a lost log may have forgotten a vote.
        if hasLostLog { return .lostLog }
        if request.term < currentTerm { return .staleTerm(currentTerm) }
        if request.term == currentTerm {
            if request.preVote { return .staleTerm(currentTerm) }
            if let votedFor, votedFor != candidate { return .votedFor(votedFor) }
        }
        guard log.isUpToDate(lastTerm: request.lastLogTerm, lastIndex: request.lastLogIndex) else {
            return .logBehind(LogPosition(index: log.lastIndex, term: log.lastTerm))
        }
        return nil
    }

    /// The leader, if it was heard from less than a minimum election timeout ago, or this member itself while a quorum
    /// answers it. As long as there is one, votes are refused, so that a removed or returning member cannot depose
    /// it (dissertation, 4.2.3).
    private var livingLeader: NodeID? {
        switch role {
        case .follower(let leader): heardFromLeaderLately ? leader : nil
        case .preCandidate, .candidate: nil
        case .leader(let leadership): now - quorumContact(leadership) < timing.electionTimeout ? id : nil
        }
    }

    // MARK: - Counting

    mutating func receive(_ reply: RequestVoteReply, inReplyTo request: MessageID?, from voter: NodeID) {
        timeVote(request)
        switch role {
        case .preCandidate(let campaign) where answers(request, campaign):
            // A peer without pre-vote moves to the term that it was asked about, whether it grants or refuses.
            let highest = reply.voteGranted || !reply.preVote ? currentTerm + 1 : currentTerm
            guard reply.term <= highest else {
                stepDown(ifBehind: reply.term)
                return
            }
            if reply.term > currentTerm, !reply.voteGranted {
                // Its vote of that term may be gone. The others may still be for this member, one term later.
                setHardState(HardState(term: reply.term, lostLog: hardState.lostLog))
            }
            count(reply, from: voter, in: campaign, preVote: true)
        case .candidate(let campaign) where !reply.preVote && reply.term <= currentTerm:
            // The term tells elections apart, and so does the request; a vote given must be of this term, a
            // refusal may come from one that disregarded the request and kept its own.
            let isOfThisTerm = reply.term == currentTerm
            guard request.map({ answers($0, campaign) }) ?? isOfThisTerm else { return }
            if isOfThisTerm || !reply.voteGranted { count(reply, from: voter, in: campaign, preVote: false) }
        case .follower, .preCandidate, .candidate, .leader:
            stepDown(ifBehind: reply.term)
        }
    }

    private func answers(_ request: MessageID?, _ campaign: Campaign) -> Bool {
        guard let request else { return false }
        return request >= campaign.firstRequest && request < nextMessageID
    }

    private mutating func count(
        _ reply: RequestVoteReply, from voter: NodeID, in campaign: Campaign, preVote: Bool
    ) {
        var campaign = campaign
        if campaign.votes[voter] == nil { campaign.votes[voter] = reply.voteGranted }
        role = preVote ? .preCandidate(campaign) : .candidate(campaign)
        let term = preVote ? currentTerm + 1 : currentTerm
        note(.voteReceived(from: voter, term: term, granted: reply.voteGranted, preVote: preVote))
        switch membership.voteResult({ campaign.votes[$0] }) {
        case .pending: break
        case .won where preVote: becomeCandidate(transfer: false)
        case .won: becomeLeader(votes: campaign.votes.filter(\.value).keys.sorted())
        case .lost: becomeFollower(term: currentTerm, leader: nil, reason: .lostElection)
        }
    }

    private mutating func timeVote(_ request: MessageID?) {
        // A leader measures round trips better, and all the time.
        guard leader == nil, let request,
            let asked = sentVoteRequests.last(where: { $0.firstRequest <= request })
        else { return }
        timing.add(roundTripFrom: asked.sent, to: now)
    }

    private mutating func becomeLeader(votes: [NodeID]) {
        let progress = others.map {
            Progress(
                id: $0, nextIndex: log.lastIndex + 1, lastContact: now, limits: settings.limits,
                roundTrip: timing.roundTrip)
        }
        note(.becameLeader(term: currentTerm, votes: votes))
        role = .leader(Leadership(progress: progress, noOpIndex: log.lastIndex + 1))
        // Entries of earlier terms commit only with one of this term (§5.4.2), so there must be one.
        appendAsLeader(.noOp)
        adoptWaitingReads()
    }
}
