import Consensus
import KeyValue
import Maelstrom
import Storage

/// Injects faults, and ends them.
extension Simulation {
    func scheduleFault() {
        queue.add(.fault, at: time + 1 + dice.exponential(mean: scenario.faults.interval))
    }

    func injectFault() throws {
        guard phase == .faults else { return }
        if areFaultsSuspended { return scheduleFault() }
        tally.events += 1
        tally.faults += 1
        fingerprint.mix(time)
        scheduleFault()
        let span = dice.within(1...scenario.faults.longest)
        switch drawFault() {
        case nil: break
        case .cut: cut(Cut.draw(&dice, members.count, target: target()), for: span)
        case .oneWayCut: cut(Cut.drawOneWay(&dice, members.count, target: target()), for: span)
        case .mute: mute(for: span)
        case .crash: crash(members[target()], for: restartSpan())
        case .crashAll:
            recordFault("all members crash")
            for member in members { crash(member, for: restartSpan()) }
        case .pause: pause(members[target()], for: span)
        case .slowness: slow(members[target()], for: span)
        case .clockRate: changeClock(members[target()])
        case .storm: storm(for: span)
        case .stop: try beginShutdown(members[target()])
        case .diskError: failDisk(of: members[target()])
        case .slowDisk: slowDisk(of: members[target()], for: span)
        case .slowLinks: slowLinks(for: span)
        case .damage: damageFile(of: members[target()])
        case .lostDisk: loseDisk(of: members[target()])
        }
    }

    private func drawFault() -> Scenario.Fault? {
        let weights = scenario.faults.weights
        var draw = dice.below(weights.values.reduce(0, +))
        for fault in Scenario.Fault.allCases {
            draw -= weights[fault] ?? 0
            if draw < 0 { return fault }
        }
        return nil
    }

    /// The member that a fault hits: often the leader of the highest term, where it does most.
    private func target() -> Int {
        guard dice.below(100) < scenario.faults.atLeader else { return dice.below(members.count) }
        return leader()?.index ?? dice.below(members.count)
    }

    /// The leader of the highest term.
    func leader() -> Member? {
        members.filter { $0.isAlive && $0.seen.leadingTerm != nil }
            .max { $0.seen.leadingTerm ?? 0 < $1.seen.leadingTerm ?? 0 }
    }

    /// May schedule a fault soon after an election: another leader may overwrite what this one did (Figure 8).
    func scheduleNewLeaderFault(_ member: Member) {
        guard phase == .faults, dice.chance(perMillion: scenario.faults.newLeader) else { return }
        let span = dice.below(6 * (scenario.latency.mean + scenario.diskLatency) + 1_000)
        schedule(.faultNewLeader, of: member, at: time + span)
    }

    func faultNewLeader(_ member: Member) {
        guard phase == .faults, !areFaultsSuspended else { return }
        tally.events += 1
        tally.faults += 1
        switch dice.below(4) {
        case 0: cut(Cut.draw(&dice, members.count, target: member.index), for: restartSpan())
        case 1: pause(member, for: restartSpan())
        default: crash(member, for: restartSpan())
        }
    }

    /// The time until a restart. Half are short, so that messages to the old process reach the new one.
    func restartSpan() -> Microseconds {
        let longest = scenario.faults.longest
        return dice.within(1...max(dice.below(2) == 0 ? longest / 20 : longest, 1))
    }

    // MARK: - Links

    private func cut(_ cut: Cut, for span: Microseconds) {
        if dice.below(2) == 0 { network.healAll() }
        network.cut(cut.links)
        recordFault(cut.description)
        healLater(span)
    }

    func isolate(_ member: Int, for span: Microseconds) {
        guard phase == .faults, !areFaultsSuspended else { return }
        let others = members.indices.filter { $0 != member }
        cut(
            Cut(
                description: "n\(member) is cut off", links: others.flatMap { [(member, $0), ($0, member)] }),
            for: span)
    }

    private func mute(for span: Microseconds) {
        let kind = dice.pick(PeerMessage.Kind.allCases)
        network.muted = kind
        recordFault("every \(kind.rawValue) is lost")
        healLater(span)
    }

    private func healLater(_ span: Microseconds) {
        cuts += 1
        queue.add(.heal(cut: cuts), at: time + span)
    }

    func heal(_ cut: Int) {
        guard phase == .faults, cut == cuts else { return }
        network.healAll()
        recordFault("all links heal")
    }

    private func storm(for span: Microseconds) {
        network.linkFaults.loss = dice.within(0...500_000)
        network.linkFaults.duplication = dice.within(0...500_000)
        network.linkFaults.delay = dice.within(0...800_000)
        network.linkFaults.lateCopy = dice.within(0...100_000)
        recordFault("a storm: \(network.linkFaults)")
        queue.add(.stormEnds, at: time + span)
    }

    private func slowLinks(for span: Microseconds) {
        network.latency.mean = max(
            network.latency.mean, min(dice.pick([10, 100]) * scenario.latency.mean, 2_000_000))
        recordFault("links slow down to \(network.latency.mean) us")
        queue.add(.linksRecover, at: time + 4 * span + 20 * network.latency.mean)
    }

    // MARK: - Machines

    /// Draws a crash between two steps of a turn; more often around rare updates.
    func crashes(_ member: Member, around update: StorageUpdate) -> Bool {
        let chance = min(scenario.faults.crashPoint * (update.isRare ? 100 : 1), 300_000)
        guard phase == .faults, dice.chance(perMillion: chance), !areFaultsSuspended else { return false }
        crash(member, for: restartSpan())
        return true
    }

    func crash(_ member: Member, for span: Microseconds) {
        guard member.isAlive else { return }
        recordFault("crashes", member)
        tally.crashes += 1
        stopMachine(member)
        schedule(.start, of: member, at: time + span)
    }

    /// Ends a member at once: only its process, or the whole machine.
    func stopMachine(_ member: Member) {
        var generator = SeededGenerator(seed: dice.next())
        member.crash(
            afterDiskCalls: dice.below(8), losesPower: dice.below(2) == 0, using: &generator)
    }

    func start(_ member: Member) throws {
        tally.events += 1
        injectStartFault(of: member)
        let names = members.map(\.id)
        var settings = Raft.Settings(
            id: member.id, members: names, voters: Array(names.prefix(scenario.initialVoters)),
            timing: Timing(
                electionTimeout: scenario.electionTimeout, heartbeatInterval: scenario.heartbeatInterval),
            seed: dice.next())
        settings.limits = scenario.limits
        settings.isInMemory = scenario.isInMemory
        var segmentSize = scenario.segmentSize
        if scenario.changesOptions, member.life > 0 {
            segmentSize = dice.pick([300, 3_000, 16 << 20])
            settings.limits.snapshotEvery = dice.pick([2, 10, 100, 10_000])
        }
        do {
            let any: ValueCheck = { _ in true }
            try member.start(
                settings, segmentSize: segmentSize,
                areCanonical: scenario.sendsLines ? MessageDecoder().areCanonical : any, at: time)
        } catch {
            return try cannotStart(member, error)
        }
        recordFault("starts", member)
        try checkDisk(member)
        try checkSnapshot(member)
        try turn(member)
    }

    private func pause(_ member: Member, for span: Microseconds) {
        guard member.isAlive, !member.isPaused else { return }
        recordFault("is paused", member)
        member.isPaused = true
        if dice.below(100) < scenario.faults.isolation {
            // Cut off while paused, it resumes with old messages, and nobody tells it what happened meanwhile.
            let start = time + 2 * scenario.latency.mean + dice.below(100_000)
            queue.add(.isolate(member: member.index, span: 2 * span), at: start)
        }
        schedule(.resume, of: member, at: time + span)
    }

    func resume(_ member: Member) throws {
        guard member.isPaused else { return }
        tally.events += 1
        member.isPaused = false
        recordFault("resumes", member)
        if member.isStoreDone {
            member.isStoreDone = false
            try diskIsDone(member)
        } else {
            try takeWaitingInput(member)
        }
    }

    private func slow(_ member: Member, for span: Microseconds) {
        guard member.slowness == 0 else { return }
        member.slowness = dice.pick([1_000, 10_000, 50_000])
        recordFault("slows down to up to \(member.slowness) us per turn", member)
        queue.add(.recover(member: member.index), at: time + span)
    }

    private func changeClock(_ member: Member) {
        let rate = 1_000_000 + dice.within(-scenario.clockDrift...scenario.clockDrift)
        member.clock.change(rate: rate, at: time)
        recordFault("changes its clock rate to \(rate)", member)
        member.timer = nil
        setTimer(member)
    }

    // MARK: - Shutdown

    /// Begins a shutdown, as SIGTERM does: a leader transfers leadership first. It ends after one second at most.
    private func beginShutdown(_ member: Member) throws {
        guard member.isListening, !member.isEnding else { return }
        recordFault("gets SIGTERM", member)
        member.isEnding = true
        member.run?.replica.beginShutdown(now: member.clock.reading(at: time))
        schedule(.mustEnd, of: member, at: time + 1_000_000)
        try turn(member)
    }

    func stop(_ member: Member) {
        recordFault("ends", member)
        stopMachine(member)
        schedule(.start, of: member, at: time + dice.within(1...scenario.faults.longest))
    }
}
