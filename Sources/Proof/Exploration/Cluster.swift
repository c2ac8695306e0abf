import Consensus
import Simulation

/// The states of a scope, and what can happen in each. A state is as many numbers as there are members, and three more:
/// the messages on their way, the promises, and what is left of the budgets.
struct Cluster {
    let scope: Scope
    private(set) var tables: Tables
    /// The state that an action has led to.
    private(set) var next: [UInt32]
    private(set) var transitions = 0

    /// Whether messages that change nothing where they arrive are answered at once; see `answerWhatChangesNothing`.
    private let answersAtOnce: Bool
    private let count: Int
    var width: Int { count + 3 }
    private var network: Int { count }
    private var promises: Int { count + 1 }
    private var budget: Int { count + 2 }

    init(_ scope: Scope, answersAtOnce: Bool = false) {
        self.scope = scope
        self.answersAtOnce = answersAtOnce
        tables = Tables(scope)
        count = scope.members
        next = Array(repeating: 0, count: scope.members + 3)
    }

    mutating func start() -> [UInt32] {
        let (members, promises, sent) = scope.start()
        return members.map { tables.number(of: $0) }
            + [tables.network(of: sent), tables.number(of: promises), tables.number(of: scope.budget)]
    }

    func member(_ index: Int, in state: [UInt32]) -> Member { tables.members[Int(state[index])] }

    func packets(in state: [UInt32]) -> [Packet] {
        tables.networks[Int(state[network])].map { tables.packets[Int($0)] }
    }

    /// What is promised and may yet happen, to compare searches.
    func rest(of state: [UInt32]) -> String {
        "\(tables.promises[Int(state[promises])]) \(tables.budgets[Int(state[budget])])"
    }

    // MARK: - Actions

    /// Is told of an action, and of what it breaks; where that is nothing, `next` is the state that it leads to. Says
    /// whether to go on.
    typealias Visit = (inout Cluster, Move, Breach?) -> Bool

    /// An action, by numbers.
    struct Move {
        var member: Int
        var input: Int
        var crash: Int
    }

    func action(_ move: Move) -> Action {
        Action(
            member: move.member, input: input(move.input), crash: move.crash,
            isOvertaken: move.input >= Self.firstPacket && move.input & 1 == 1)
    }

    /// Lets all that can happen in `state` happen, each by itself and always in the same order. What changes nothing is
    /// passed over.
    mutating func expand(_ state: [UInt32], _ visit: Visit) {
        let budget = tables.budgets[Int(state[budget])]
        for member in 0..<count {
            let traits = tables.traits[Int(state[member])]
            let crashes = budget.crashes > 0 && scope.crashing.contains(member)
            for step in steps(of: member, traits, budget) + clientSteps(of: member, state, budget) {
                guard attempt(state, member, step, crashes, visit) else { return }
            }
            for position in tables.networks.range(Int(state[network])) {
                let packet = tables.networks.item(at: position)
                guard tables.packets[Int(packet)].to == member else { continue }
                let step = Step(input: Self.input(packet), expense: nil)
                guard attempt(state, member, step, crashes, visit) else { return }
                guard budget.overtaken > 0, traits.heedsOvertakenRequests,
                    tables.packets[Int(packet)].isRequestOfLeader(in: traits.term)
                else { continue }
                let overtaken = Step(input: Self.input(packet, isOvertaken: true), expense: .overtaken)
                guard attempt(state, member, overtaken, crashes, visit) else { return }
            }
        }
    }

    /// An input by its number, and what it costs.
    private struct Step {
        var input: Int
        var expense: Tables.Expense?
    }

    private static let (crash, snapshot, firstDeadline, firstRead, firstCommand) = (0, 1, 2, 10, 20)
    private static let (firstTransfer, firstChange, firstOperation) = (30, 40, 50)
    private static let (patience, firstPacket) = (60, 64)

    /// Two numbers for each packet, of which the odd one says that it was overtaken.
    private static func input(_ packet: UInt32, isOvertaken: Bool = false) -> Int {
        firstPacket + 2 * Int(packet) + (isOvertaken ? 1 : 0)
    }

    private func input(_ number: Int) -> Action.Input {
        switch number {
        case Self.crash: .crash
        case Self.snapshot: .snapshot
        case Self.firstDeadline..<Self.firstRead:
            .deadline(Raft.Deadline(rawValue: number - Self.firstDeadline)!)
        case Self.firstRead..<Self.firstCommand: .read(number - Self.firstRead)
        case Self.firstCommand..<Self.firstTransfer: .command(number - Self.firstCommand)
        case Self.firstTransfer..<Self.firstChange: .transfer(to: number - Self.firstTransfer)
        case Self.firstChange..<Self.firstOperation: .change(voters: scope.changes[number - Self.firstChange])
        case Self.firstOperation..<Self.patience: .operation(number - Self.firstOperation)
        case Self.patience: .patience
        default: .message(tables.packets[(number - Self.firstPacket) / 2])
        }
    }

    /// What can happen to a member besides that a message arrives.
    private func steps(of member: Int, _ traits: Tables.Traits, _ budget: Scope.Budget) -> [Step] {
        var steps: [Step] = []
        for deadline in Raft.Deadline.allCases where traits.deadlines >> deadline.rawValue & 1 == 1 {
            let expense = expense(of: deadline)
            guard budget[keyPath: expense.field] > 0 else { continue }
            if deadline == .electionTimeout, traits.term >= scope.terms || !scope.candidates.contains(member)
            {
                continue
            }
            steps.append(Step(input: Self.firstDeadline + deadline.rawValue, expense: expense))
        }
        if budget.commands > 0, traits.acceptsCommands, traits.lastIndex < scope.logLength {
            let number = scope.budget.commands - budget.commands + 1
            steps.append(Step(input: Self.firstCommand + number, expense: .command))
        }
        if budget.reads > 0, scope.asked.contains(member) {
            let number = scope.budget.reads - budget.reads + 1
            steps.append(Step(input: Self.firstRead + number, expense: .read))
        }
        if budget.changes > 0, traits.acceptsChanges, traits.lastIndex + 1 < scope.logLength {
            for change in scope.changes.indices {
                steps.append(Step(input: Self.firstChange + change, expense: .change))
            }
        }
        if budget.transfers > 0, traits.isLeader {
            for target in 0..<count where target != member {
                steps.append(Step(input: Self.firstTransfer + target, expense: .transfer))
            }
        }
        if budget.snapshots > 0, traits.hasNewCommits {
            steps.append(Step(input: Self.snapshot, expense: .snapshot))
        }
        if budget.crashes > 0, scope.crashing.contains(member) {
            steps.append(Step(input: Self.crash, expense: .crash))
        }
        return steps
    }

    private func clientSteps(of member: Int, _ state: [UInt32], _ budget: Scope.Budget) -> [Step] {
        guard !scope.operations.isEmpty, scope.asked.contains(member) else { return [] }
        var steps: [Step] = []
        if budget.operations > 0 {
            let number = scope.budget.operations - budget.operations + 1
            steps.append(Step(input: Self.firstOperation + number, expense: .operation))
        }
        if budget.copies > 0 {
            for number in tables.promises[Int(state[promises])].clients.asked
            where !scope.operations[number - 1].isReadOnly {
                steps.append(Step(input: Self.firstOperation + number, expense: .copy))
            }
        }
        if budget.patience > 0 { steps.append(Step(input: Self.patience, expense: .patience)) }
        return steps
    }

    private func expense(of deadline: Raft.Deadline) -> Tables.Expense {
        switch deadline {
        case .electionTimeout: .electionTimeout
        case .leaderContact: .contactLapse
        case .heartbeat: .heartbeat
        case .quorumContact: .quorumLapse
        case .readRetry: .readRetry
        case .transfer, .catchUp: .giveUp
        }
    }

    // MARK: - Transitions

    /// Takes the step, and where the member may crash, also breaks it off wherever it stores something.
    /// - Returns: whether to go on.
    private mutating func attempt(
        _ state: [UInt32], _ member: Int, _ step: Step, _ crashes: Bool, _ visit: Visit
    ) -> Bool {
        var points = 0
        var crash = 0
        while crash <= points {
            let move = Move(member: member, input: step.input, crash: crash)
            let turn = tables.turn(of: state[member], move) ?? takeTurn(state[member], move)
            if crash == 0, crashes, step.input != Self.crash { points = 2 * Int(turn.stores) }
            transitions += 1
            var breach: Breach?
            var isSame = false
            do throws(Breach) {
                isSame = try !lead(state, member, turn, step, crash)
            } catch {
                breach = error
            }
            if !isSame, !visit(&self, move, breach) { return false }
            crash += 1
        }
        return true
    }

    private mutating func takeTurn(_ member: UInt32, _ move: Move) -> Tables.TakenTurn {
        let action = action(move)
        return tables.take(Turn(of: tables.members[Int(member)], action, in: scope), of: member, move)
    }

    /// - Returns: whether it leads to another state.
    private mutating func lead(
        _ state: [UInt32], _ member: Int, _ turn: Tables.TakenTurn, _ step: Step, _ crash: Int
    ) throws(Breach) -> Bool {
        if turn.breach != 0 { throw tables.breaches[Int(turn.breach)] }
        let traits = tables.traits[Int(turn.next)]
        if traits.questions > scope.questions { return false }
        // Whoever forwards a request again makes a leader append it again.
        if !scope.operations.isEmpty, traits.lastIndex + traits.held > scope.logLength { return false }
        for position in 0..<width { next[position] = state[position] }
        next[member] = turn.next
        send(turn)
        if let expense = step.expense { next[budget] = tables.spend(expense, of: next[budget]) }
        if crash > 0 { next[budget] = tables.spend(.crash, of: next[budget]) }
        try promise(turn, of: member, step)
        if answersAtOnce { answerWhatChangesNothing(from: member) }
        if tables.traits[Int(turn.next)].log != tables.traits[Int(state[member])].log {
            for other in 0..<count where other != member { try tables.checkMatching(turn.next, next[other]) }
        }
        for position in 0..<width where next[position] != state[position] { return true }
        return false
    }

    private mutating func send(_ turn: Tables.TakenTurn) {
        for position in tables.sentLists.range(Int(turn.sent)) {
            next[network] = tables.add(tables.sentLists.item(at: position), to: next[network])
        }
    }

    /// Lets everything arrive that changes nothing but what is on its way: questions that are answered from what the
    /// member is anyhow.
    ///
    /// This leaves out states and no violation. What is on its way stays there, so in `next` with more on its way all
    /// can happen that could happen without it: the states without are contained in those with.
    private mutating func answerWhatChangesNothing(from first: Int) {
        var member = first
        var done = 0
        while done < count {
            let before = next[network]
            next[network] = answered(by: member, next[member], before)
            done = next[network] == before ? done + 1 : 1
            member = (member + 1) % count
        }
    }

    private mutating func answered(by member: Int, _ number: UInt32, _ network: UInt32) -> UInt32 {
        if let known = tables.answers(by: number, in: network) { return known }
        var result = network
        for packet in tables.networks[Int(network)] where tables.packets[Int(packet)].to == member {
            let move = Move(member: member, input: Self.input(packet), crash: 0)
            let turn = tables.turn(of: number, move) ?? takeTurn(number, move)
            guard turn.next == number, turn.news == 0, turn.breach == 0 else { continue }
            for position in tables.sentLists.range(Int(turn.sent)) {
                result = tables.add(tables.sentLists.item(at: position), to: result)
            }
        }
        tables.note(answers: result, by: number, in: network)
        return result
    }

    private mutating func promise(_ turn: Tables.TakenTurn, of member: Int, _ step: Step) throws(Breach) {
        let isRead = step.expense == .read
        let isOperation = step.expense == .operation || step.expense == .copy
        guard turn.news != 0 || isRead || isOperation else { return }
        var promises = tables.promises[Int(next[self.promises])]
        if isRead { promises.asks(step.input - Self.firstRead, at: member) }
        if isOperation { promises.asks(step.input - Self.firstOperation, of: member) }
        let others = (0..<count).filter { $0 != member }.map { tables.members[Int(next[$0])] }
        try promises.take(
            tables.news[Int(turn.news)], of: tables.members[Int(turn.next)], others: others, in: scope)
        next[self.promises] = tables.number(of: promises)
    }
}
