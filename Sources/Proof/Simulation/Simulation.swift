import Consensus
import KeyValue
import Maelstrom

/// A cluster with its clients, network, disks and clocks, driven by one seeded event queue. It runs members as
/// the node does, injects the scenario's faults, and checks every property after each event.
package final class Simulation {
    /// An event in the queue.
    enum QueuedEvent {
        case delivery(packet: Int)
        /// Ignored once the member is in another life.
        case memberEvent(MemberEvent, member: Int, life: Int)
        case clientActs(client: Int)
        case clientGivesUp(client: Int, operation: Int)
        case clientRepeats(operation: Int)
        case operatorActs
        case operatorRepeats(number: Int)
        case fault
        case isolate(member: Int, span: Microseconds)
        case heal(cut: Int)
        case recover(member: Int)
        /// Loses a disk; the deadline for detecting that; and the next step of the operator who replaces the member.
        case lose
        case lossMustBeDetected(number: Int)
        case replace
        case stormEnds
        case demand(slot: Int)
        case demandIsOver
        case recovery(RecoveryStep)
        case linksRecover
        case askOutsider(member: Int)
        case audit
    }

    /// An event that concerns one life of a member. A life is the time between two starts or ends.
    enum MemberEvent {
        case timer, stored, turnEnds, faultNewLeader, start, resume, mustEnd
    }

    enum Phase {
        case faults
        /// In a share of the seeds: the checks of `RecoveryCheck`, on a calm network with all members.
        case recovery
        /// A majority is healed, and each of its members must serve.
        case demand
        /// No new requests; every open one must be answered.
        case ending
        case over
    }

    /// The number of events after which the faults end, even if clients have operations left.
    private static let eventLimit = 200_000

    let scenario: Scenario
    /// Receives one line of text per event.
    package var trace: ((String) -> Void)?
    /// Is told every 10,000 events how many were handled, the time in the simulation in microseconds, and how many
    /// operations of clients are finished.
    package var progress: ((Int, Microseconds, Int) -> Void)?
    /// Records the last steps for a page.
    package var recorder: StoryRecorder?
    /// Events of the queue that were handled.
    package private(set) var handled = 0
    var tally = Tally()

    var dice: Dice
    var time: Microseconds = 0
    var queue = EventQueue<QueuedEvent>()
    var phase = Phase.faults
    var network: Network
    let decoder = MessageDecoder()
    var members: [Member] = []
    var clients: [Client] = []
    var demands: [Demand] = []
    var demandsBeganAt: Microseconds = 0
    /// Members that the remaining links do not connect to a majority. They must answer new requests with 11.
    var outsiders: [Int] = []
    var lastAskedAt: Microseconds = 0
    var cuts = 0
    /// The disk that is lost. There is at most one at a time.
    var loss: LostDisk?
    /// The member whose disk is lost as soon as the cluster is healthy, and how often to check for that.
    var awaitedLoss: (member: Int, polls: Int)?
    /// When the leader was lost or the member came back that a recovery check waits for.
    var lostAt: Microseconds?
    var awayMember: Int?
    var catchUpDeadline: Microseconds = 0
    /// Operations that clients have finished or given up during the faults.
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
        ledger.padding = scenario.valueBytes
        ledger.keepsKinds = scenario.keepsKinds
        changes = ChangeLedger(initialVoters: (0..<scenario.initialVoters).map { "n\($0)" })
    }

    /// Runs to the end, or to the first violation.
    package func run() -> Report {
        var violation: Violation?
        do {
            try start()
            while phase != .over, let item = queue.next() {
                time = item.time
                handled += 1
                recorder?.begin(event: handled)
                try handle(item.what)
                try endFaultsIfDue()
                recorder?.end(at: time, members)
                if handled % 10_000 == 0 { progress?(handled, time, finished) }
            }
            for member in members { try checkSnapshot(member) }
            try checkHistory()
        } catch let breach as Breach {
            recorder?.end(at: time, members, broken: "\(breach.property.rawValue): \(breach.detail)")
            violation = Violation(
                property: breach.property, detail: breach.detail, seed: scenario.seed, time: time,
                eventTrace: eventTrace.textLines())
        } catch is OutsideFaultModel {
            tally.lossesOutsideModel += 1
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

    func start() throws {
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

    private func handle(_ what: QueuedEvent) throws {
        switch what {
        case .delivery(let packet): try deliver(packet)
        case .memberEvent(let what, let member, let life):
            if members[member].life == life { try handle(what, of: members[member]) }
        case .clientActs(let client): try act(client)
        case .clientGivesUp(let client, let operation): giveUp(client, operation)
        case .clientRepeats(let operation): try resend(operation)
        case .operatorActs: try operatorActs()
        case .operatorRepeats(let number): try operatorRepeats(number)
        case .fault: try injectFault()
        case .isolate(let member, let span): isolate(member, for: span)
        case .heal(let cut): heal(cut)
        case .recover(let member):
            members[member].slowness = 0
            members[member].diskSlowness = 0
        case .lose: loseDiskUnderLeader()
        case .lossMustBeDetected(let number): try checkLossDetected(number)
        case .replace: try continueReplacement()
        case .stormEnds: if phase == .faults, !areFaultsSuspended { network.linkFaults = scenario.linkFaults }
        case .demand(let slot): try demand(slot)
        case .demandIsOver: try endDemand()
        case .recovery(let step): try perform(step)
        case .linksRecover: if phase == .faults { network.latency = scenario.latency }
        case .askOutsider(let member): try askOutsider(member)
        case .audit: try audit()
        }
    }

    private func handle(_ what: MemberEvent, of member: Member) throws {
        switch what {
        case .timer: try timerFires(member)
        case .stored: try diskIsDone(member)
        case .turnEnds: try becomeIdle(member)
        case .faultNewLeader: faultNewLeader(member)
        case .start: try start(member)
        case .resume: try resume(member)
        case .mustEnd: stop(member)
        }
    }

    func schedule(_ what: MemberEvent, of member: Member, at time: Microseconds) {
        queue.add(.memberEvent(what, member: member.index, life: member.life), at: time)
    }

    /// Ends the faults once the clients are done, or at `eventLimit`.
    private func endFaultsIfDue() throws {
        guard phase == .faults, !areFaultsSuspended else { return }
        if finished >= scenario.operations || tally.events >= Self.eventLimit { try beginRecovery() }
    }

    // MARK: - Tracing

    func record(_ what: EventTrace.What, _ member: Member?) {
        let line = EventTrace.TraceLine(
            time: time, member: member?.index, term: member?.run?.term ?? 0,
            role: member?.run?.roleName ?? "down", what: what)
        eventTrace.add(line)
        if let trace { trace(EventTrace.describe(line)) }
        recorder?.say(EventTrace.describe(what), member?.index)
    }

    func recordFault(_ text: String, _ member: Member? = nil) {
        record(.fault(text), member)
    }
}
