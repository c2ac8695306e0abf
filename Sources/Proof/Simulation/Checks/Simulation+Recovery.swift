import Consensus
import KeyValue

/// What a calm and fast network must see once the faults have ended: all members are there, links lose nothing.
enum RecoveryCheck: Hashable, Sendable {
    /// Links were slow for long, with elections meanwhile, and have been fast for a while. Then the leader is lost: it is
    /// replaced within a small multiple of what a fresh cluster takes.
    case failover
    /// A member was away until it needs a snapshot, larger than what its link carries in a round trip. Then it hears
    /// its leader, and catches up while the others go on to write.
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
    /// The faults have ended.
    func beginRecovery() throws {
        // Whose disk is lost does not take part, and may not be started as it is.
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
        guard !members.contains(where: { $0.isHarmed || $0.isOut }) else { return try beginDemand() }
        tellFault("the faults stop, all members are there, and \(check) is tried")
        switch check {
        case .failover:
            network.latency.mean = max(dice.pick([500_000, 1_000_000, 2_000_000]), scenario.latency.mean)
            after(dice.within(10_000_000...30_000_000), .leaderCrashesOnSlowLinks)
            after(90_000_000, .linksAreFast)
        case .catchUp:
            after(20 * fairTimeout, .memberLeaves)
        }
    }

    func take(_ step: RecoveryStep) throws {
        guard phase == .recovery else { return }
        tally.events += 1
        switch step {
        case .leaderCrashesOnSlowLinks:
            if let leader = leader() { lose(leader, for: dice.within(1...20_000_000)) }
        case .linksAreFast:
            network.latency = scenario.latency
            network.healAll()
            // Long enough for heartbeats that leave every two seconds at first.
            after(40_000_000 + 10 * fairTimeout, .leaderIsLost)
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

    /// The minimum election timeout of a member that has only known the network as it is now, in true time. Round trips of
    /// exponential latency have a mean of twice that, and a deviation of a little more than it.
    private var fairTimeout: Microseconds {
        let roundTrips = 6 * scenario.latency.mean + 2 * scenario.diskLatency + 4 * scenario.timerDelay
        let fixed =
            scenario.electionTimeout ?? Timing.heartbeatsPerTimeout * (scenario.heartbeatInterval ?? 0)
        let timeout = max(Timing.shortestElectionTimeout, fixed, roundTrips)
        return timeout * 1_000_000 / (1_000_000 - scenario.clockDrift)
    }

    // MARK: - Failover

    /// A wait is up to two timeouts; the rest is room for elections in which nobody wins, one after the other.
    private var longestFailover: Microseconds { 20 * fairTimeout + 20 * scenario.latency.mean }

    private func loseLeader() throws {
        guard let leader = leader(), let term = leader.seen.leads else {
            throw Breach(.failover, "nobody leads, on a network that has been calm for long")
        }
        // The others must be able to elect one of them.
        guard isEnough(members.indices.filter { $0 != leader.index }) else { return try beginDemand() }
        lostAt = time
        lose(leader, for: 2 * longestFailover)
        after(longestFailover, .mustHaveLeader(after: term))
    }

    /// It crashes for a while, or is cut off until all links heal.
    private func lose(_ leader: Member, for span: Microseconds) {
        if dice.below(2) == 0, !scenario.isInMemory { return crash(leader, for: span) }
        isolate(leader)
    }

    private func isolate(_ member: Member) {
        network.cut(Cut.between([[member.index], members.indices.filter { $0 != member.index }]))
        tellFault("is cut off", member)
    }

    /// A leader appears; in this check only one that replaces the lost one.
    func noteReplacement() {
        guard phase == .recovery, scenario.recoveryCheck == .failover, let since = lostAt else { return }
        tally.failovers += 1
        tally.slowestFailover = max(tally.slowestFailover, (time - since) * 10 / fairTimeout)
        lostAt = nil
    }

    private func checkReplaced(_ term: Term) throws {
        guard elections.highestTerm > term else {
            throw Breach(
                .failover,
                "the leader of term \(term) is not replaced within \(longestFailover / 1_000) ms, where a fresh "
                    + "cluster has timeouts of \(fairTimeout / 1_000) ms; those here are "
                    + "\(members.map { ($0.run?.timing.electionTimeout ?? 0) / 1_000 })")
        }
        try beginDemand()
    }

    // MARK: - Catching up

    /// A round trip on a bad day, with the stores at both ends.
    private var roundTrip: Microseconds {
        2 * scenario.latency.mean + 2 * scenario.diskLatency + 1_000
    }

    private func sendAway() throws {
        let candidates = members.filter { $0.seen.leads == nil }.map(\.index)
        guard leader() != nil, !candidates.isEmpty else { return try beginDemand() }
        let away = dice.pick(candidates)
        guard isEnough(members.indices.filter { $0 != away }) else { return try beginDemand() }
        isolate(members[away])
        awayMember = away
        pursuitEnds = time + 500 * roundTrip
        after(1, .write)
        after(10 * roundTrip, .mayReturn(away))
    }

    /// It returns once it needs a snapshot, or has been away for long.
    private func letReturn(_ member: Member) {
        let leader = leader()?.run?.kept
        guard time >= pursuitEnds || leader.map({ $0.logStart > member.stored.lastIndex }) ?? false else {
            return after(10 * roundTrip, .mayReturn(member.index))
        }
        network.healAll()
        tellFault("is back; the leader's snapshot has \(leader?.snapshotBytes ?? 0) bytes", member)
        lostAt = time
        pursuitEnds = time + longestPursuit(snapshotBytes: leader?.snapshotBytes ?? 0)
        aim(member)
    }

    /// The snapshot travels in windows, one each round trip, while the log behind it grows; as long again takes the log,
    /// for appends carry twice as much as is written at least (see `drawRecovery`). Slow start and the search for what it
    /// needs take some round trips more, and on exponential links each takes as long as the slowest of a window's
    /// pieces: four times the mean. Twice that, for the snapshot grows as well.
    private func longestPursuit(snapshotBytes: Int) -> Microseconds {
        let window = max(scenario.limits.snapshotBytesInFlight, scenario.limits.snapshotPieceBytes)
        return 8 * roundTrip * (2 * snapshotBytes / window + 20) + 20 * fairTimeout
    }

    /// It shall have applied within a few round trips what is committed now.
    private func aim(_ member: Member) {
        after(8 * roundTrip, .mustHaveApplied(committedHistory.lastIndex, member: member.index))
    }

    private func checkCaughtUp(_ member: Member, _ index: Index) throws {
        if member.seen.lastApplied >= index {
            tally.pursuits += 1
            tally.slowestPursuit = max(tally.slowestPursuit, (time - (lostAt ?? time)) / roundTrip)
            lostAt = nil
            return try beginDemand()
        }
        guard time < pursuitEnds else {
            throw Breach(
                .catchingUp,
                "\(member.id) has applied \(member.seen.lastApplied) of \(index) entries, and has heard its leader for "
                    + "\((time - (lostAt ?? time)) / roundTrip) round trips")
        }
        aim(member)
    }

    /// Writes at the rate that is drawn, whether or not earlier ones are answered.
    private func writeSteadily() throws {
        after(max(roundTrip / scenario.writesPerRoundTrip, 1), .write)
        let others = members.indices.filter { $0 != awayMember }
        let operation = ledger.ask(.writer, key: dice.below(scenario.keys), .write, committedHistory)
        try send(operation, to: dice.pick(others))
    }
}
