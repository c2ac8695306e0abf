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
/// - what is told to people and to the replica alone: `refusedSnapshot`, `hasVotedForTransferTarget`, `losses`;
/// - what follows from the rest: later memberships from the log, `uncommittedBytes`, `slots`.
///
/// The number of the next message is mixed in, and so are those that are kept: two members that say the same in another
/// order are told apart although they need not be, which costs states and hides none. `answered` counts only where
/// something waits for it, for whatever begins to wait later waits for later numbers.
extension Raft {
    package func mix(into hasher: inout Hasher) {
        hasher.combine(hardState)
        log.mix(into: &hasher)
        hasher.combine(memberships[0].membership)
        hasher.combine(commitIndex)
        hasher.combine(lastApplied)
        hasher.combine(durableIndex)
        hasher.combine(leaderDurableIndex)
        hasher.combine(newestLeaderRequest != nil)
        hasher.combine(isShuttingDown)
        hasher.combine(isLeaderless)
        hasher.combine(hasYieldedPreVote)
        if let word = pendingTimeoutNow, word.term == currentTerm, now < word.deadline {
            hasher.combine(word.index)
        }
        hasher.combine(snapshot?.position)
        incomingSnapshot?.mix(into: &hasher)
        reads.mix(into: &hasher)
        hasher.combine(nextMessageID)
        mixRole(into: &hasher)
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

    private func mixRole(into hasher: inout Hasher) {
        switch role {
        case .follower(let leader):
            hasher.combine(1)
            hasher.combine(leader)
            hasher.combine(heardFromLeaderLately)
        case .preCandidate(let campaign):
            hasher.combine(2)
            hasher.combine(campaign)
        case .candidate(let campaign):
            hasher.combine(3)
            hasher.combine(campaign)
        case .leader(let leadership):
            hasher.combine(4)
            leadership.mix(into: &hasher, at: now)
        }
    }
}

extension Log {
    package func mix(into hasher: inout Hasher) {
        hasher.combine(lastIncludedIndex)
        hasher.combine(lastIncludedTerm)
        for index in firstIndex..<(lastIndex + 1) { hasher.combine(self[index]) }
        hasher.combine(lastIndex)
    }
}

extension Leadership {
    fileprivate func mix(into hasher: inout Hasher, at now: Microseconds) {
        hasher.combine(noOpIndex)
        hasher.combine(transfer?.target)
        hasher.combine(transfer?.sent)
        hasher.combine(unsentReads)
        hasher.combine(rounds)
        if let catchUp {
            hasher.combine(catchUp.target)
            hasher.combine(catchUp.goal)
            hasher.combine(catchUp.firstRequest)
            hasher.combine(now - catchUp.began)
        }
        let isAnswerAwaited = !rounds.isEmpty || catchUp != nil
        for progress in progress {
            hasher.combine(now - progress.lastContact)
            progress.mix(into: &hasher, at: now, isAnswerAwaited: isAnswerAwaited)
        }
    }
}

extension Progress {
    fileprivate func mix(into hasher: inout Hasher, at now: Microseconds, isAnswerAwaited: Bool) {
        hasher.combine(matchIndex)
        hasher.combine(nextIndex)
        hasher.combine(held.index)
        hasher.combine(held.before)
        hasher.combine(lostLog)
        hasher.combine(saysLostLog)
        hasher.combine(toldCommit)
        hasher.combine(toldDurable)
        hasher.combine(awaits)
        hasher.combine(inFlight.count { $0.ids.lowerBound < firstProbe })
        hasher.combine(inFlight)
        switch mode {
        case .probe(let awaiting):
            hasher.combine(1)
            hasher.combine(awaiting)
        case .replicate: hasher.combine(2)
        case .snapshot(let transfer):
            hasher.combine(3)
            transfer.mix(into: &hasher, at: now)
            hasher.combine(answered)
        }
        if isAnswerAwaited { hasher.combine(answered) }
    }
}
