import Consensus
import Simulation

/// All that states are made of, each thing once, by number: members at rest, messages, sets of messages, promises,
/// budgets; and the turns that have been taken. A state is then a few numbers, and a transition that involves a turn
/// that was taken before costs some lookups. Every turn is taken by the real code, once.
struct Tables {
    /// What of a member decides what can happen to it.
    struct Traits {
        var term: Term
        /// A bit for each deadline that is running.
        var deadlines: Int
        var isLeader: Bool
        var acceptsCommands: Bool
        var acceptsChanges: Bool
        var hasNewCommits: Bool
        var heedsOvertakenRequests: Bool
        var lastIndex: Index
        /// What others have passed on to it for when it leads.
        var held: Int
        /// See `Member.questions`.
        var questions: Int
        var log: UInt32
    }

    /// A turn, by numbers. 0 stands for nothing, but for `next`.
    struct TakenTurn {
        var next: UInt32
        var sent: UInt32
        var news: UInt32
        var stores: UInt32
        var breach: UInt32
    }

    /// What budgets are spent on.
    enum Expense: Int, CaseIterable {
        case electionTimeout, contactLapse, overtaken, heartbeat, quorumLapse
        case command, read, readRetry, change, transfer, giveUp
        case snapshot, crash, operation, copy, patience

        var field: WritableKeyPath<Scope.Budget, Int> {
            switch self {
            case .electionTimeout: \.electionTimeouts
            case .contactLapse: \.contactLapses
            case .overtaken: \.overtaken
            case .heartbeat: \.heartbeats
            case .quorumLapse: \.quorumLapses
            case .command: \.commands
            case .read: \.reads
            case .readRetry: \.readRetries
            case .change: \.changes
            case .transfer: \.transfers
            case .giveUp: \.givenUp
            case .snapshot: \.snapshots
            case .crash: \.crashes
            case .operation: \.operations
            case .copy: \.copies
            case .patience: \.patience
            }
        }
    }

    let scope: Scope
    private(set) var members: [Member] = []
    private(set) var traits: [Traits] = []
    private(set) var packets: [Packet] = []
    private(set) var turns: [TakenTurn] = [TakenTurn(next: 0, sent: 0, news: 0, stores: 0, breach: 0)]
    private(set) var news = [Turn.News()]
    private(set) var breaches: [Breach] = [Breach(.progress, "")]
    /// Sets of messages on their way, in rising order.
    private(set) var networks = ListTable()
    /// Lists of messages that a turn has sent.
    private(set) var sentLists = ListTable()
    private(set) var promises: [Promises] = []
    private(set) var budgets: [Scope.Budget] = []

    private var memberNumbers: [Fingerprint: UInt32] = [:]
    private var logNumbers: [Fingerprint: UInt32] = [:]
    private var packetNumbers: [Packet: UInt32] = [:]
    private var newsNumbers: [Turn.News: UInt32] = [Turn.News(): 0]
    private var promiseNumbers: [Promises: UInt32] = [:]
    private var budgetNumbers: [Scope.Budget: UInt32] = [:]
    private var turnNumbers = NumberMap()
    private var additions = NumberMap()
    private var answers = NumberMap()
    private var spendings = NumberMap()
    private var matchingLogs = NumberMap()

    init(_ scope: Scope) {
        self.scope = scope
        _ = networks.insert([])
        _ = sentLists.insert([])
    }

    // MARK: - Numbers

    mutating func number(of member: Member) -> UInt32 {
        let fingerprint = member.fingerprint
        if let known = memberNumbers[fingerprint] { return known }
        let number = UInt32(members.count)
        memberNumbers[fingerprint] = number
        members.append(member)
        let raft = member.raft
        let log = Fingerprint { raft.log.mix(into: &$0) }
        let logNumber = logNumbers[log] ?? UInt32(logNumbers.count)
        logNumbers[log] = logNumber
        let deadlines = Raft.Deadline.allCases.filter { raft.time(of: $0) != nil }
        traits.append(
            Traits(
                term: raft.currentTerm, deadlines: deadlines.reduce(0) { $0 | 1 << $1.rawValue },
                isLeader: raft.isLeader, acceptsCommands: raft.acceptsCommands,
                acceptsChanges: raft.acceptsChanges,
                hasNewCommits: raft.commitIndex > raft.snapshot?.position.index ?? 0,
                heedsOvertakenRequests: raft.heedsOvertakenRequests,
                lastIndex: raft.log.lastIndex, held: member.machine.heldForwards, questions: member.questions,
                log: logNumber))
        return number
    }

    mutating func number(of promises: Promises) -> UInt32 {
        if let known = promiseNumbers[promises] { return known }
        let number = UInt32(self.promises.count)
        promiseNumbers[promises] = number
        self.promises.append(promises)
        return number
    }

    mutating func number(of budget: Scope.Budget) -> UInt32 {
        if let known = budgetNumbers[budget] { return known }
        let number = UInt32(budgets.count)
        budgetNumbers[budget] = number
        budgets.append(budget)
        return number
    }

    mutating func number(of breach: Breach) -> UInt32 {
        breaches.append(breach)
        return UInt32(breaches.count - 1)
    }

    private mutating func number(of packet: Packet) -> UInt32 {
        if let known = packetNumbers[packet] { return known }
        let number = UInt32(packets.count)
        packetNumbers[packet] = number
        packets.append(packet)
        return number
    }

    private mutating func number(of news: Turn.News) -> UInt32 {
        if news.isEmpty { return 0 }
        if let known = newsNumbers[news] { return known }
        let number = UInt32(self.news.count)
        newsNumbers[news] = number
        self.news.append(news)
        return number
    }

    // MARK: - Turns

    /// The turn that a member takes; nil where it was not taken before.
    func turn(of member: UInt32, _ move: Cluster.Move) -> TakenTurn? {
        turnNumbers[Self.key(member, move)].map { turns[Int($0)] }
    }

    private static func key(_ member: UInt32, _ move: Cluster.Move) -> UInt64 {
        UInt64(member) << 32 | UInt64(move.input) << 4 | UInt64(move.crash)
    }

    mutating func take(_ turn: Turn, of member: UInt32, _ move: Cluster.Move) -> TakenTurn {
        let sent = turn.sent.map { number(of: $0) }
        let taken = TakenTurn(
            next: number(of: turn.member), sent: UInt32(sentLists.insert(sent).number),
            news: number(of: turn.news), stores: UInt32(turn.stores),
            breach: turn.breach.map { number(of: $0) } ?? 0)
        turnNumbers.insert(Self.key(member, move), UInt32(turns.count))
        turns.append(taken)
        return taken
    }

    mutating func spend(_ expense: Expense, of budget: UInt32) -> UInt32 {
        let key = UInt64(budget) << 8 | UInt64(expense.rawValue)
        if let known = spendings[key] { return known }
        var rest = budgets[Int(budget)]
        rest[keyPath: expense.field] -= 1
        let number = number(of: rest)
        spendings.insert(key, number)
        return number
    }

    // MARK: - Networks

    /// The set of these messages.
    mutating func network(of packets: [Packet]) -> UInt32 {
        packets.reduce(0) { add(number(of: $1), to: $0) }
    }

    mutating func add(_ packet: UInt32, to network: UInt32) -> UInt32 {
        let key = UInt64(network) << 32 | UInt64(packet)
        if let known = additions[key] { return known }
        var list = networks[Int(network)]
        var number = network
        if !list.contains(packet) {
            list.insert(packet, at: list.firstIndex { $0 > packet } ?? list.endIndex)
            number = UInt32(networks.insert(list).number)
        }
        additions.insert(key, number)
        return number
    }

    /// What is on its way once a member has answered all in `network` that changes nothing at it; nil where that was
    /// not asked before.
    func answers(by member: UInt32, in network: UInt32) -> UInt32? {
        answers[UInt64(member) << 32 | UInt64(network)]
    }

    mutating func note(answers: UInt32, by member: UInt32, in network: UInt32) {
        self.answers.insert(UInt64(member) << 32 | UInt64(network), answers)
    }

    // MARK: - Logs

    /// Whether log matching holds between two members, looked at once for each pair of logs.
    mutating func checkMatching(_ left: UInt32, _ right: UInt32) throws(Breach) {
        let (one, other) = (traits[Int(left)].log, traits[Int(right)].log)
        let key = UInt64(min(one, other)) << 32 | UInt64(max(one, other))
        if one == other || matchingLogs[key] != nil { return }
        try Exploration.checkMatching(members[Int(left)], members[Int(right)])
        matchingLogs.insert(key, 1)
    }
}
