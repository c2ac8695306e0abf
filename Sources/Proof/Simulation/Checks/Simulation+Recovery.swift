import Consensus
import KeyValue

/// A check after the faults have ended, on a calm and fast network with all members.
enum RecoveryCheck: Hashable, Sendable {
    /// Links are slow for long, with elections, then fast for a while. Then the leader is lost. It must be replaced
    /// within a small multiple of what a fresh cluster takes.
    case failover
    /// A member is cut off until it needs a snapshot larger than its link carries in a round trip. Then it must catch
    /// up while clients write.
    case catchUp
}

/// The steps of a recovery check.
enum RecoveryStep {
    case leaderCrashesOnSlowLinks, linksAreFast, leaderIsLost
    case mustHaveLeader(after: Term)
    case memberLeaves
    case mayReturn(Int)
    case write
    case mustHaveApplied(Index, member: Int)
}

extension Simulation {
    /// Ends the faults. Goes to the demand phase where no recovery check can run.
    func beginRecovery() throws {
        // A member that lost its disk does not take part, and may not be started.
        guard let check = scenario.recoveryCheck, loss == nil else { return try beginDemand() }
        phase = .recovery
        network.healAll()
        network.linkFaults = Scenario.LinkFaults()
        network.latency = scenario.latency
        for member in members {
            member.slowness = 0
            member.diskSlowness = 0
            member.run?.storage.disk.mend()
            if !member.isAlive || member.isEnding { try restart(member) }
            try resume(member)
        }
        guard !members.contains(where: { $0.isDamaged || $0.isDownForGood }) else { return try beginDemand() }
        recordFault("the faults stop and all members are up, to check \(check)")
        switch check {
        case .failover:
            network.linkFaults.lateCopy = scenario.copiesOfLostLeader
            network.latency.mean = max(dice.pick([500_000, 1_000_000, 2_000_000]), scenario.latency.mean)
            after(dice.within(10_000_000...30_000_000), .leaderCrashesOnSlowLinks)
            after(90_000_000, .linksAreFast)
        case .catchUp:
            after(20 * freshTimeout, .memberLeaves)
        }
    }

    func perform(_ step: RecoveryStep) throws {
        guard phase == .recovery else { return }
        tally.events += 1
        switch step {
        case .leaderCrashesOnSlowLinks:
            if let leader = leader() { lose(leader, for: dice.within(1...20_000_000)) }
        case .linksAreFast:
            network.latency = scenario.latency
            network.healAll()
            // Long enough even where heartbeats are two seconds apart at first.
            after(40_000_000 + 10 * freshTimeout, .leaderIsLost)
        case .leaderIsLost: try loseLeader()
        case .mustHaveLeader(let term): try checkReplaced(term)
        case .memberLeaves: try sendAway()
        case .mayReturn(let index): letReturn(members[index])
        case .write: try writeSteadily()
        case .mustHaveApplied(let index, let member): try checkCaughtUp(members[member], index)
        }
    }

    private func after(_ span: Microseconds, _ step: RecoveryStep) {
        queue.add(.recovery(step), at: time + span)
    }

    /// The minimum election timeout that a member would measure on the network as it is now, in true time. With
    /// exponential latency, a round trip has a mean of twice the latency and a deviation of a little more than it.
    private var freshTimeout: Microseconds {
        let roundTrips = 6 * scenario.latency.mean + 2 * scenario.diskLatency + 4 * scenario.timerDelay
        let fixed =
            scenario.electionTimeout ?? Timing.heartbeatsPerTimeout * (scenario.heartbeatInterval ?? 0)
        let timeout = max(Timing.shortestElectionTimeout, fixed, roundTrips)
        return timeout * 1_000_000 / (1_000_000 - scenario.clockDrift)
    }

    // MARK: - Failover

    /// One election takes up to two timeouts; the rest allows for several elections without a winner.
    private var longestFailover: Microseconds { 20 * freshTimeout + 20 * scenario.latency.mean }

    private func loseLeader() throws {
        guard let leader = leader(), let term = leader.seen.leadingTerm else {
            throw Breach(.failover, "nobody leads on a network that has long been calm")
        }
        // The others must be able to elect a leader.
        guard isEnough(members.indices.filter { $0 != leader.index }) else { return try beginDemand() }
        lostAt = time
        lose(leader, for: 2 * longestFailover)
        after(longestFailover, .mustHaveLeader(after: term))
    }

    /// Crashes the leader for `span`, or cuts it off.
    private func lose(_ leader: Member, for span: Microseconds) {
        if dice.below(2) == 0, !scenario.isInMemory { return crash(leader, for: span) }
        isolate(leader)
    }

    private func isolate(_ member: Member) {
        network.cut(Cut.between([[member.index], members.indices.filter { $0 != member.index }]))
        recordFault("is cut off", member)
    }

    /// Records the election that replaces a lost leader.
    func noteReplacement() {
        guard phase == .recovery, scenario.recoveryCheck == .failover, let since = lostAt else { return }
        tally.failovers += 1
        tally.slowestFailover = max(tally.slowestFailover, (time - since) * 10 / freshTimeout)
        lostAt = nil
    }

    private func checkReplaced(_ term: Term) throws {
        guard elections.highestTerm > term else {
            throw Breach(
                .failover,
                "the leader of term \(term) is not replaced within \(longestFailover / 1_000) ms. A fresh cluster has "
                    + "timeouts of \(freshTimeout / 1_000) ms; these members have "
                    + "\(members.map { ($0.run?.timing.electionTimeout ?? 0) / 1_000 })")
        }
        try beginDemand()
    }

    // MARK: - Catching up

    /// An unlucky round trip, with the stores at both ends.
    private var roundTrip: Microseconds {
        2 * scenario.latency.mean + 2 * scenario.diskLatency + 1_000
    }

    private func sendAway() throws {
        let candidates = members.filter { $0.seen.leadingTerm == nil }.map(\.index)
        guard leader() != nil, !candidates.isEmpty else { return try beginDemand() }
        let away = dice.pick(candidates)
        guard isEnough(members.indices.filter { $0 != away }) else { return try beginDemand() }
        isolate(members[away])
        awayMember = away
        // Long enough for several snapshots, once the leader keeps its log for this member no more.
        catchUpDeadline = time + 100 * roundTrip + 2 * scenario.limits.retentionSilence
        after(1, .write)
        after(10 * roundTrip, .mayReturn(away))
    }

    /// The member returns once it needs a snapshot, or after `catchUpDeadline`.
    private func letReturn(_ member: Member) {
        let leader = leader()?.run?.kept
        guard time >= catchUpDeadline || leader.map({ $0.logStart > member.stored.lastIndex }) ?? false else {
            return after(10 * roundTrip, .mayReturn(member.index))
        }
        network.healAll()
        recordFault("is back; the leader's snapshot has \(leader?.snapshotBytes ?? 0) bytes", member)
        lostAt = time
        catchUpDeadline = time + catchUpTime(snapshotBytes: leader?.snapshotBytes ?? 0)
        expectCaughtUp(member)
    }

    /// The time allowed for catching up. A snapshot takes a round trip per window, and the log behind it as long again,
    /// as appends carry at least twice what is written (see `drawRecovery`). Slow start and probing take some round
    /// trips more. On exponential links a window takes as long as its slowest piece, four times the mean; the
    /// allowance is twice that, as the snapshot grows meanwhile.
    private func catchUpTime(snapshotBytes: Int) -> Microseconds {
        let window = max(scenario.limits.snapshotBytesInFlight, scenario.limits.snapshotPieceBytes)
        return 8 * roundTrip * (2 * snapshotBytes / window + 20) + 20 * freshTimeout
    }

    /// Checks in a few round trips that the member has applied what is committed now.
    private func expectCaughtUp(_ member: Member) {
        after(8 * roundTrip, .mustHaveApplied(committedHistory.lastIndex, member: member.index))
    }

    private func checkCaughtUp(_ member: Member, _ index: Index) throws {
        if member.seen.lastApplied >= index {
            tally.catchUps += 1
            tally.slowestCatchUp = max(tally.slowestCatchUp, (time - (lostAt ?? time)) / roundTrip)
            lostAt = nil
            return try beginDemand()
        }
        guard time < catchUpDeadline else {
            throw Breach(
                .catchingUp,
                "\(member.id) has applied \(member.seen.lastApplied) of \(index) entries "
                    + "\((time - (lostAt ?? time)) / roundTrip) round trips after its return")
        }
        expectCaughtUp(member)
    }

    /// Writes at the drawn rate, whether or not earlier writes are answered.
    private func writeSteadily() throws {
        after(max(roundTrip / scenario.writesPerRoundTrip, 1), .write)
        let others = members.indices.filter { $0 != awayMember }
        let operation = ledger.ask(.writer, key: dice.below(scenario.keys), .write, committedHistory)
        try send(operation, to: dice.pick(others))
    }
}
