/// What tells two members apart between two turns, for a search that visits each state once. Two that have the same
/// fingerprint answer whatever may come with the same messages, and are the same again after it.
///
/// Left out is what no later step depends on, given that the search fixes the timeouts and lets every deadline come at
/// any moment (`Raft.Deadline`):
/// - the time: `now`, and the deadlines that lie ahead. A member compares times only with its timeouts, so what has
///   passed already is mixed in as such: whether it heard its leader lately, and how long each member has been silent.
/// - the dice, which draw nothing but deadlines;
/// - what is measured: `timed`, `roundTrip`, `sampler`, `sentVoteRequests`, `timing`. Only timeouts are made of it,
///   which are fixed, and a choice that networks faster than 4 ms allow (`Raft.nearby`), where the search measures
///   none.
/// - which request of its leader is the newest: the search lets each arrive as one that was overtaken, or as the newest
///   (`expectRequest(isOvertaken:)`);
/// - what waits for a turn's end, which is empty between two: `pending`, `inStore`;
/// - what is told to people and to the replica alone: `refusedSnapshot`, `votedForTransferTargetIn`, `losses`;
/// - what follows from the rest: later memberships from the log, `uncommittedBytes`, `slots`.
///
/// The number of the next message is mixed in, and so are those that are kept: two members that say the same in another
/// order are told apart although they need not be, which costs states and hides none. `answered` counts only where
/// something waits for it, for whatever begins to wait later waits for later numbers.
extension Raft {
    package func mix(into fingerprint: inout Fingerprint) {
        fingerprint.mix(hardState)
        fingerprint.mix(log)
        fingerprint.mix(memberships[0].membership)
        fingerprint.mix(commitIndex)
        fingerprint.mix(lastApplied)
        fingerprint.mix(durableIndex)
        fingerprint.mix(leaderDurableIndex)
        fingerprint.mix(newestLeaderRequest != nil)
        fingerprint.mix(isShuttingDown)
        fingerprint.mix(leaderlessTerm == currentTerm)
        fingerprint.mix(yieldedPreVoteIn == currentTerm)
        if let word = pendingTimeoutNow, word.term == currentTerm, now < word.deadline {
            fingerprint.mix(word.index)
        }
        fingerprint.mix(snapshot?.position)
        incomingSnapshot?.mix(into: &fingerprint)
        reads.mix(into: &fingerprint)
        fingerprint.mix(nextMessageID)
        mixRole(into: &fingerprint)
    }

    /// Lets the next request of its leader count as one that was overtaken, or as the newest.
    package mutating func expectRequest(isOvertaken: Bool) {
        // The first cannot be overtaken.
        if newestLeaderRequest != nil { newestLeaderRequest = isOvertaken ? .max : 0 }
    }

    /// Whether it makes a difference that a request of its leader was overtaken.
    package var heedsOvertakenRequests: Bool {
        newestLeaderRequest != nil && !(leader != nil && heardFromLeaderLately)
    }

    private func mixRole(into fingerprint: inout Fingerprint) {
        switch role {
        case .follower(let leader):
            fingerprint.mix(1)
            fingerprint.mix(leader)
            fingerprint.mix(heardFromLeaderLately)
        case .preCandidate(let campaign):
            fingerprint.mix(2)
            campaign.mix(into: &fingerprint)
        case .candidate(let campaign):
            fingerprint.mix(3)
            campaign.mix(into: &fingerprint)
        case .leader(let leadership):
            fingerprint.mix(4)
            leadership.mix(into: &fingerprint, at: now)
        }
    }
}

extension Campaign {
    fileprivate func mix(into fingerprint: inout Fingerprint) {
        fingerprint.mix(firstRequest)
        for voter in votes.keys.sorted() {
            fingerprint.mix(voter)
            fingerprint.mix(votes[voter]! ? 1 : 2)
        }
    }
}

extension Leadership {
    fileprivate func mix(into fingerprint: inout Fingerprint, at now: Microseconds) {
        fingerprint.mix(noOpIndex)
        fingerprint.mix(transfer?.target)
        fingerprint.mix(transfer?.sent ?? false)
        for read in unsentReads { read.mix(into: &fingerprint) }
        for round in rounds {
            fingerprint.mix(round.firstRequest)
            for read in round.reads { read.mix(into: &fingerprint) }
        }
        fingerprint.mix(rounds.count)
        if let catchUp {
            fingerprint.mix(catchUp.voters)
            fingerprint.mix(catchUp.change)
            fingerprint.mix(catchUp.goal)
            fingerprint.mix(catchUp.firstRequest)
            fingerprint.mix(now - catchUp.began)
        }
        let isAnswerAwaited = !rounds.isEmpty || catchUp != nil
        for progress in progress {
            fingerprint.mix(now - progress.lastContact)
            progress.mix(into: &fingerprint, at: now, isAnswerAwaited: isAnswerAwaited)
        }
    }
}

extension PendingRead {
    fileprivate func mix(into fingerprint: inout Fingerprint) {
        fingerprint.mix(index)
        switch asker {
        case .own(let id): fingerprint.mix(id)
        case .member(let member, let question):
            fingerprint.mix(member)
            fingerprint.mix(question)
        }
    }
}

extension Progress {
    fileprivate func mix(into fingerprint: inout Fingerprint, at now: Microseconds, isAnswerAwaited: Bool) {
        fingerprint.mix(matchIndex)
        fingerprint.mix(nextIndex)
        fingerprint.mix(held.index)
        fingerprint.mix(held.before)
        fingerprint.mix(lostLog)
        fingerprint.mix(saysLostLog)
        fingerprint.mix(toldCommit)
        fingerprint.mix(toldDurable)
        fingerprint.mix(awaits)
        fingerprint.mix(inFlight.count { $0.ids.lowerBound < firstProbe })
        for sent in inFlight {
            fingerprint.mix(sent.ids.lowerBound)
            fingerprint.mix(sent.ids.upperBound)
            fingerprint.mix(sent.prevLogIndex)
            fingerprint.mix(sent.lastIndex)
        }
        switch mode {
        case .probe(let awaiting):
            fingerprint.mix(1)
            fingerprint.mix(awaiting)
        case .replicate: fingerprint.mix(2)
        case .snapshot(let transfer):
            fingerprint.mix(3)
            transfer.mix(into: &fingerprint, at: now)
            fingerprint.mix(answered)
        }
        if isAnswerAwaited { fingerprint.mix(answered) }
    }
}
