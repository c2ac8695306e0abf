import Consensus

/// When a silent member is missed.
extension Detours {
    /// A member sends each new list to all others. Where only others bring it, the direct link carries nothing.
    mutating func expectFirstHand(_ slot: Int, _ now: Microseconds) {
        guard !neighbors[slot].isMissed else { return }
        if neighbors[slot].passedOnSince == nil { neighbors[slot].passedOnSince = now }
        if now - neighbors[slot].lastHeard > window / 2 { neighbors[slot].isProbed = true }
    }

    /// Asks all members that may have had no reason to send anything for an answer. Those heard a moment ago need give
    /// none: otherwise, where many learn of one change, each would ask all others for each of them.
    mutating func probe(_ now: Microseconds) {
        for slot in neighbors.indices
        where !neighbors[slot].isMissed && now - neighbors[slot].lastHeard > window / 2 {
            neighbors[slot].isProbed = true
            neighbors[slot].wait = 0
        }
    }

    mutating func expect(_ expectation: Expectation, _ now: Microseconds, _ window: Microseconds) {
        if expectation != self.expectation {
            self.expectation = expectation
            expectedSince = now
            nextSearch = nil
        }
        guard expectation == .nobody else { return }
        let wait = Self.leaderlessWindows * (1 + others.count / 16) * window
        if nextSearch == nil { nextSearch = expectedSince + wait }
        guard let search = nextSearch, search <= now else { return }
        nextSearch = now + 2 * wait
        probe(now)
    }

    /// Notes which members are missed or lost by now.
    /// - Returns: whether any of them is so since now.
    mutating func findSilent(_ now: Microseconds, _ window: Microseconds) -> Bool {
        var isNew = false
        for slot in neighbors.indices {
            if let time = missedAt(slot, window), time <= now {
                miss(slot)
                isNew = true
            } else if let time = lostAt(slot, window), time <= now {
                neighbors[slot].isLost = true
                isNew = true
            }
        }
        return isNew
    }

    private mutating func miss(_ slot: Int) {
        neighbors[slot].isMissed = true
        neighbors[slot].isProbed = false
        for owner in others.indices { deliveries[slot, owner] = .due }
    }

    /// How long an answer may take: a round trip fits into a window, and the one that answers may have others to
    /// answer first.
    private func answerTime(of slot: Int, _ window: Microseconds) -> Microseconds {
        max(
            window * (5 + 2 * roundsToAll) / 4,
            min(2 * slowestAnswer(of: slot, window), Timing.longestElectionTimeout))
    }

    /// The slowest of the late answers of a member, less with each fast one. Of what it took while the network was
    /// slow, no more counts than `longestAnswer`: otherwise a cut soon afterwards would stay unnoticed for seconds.
    private func slowestAnswer(of slot: Int, _ window: Microseconds) -> Microseconds {
        min(neighbors[slot].slowestAnswer, longestAnswer(window))
    }

    /// The longest time that one answer counts for. An answer after a cut says little of how long answers take.
    private func longestAnswer(_ window: Microseconds) -> Microseconds { (8 + roundsToAll) * window / 2 }

    /// Notes how long an answer took. A slow member would be missed for nothing, so it gets more time from now on, and
    /// less again after a few fast answers.
    mutating func noteAnswer(of slot: Int, after time: Microseconds) {
        let slowest = slowestAnswer(of: slot, window)
        neighbors[slot].slowestAnswer =
            time > slowest ? min(time, longestAnswer(window)) : slowest - (slowest - time) / 2
    }

    /// Whether messages of this member arrive at `slot` directly, by the latest list of that.
    func isHeard(by slot: Int) -> Bool { !neighbors[slot].missed.contains(others.count) }

    /// When the member at `slot` is missed, unless it is heard before; nil where nothing is due from it.
    func missedAt(_ slot: Int, _ window: Microseconds) -> Microseconds? {
        guard !neighbors[slot].isMissed, neighbors[slot].owesAnswer || isExpected(slot) else { return nil }
        let neighbor = neighbors[slot]
        let asked = neighbor.awaitedSince.map { since in
            // One that does not hear the question sends a hello of its own now and then.
            since + answerTime(of: slot, window) + (isHeard(by: slot) ? 0 : max(Self.longestWait, window))
        }
        let passedOn = neighbor.passedOnSince.map { $0 + answerTime(of: slot, window) }
        let answer = earliest(asked, passedOn)
        guard isExpected(slot), neighbor.holds >= neighbor.unnamedSince else { return answer }
        let message = max(neighbor.lastHeard, expectedSince) + window
        return min(message, answer ?? message) + 1
    }

    /// When the routes to and from the member at `slot` must count as broken; nil while there are none.
    func lostAt(_ slot: Int, _ window: Microseconds) -> Microseconds? {
        guard neighbors[slot].isMissed, !neighbors[slot].isLost, !unreached.contains(others[slot]),
            isExpected(slot)
        else { return nil }
        let neighbor = neighbors[slot]
        return max(neighbor.lastHeardOrRelayed, expectedSince) + 2 * window + answerTime(of: slot, window) + 1
    }

    private func isExpected(_ slot: Int) -> Bool {
        switch expectation {
        case .all: true
        case .one(let leader): others[slot] == leader
        case .nobody: false
        }
    }
}
