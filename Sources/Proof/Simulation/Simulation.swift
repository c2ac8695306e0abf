import Consensus
import KeyValue

/// A whole cluster with its clients, network, disks and clocks in one seeded event queue. It runs members as
/// the node does, breaks what its scenario says, and checks after every event what must hold.
package final class Simulation {
    /// What the queue holds.
    enum Happening {
        case delivery(packet: Int)
        /// Nothing comes of it once the member is in another life.
        case own(Own, member: Int, life: Int)
        case clientActs(client: Int)
        case clientGivesUp(client: Int, operation: Int)
        case clientRepeats(operation: Int)
        case operatorActs
        case operatorRepeats(number: Int)
        case fault
        case isolate(member: Int, span: Microseconds)
        case heal(cut: Int)
        case recover(member: Int)
        /// By now a lost disk must be found; and the operator goes on to replace its member.
        case lose
        case lossIsFound(number: Int)
        case replace
        case stormEnds
        case demand(slot: Int)
        case demandIsOver
        case recovery(RecoveryStep)
        case linksRecover
        case askOutsider(member: Int)
        case audit
    }

    /// What is to happen to a member in one of its lives, and not in the next. To be down is a life as well.
    enum Own {
        case timer, stored, turnEnds, strikeYoung, start, resume, mustEnd
    }

    enum Phase {
        case faults
        /// What a calm network must see of all members, in a share of the seeds.
        case recovery
        /// A majority is healed, and each of its members must carry out a write.
        case demand
        /// Nothing new is asked; what is owed must be answered.
        case ending
        case over
    }

    /// After how many events the faults end, however much is left to ask.
    private static let eventLimit = 200_000

    let scenario: Scenario
    /// Where a line of text for each thing that happens goes.
    package var trace: ((String) -> Void)?
    var tally = Tally()

    var dice: Dice
    var time: Microseconds = 0
    var queue = EventQueue<Happening>()
    var phase = Phase.faults
    var network: Network
    var members: [Member] = []
    var clients: [Client] = []
    var demands: [Demand] = []
    var demandsBeganAt: Microseconds = 0
    /// Members that the links which are left do not join to a majority: what they are asked will not happen, and
    /// they must say so.
    var outsiders: [Int] = []
    var lastAskedAt: Microseconds = 0
    var cuts = 0
    /// The disk that is lost; one at a time.
    var loss: LostDisk?
    /// Whose disk is lost as soon as everybody is well, and how often that is looked for.
    var awaitedLoss: (member: Int, polls: Int)?
    /// When the leader was lost, or a member came back, that a recovery check waits for.
    var lostAt: Microseconds?
    var awayMember: Int?
    var pursuitEnds: Microseconds = 0
    /// Operations that clients have finished or given up in the first phase.
    var finished = 0

    var elections: Elections
    var entries = Entries()
    var committedHistory: CommittedHistory
    var ledger = Ledger()
    var changes: ChangeLedger
    var eventTrace = EventTrace()
    var fingerprint = Fingerprint()

    package init(_ scenario: Scenario) {
        self.scenario = scenario
        dice = Dice(seed: ~scenario.seed)
        network = Network(size: scenario.members, latency: scenario.latency, linkFaults: scenario.linkFaults)
        elections = Elections(members: scenario.members)
        committedHistory = CommittedHistory(keys: scenario.keys)
        changes = ChangeLedger(initialVoters: (0..<scenario.initialVoters).map { "n\($0)" })
    }

    /// Runs from the first event to the last, or to the first violation.
    package func run() -> Report {
        var violation: Violation?
        do {
            try start()
            while phase != .over, let item = queue.next() {
                time = item.time
                try handle(item.what)
                try moveOn()
            }
            for member in members { try checkSnapshot(member) }
            try checkHistory()
        } catch let breach as Breach {
            violation = Violation(
                property: breach.property, detail: breach.detail, seed: scenario.seed, time: time,
                eventTrace: eventTrace.told())
        } catch is BeyondRaft {
            tally.lossesBeyond += 1
        } catch {
            preconditionFailure("a run throws breaches and nothing else: \(error)")
        }
        tally.time = time
        tally.committed = committedHistory.lastIndex
        tally.operations = ledger.count
        tally.changes = changes.changesMade
        tally.transfers = changes.transfersMade
        return Report(tally: tally, fingerprint: fingerprint.value, violation: violation)
    }

    private func start() throws {
        for index in 0..<scenario.members {
            let rate = 1_000_000 + dice.within(-scenario.clockDrift...scenario.clockDrift)
            let clock = Clock(at: 0, showing: dice.below(1 << 40), rate: rate)
            members.append(Member(index: index, clock: clock))
            schedule(.start, of: members[index], at: dice.below(10_000))
        }
        for index in 0..<scenario.clients {
            clients.append(Client(home: dice.below(scenario.members), keys: scenario.keys))
            queue.add(.clientActs(client: index), at: 10_000 + dice.below(500_000))
        }
        if scenario.faults.interval > 0 { scheduleFault() }
        if scenario.operators.interval > 0 { scheduleOperator() }
    }

    private func handle(_ what: Happening) throws {
        switch what {
        case .delivery(let packet): try deliver(packet)
        case .own(let what, let member, let life):
            if members[member].life == life { try handle(what, of: members[member]) }
        case .clientActs(let client): try act(client)
        case .clientGivesUp(let client, let operation): giveUp(client, operation)
        case .clientRepeats(let operation): try again(operation)
        case .operatorActs: try operatorActs()
        case .operatorRepeats(let number): try operatorRepeats(number)
        case .fault: try strike()
        case .isolate(let member, let span): isolate(member, for: span)
        case .heal(let cut): heal(cut)
        case .recover(let member):
            members[member].slowness = 0
            members[member].diskSlowness = 0
        case .lose: loseDiskUnderLeader()
        case .lossIsFound(let number): try endQuiet(number)
        case .replace: try continueReplacement()
        case .stormEnds: if phase == .faults, !isQuiet { network.linkFaults = scenario.linkFaults }
        case .demand(let slot): try demand(slot)
        case .demandIsOver: try endDemand()
        case .recovery(let step): try take(step)
        case .linksRecover: if phase == .faults { network.latency = scenario.latency }
        case .askOutsider(let member): try askOutsider(member)
        case .audit: try audit()
        }
    }

    private func handle(_ what: Own, of member: Member) throws {
        switch what {
        case .timer: try ring(member)
        case .stored: try diskIsDone(member)
        case .turnEnds: try endTurn(member)
        case .strikeYoung: strikeYoung(member)
        case .start: try start(member)
        case .resume: try resume(member)
        case .mustEnd: stop(member)
        }
    }

    func schedule(_ what: Own, of member: Member, at time: Microseconds) {
        queue.add(.own(what, member: member.index, life: member.life), at: time)
    }

    /// The faults end once all clients have had their turns, or enough has happened.
    private func moveOn() throws {
        guard phase == .faults, !isQuiet else { return }
        if finished >= scenario.operations || tally.events >= Self.eventLimit { try beginRecovery() }
    }

    // MARK: - Telling

    func tell(_ what: EventTrace.What, _ member: Member?) {
        let line = EventTrace.TraceLine(
            time: time, member: member?.index, term: member?.run?.term ?? 0,
            role: member?.run?.roleName ?? "down", what: what)
        eventTrace.add(line)
        if let trace { trace(EventTrace.tell(line)) }
    }

    func tellFault(_ text: String, _ member: Member? = nil) {
        tell(.fault(text), member)
    }
}
