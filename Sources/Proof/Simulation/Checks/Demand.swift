import Consensus
import KeyValue

/// A write and a read that a member of the healed majority must carry out, one after the other.
struct Demand {
    let member: Int
    /// What is to be done, the next last. With all reading first, none can wait for somebody's write.
    var due: [Ledger.Action]
}

/// What follows the faults: a majority that links join must serve, however they join it.
extension Simulation {
    /// Election timeouts within which a healed majority must serve.
    private static let demandTimeouts = 40

    func beginDemand() throws {
        phase = .demand
        demandsBeganAt = time
        network.healAll()
        network.linkFaults = Scenario.LinkFaults()
        network.latency = scenario.latency
        for member in members {
            member.diskSlowness = 0
            member.run?.storage.disk.mend()
        }
        var majority = try drawCore()
        // Whoever is out for good, or may be, cannot be one that others need.
        let isComplete = loss == nil && !members.contains { $0.isHarmed || $0.isOut }
        if dice.below(2) == 0 || !isComplete {
            let rest = members.indices.filter { !majority.contains($0) }
            network.cut(Cut.between([majority] + rest.map { [$0] }))
        } else {
            majority = network.thin(around: majority, &dice)
        }
        tellFault("the faults stop, and \(majority) are joined by \(network.links)")
        for member in members where !majority.contains(member.index) && member.isAlive {
            if dice.below(2) == 0, !scenario.isInMemory {
                stopMachine(member)
            } else {
                member.slowness = 0
                try resume(member)
                outsiders.append(member.index)
            }
        }
        for index in majority {
            let member = members[index]
            member.slowness = 0
            if !member.isAlive || member.isEnding { try restart(member) }
            try resume(member)
        }
        let due: [Ledger.Action] = dice.below(2) == 0 ? [.read, .write] : [.write, .read]
        demands = majority.map { Demand(member: $0, due: due) }
        for slot in demands.indices { try demand(slot) }
        tally.longestTimeout = timeout()
        queue.add(.demandIsOver, at: time + Self.demandTimeouts * timeout() + 60 * scenario.latency.mean)
    }

    /// Draws members that can serve without the others, whatever membership they have to go by: those that any
    /// of them has in its log, and one that its leader may be about to put there.
    private func drawCore() throws -> [Int] {
        var order = members.indices.filter { slot in
            !members[slot].isHarmed && !members[slot].isOut
                && !(loss?.member == slot && loss?.stage == .down)
        }
        dice.shuffle(&order)
        var core: [Int] = []
        repeat {
            let member = members[order.removeLast()]
            core.append(member.index)
            if !member.isAlive || member.isEnding { try restart(member) }
        } while !isEnough(core)
        return (core + order.prefix(dice.below(order.count + 1))).sorted()
    }

    func isEnough(_ core: [Int]) -> Bool {
        let known = core.flatMap { members[$0].run?.memberships ?? [] }
        return ([changes.membership] + known).allSatisfy { membership in
            Self.isQuorum(of: membership) { id in
                let slot = Member.index(of: id)
                return core.contains(slot) && isCounted(slot)
            }
        }
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

    func demand(_ slot: Int) throws {
        guard phase == .demand, let action = demands[slot].due.last else { return }
        let operation = ledger.ask(.demand(slot), key: dice.below(scenario.keys), action, committedHistory)
        try send(operation, to: demands[slot].member)
    }

    func hearDemand(_ slot: Int, _ operation: Int) {
        guard ledger[operation].answer != nil else {
            // It asks anew, as a client would.
            return queue.add(.demand(slot: slot), at: time + 1_000)
        }
        demands[slot].due.removeLast()
        guard demands[slot].due.isEmpty else { return queue.add(.demand(slot: slot), at: time) }
        if demands.allSatisfy(\.due.isEmpty) {
            tally.slowestDemand = (time - demandsBeganAt) / max(timeout(), 1)
            beginEnding()
        }
    }

    func endDemand() throws {
        guard phase == .demand else { return }
        let missing = demands.filter { !$0.due.isEmpty }
            .map { "n\($0.member) no \($0.due.last == .read ? "read" : "write")" }
        throw Breach(
            .liveness,
            "\(missing.joined(separator: ", ")) carried out within \(Self.demandTimeouts) election "
                + "timeouts after a majority was healed")
    }
}
