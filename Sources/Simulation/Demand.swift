import KeyValue
import Linearizability
import Raft

/// A write and a read that a member of the healed majority must carry out, one after the other.
struct Demand {
    let member: Int
    /// What is to be done, the next last. With all reading first, none can wait for somebody's write.
    var due: [Ledger.Action]
    /// The request that is under way.
    var operation: Int?
    /// When it was carried out.
    var metAt: Microseconds?
}

/// What follows the faults: a majority that links join must serve, however they join it, and everything must be answered.
extension Simulation {
    /// Election timeouts within which a healed majority must serve.
    private static let demandTimeouts = 40

    func beginDemand() throws {
        phase = .demand
        demandsBeganAt = time
        network.healAll()
        network.weather = Scenario.Weather()
        var majority = try drawCore()
        if dice.below(2) == 0 {
            let rest = members.indices.filter { !majority.contains($0) }
            network.separate([majority] + rest.map { [$0] })
        } else {
            majority = network.thin(around: majority, &dice)
        }
        tellFault("the faults stop, and \(majority) are joined by \(network.links)")
        for member in members where !majority.contains(member.index) && member.isAlive {
            if dice.below(2) == 0, !scenario.isInMemory {
                stopMachine(member)
            } else {
                member.slowness = 0
                try resume(member, member.life)
                outsiders.members.append(member.index)
            }
        }
        for index in majority {
            let member = members[index]
            member.slowness = 0
            if !member.isAlive || member.isEnding { try restart(member) }
            if member.isPaused { try resume(member, member.life) }
        }
        let due: [Ledger.Action] = dice.below(2) == 0 ? [.read, .write] : [.write, .read]
        for index in majority {
            demands.append(Demand(member: index, due: due))
            try demand(demands.count - 1)
        }
        tally.longestTimeout = timeout()
        queue.add(.demandIsOver, at: time + Self.demandTimeouts * timeout() + 60 * scenario.latency.mean)
    }

    func restart(_ member: Member) throws {
        if member.isAlive { stopMachine(member) }
        try start(member)
    }

    /// The longest election timeout of the healed, in true time, or what they wait before they say again what was
    /// lost.
    private func timeout() -> Microseconds {
        let slowest = demands.compactMap { demand in
            members[demand.member].run.map { run in
                let timing = run.timing
                return max(timing.electionTimeout, timing.retryInterval) * 1_000_000
                    / members[demand.member].clock.rate
            }
        }
        return (slowest.max() ?? 0) + 2 * scenario.diskLatency + scenario.timerDelay
    }

    private func demand(_ place: Int) throws {
        guard let action = demands[place].due.last else { return }
        let key = dice.below(scenario.keys)
        let operation = ledger.ask(
            client: clients.count + place, key: key, action, isNumbered: true, floor: truth.keys[key])
        demands[place].operation = operation
        try send(operation, to: demands[place].member)
    }

    func hearDemand(_ meaning: Ledger.Meaning, of operation: Int) {
        guard let place = demands.firstIndex(where: { $0.operation == operation }) else { return }
        switch meaning {
        case .settled:
            demands[place].operation = nil
            demands[place].due.removeLast()
            guard demands[place].due.isEmpty else {
                return queue.add(.clientActs(client: clients.count + place), at: time)
            }
            demands[place].metAt = time
            if demands.allSatisfy({ $0.metAt != nil }) { beginEnding() }
        case .open:
            // It asks anew, as a client would.
            queue.add(.clientActs(client: clients.count + place), at: time + 1_000)
        }
    }

    func demandAgain(_ place: Int) throws {
        guard demands.indices.contains(place) else { return try askOutsider(place - demands.count) }
        guard phase == .demand, demands[place].metAt == nil else { return }
        try demand(place)
    }

    func endDemand() throws {
        guard phase == .demand else { return }
        let missing = demands.filter { $0.metAt == nil }
            .map { "n\($0.member) no \($0.due.last == .read ? "read" : "write")" }
        throw Breach(
            .liveness,
            "\(missing.joined(separator: ", ")) carried out within \(Self.demandTimeouts) election "
                + "timeouts after a majority was healed")
    }

    // MARK: - The end

    /// Every request is answered by whoever took it in and did not crash since, well within the time that a
    /// member which has measured the slowest of networks lets its clients wait.
    private static let answerTime: Microseconds = 120_000_000

    private func beginEnding() {
        let slowest = demands.compactMap(\.metAt).max().map { $0 - demandsBeganAt } ?? 0
        tally.slowestDemand = slowest / max(timeout(), 1)
        phase = .ending
        lastAskedAt = time
        questionOutsiders()
        queue.add(.audit, at: time)
    }

    func audit() throws {
        let owed = ledger.unanswered { members[$0.member].life == $0.life }
        if let (number, copy) = changes.unanswered({ members[$0.member].life == $0.life }) {
            guard time < lastAskedAt + Self.answerTime else {
                throw Breach(.answers, "n\(copy.member) never answered request \(number) of an operator")
            }
            return queue.add(.audit, at: time + 1_000_000)
        }
        guard owed != nil || !areOutsidersAsked else {
            phase = .over
            return
        }
        if let owed, time >= lastAskedAt + Self.answerTime {
            throw Breach(.answers, "n\(owed.copy.member) never answered request \(owed.operation)")
        }
        queue.add(.audit, at: time + 1_000_000)
    }

    func checkHistory() throws {
        let checker = Checker(limit: 200_000)
        for (key, operations) in ledger.history(keys: scenario.keys).enumerated() {
            switch checker.check(operations) {
            case .linearizable: break
            case .undecided: tally.undecided += 1
            case .violated(let violation):
                throw Breach(
                    .linearizability,
                    "key \(key): nothing explains \(violation.operation); it could have held "
                        + "\(violation.possible)")
            }
        }
    }
}
