import Consensus
import KeyValue

/// A write and a read that a member of the healed majority must carry out, one after the other.
struct Demand {
    let member: Int
    /// The remaining actions, the next one last. If all members read first, no read waits for a write.
    var due: [Ledger.Action]
}

/// The phase after the faults: any majority that links connect must serve, however they connect it.
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
        guard var majority = try drawCore() else {
            for member in members where member.isAlive {
                member.slowness = 0
                try resume(member)
            }
            return beginEnding()
        }
        // The others must not depend on a member that is down for good, or may be.
        let isComplete = loss == nil && !members.contains { $0.isDamaged || $0.isDownForGood }
        if dice.below(2) == 0 || !isComplete {
            let rest = members.indices.filter { !majority.contains($0) }
            network.cut(Cut.between([majority] + rest.map { [$0] }))
        } else {
            majority = network.thin(around: majority, &dice)
        }
        recordFault("the faults stop; \(majority) are connected by \(network.links)")
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

    /// Draws members that can serve without the others under every membership that applies: the committed one, those in
    /// force at the drawn members, and those that a leader may be about to append.
    /// - Returns: nil where none can: a disk is lost, and a member that is behind still needs that one's vote.
    private func drawCore() throws -> [Int]? {
        var order = members.indices.filter { slot in
            !members[slot].isDamaged && !members[slot].isDownForGood
                && !(loss?.member == slot && loss?.stage == .down)
        }
        dice.shuffle(&order)
        var core: [Int] = []
        repeat {
            guard let slot = order.popLast() else { return nil }
            let member = members[slot]
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

    /// The longest election timeout or retry interval of the healed members, in true time.
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

    func handleDemandAnswer(_ slot: Int, _ operation: Int) {
        guard ledger[operation].answer != nil else {
            // Ask again, as a client would.
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
