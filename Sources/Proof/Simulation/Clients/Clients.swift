import Consensus
import KeyValue

/// A client asks one thing at a time, of its own member or of any.
struct Client {
    /// The member that it usually asks.
    let home: Int
    /// The operation that it waits for.
    var waiting: Int?
    /// What it saw or wrote last in each key, to begin a compare-and-set from.
    var lastSeen: [Int?]
    /// Its latest operation, where that has a `msg_id`.
    var latest: Int?

    init(home: Int, keys: Int) {
        self.home = home
        lastSeen = Array(repeating: nil, count: keys)
    }
}

extension Simulation {
    // MARK: - Asking

    func act(_ client: Int) throws {
        guard phase == .faults, clients[client].waiting == nil, ledger.count < scenario.operations else {
            return
        }
        tally.events += 1
        let key = dice.below(scenario.keys)
        let action = drawAction(client, key)
        let isNumbered = dice.below(100) >= scenario.unnumbered
        let operation = ledger.ask(
            .client(client), key: key, action, isNumbered: isNumbered,
            reusing: isNumbered ? used(client) : nil,
            committedHistory)
        clients[client].latest = isNumbered ? operation : nil
        clients[client].waiting = operation
        queue.add(
            .clientGivesUp(client: client, operation: operation), at: time + scenario.patience)
        if isNumbered, dice.below(100) < scenario.repeats {
            // Soon, while the first copy is on its way, or late, when it may be forgotten.
            ledger.repeats(operation)
            let span = dice.below(2) == 0 ? 4 * scenario.latency.mean + 1_000 : 3 * scenario.patience
            queue.add(.clientRepeats(operation: operation), at: time + dice.below(span))
        }
        let roams = dice.below(100) < scenario.roaming
        try send(operation, to: roams ? dice.below(members.count) : clients[client].home)
    }

    /// A `msg_id` that the client uses again, as people do who type.
    private func used(_ client: Int) -> Int? {
        guard scenario.reuses > 0, let latest = clients[client].latest, dice.below(100) < scenario.reuses,
            ledger.isOver(latest, members.map(\.life))
        else { return nil }
        return ledger[latest].messageID
    }

    private func drawAction(_ client: Int, _ key: Int) -> Ledger.Action {
        let draw = dice.below(100)
        if draw < scenario.reads { return .read }
        if draw < scenario.reads + scenario.writes { return .write }
        // Mostly from what is there or was lately, so that many fit and some do not.
        let current =
            dice.below(3) > 0 ? committedHistory.version(of: key).value : clients[client].lastSeen[key]
        return .cas(from: current ?? 0, create: dice.below(10) == 0)
    }

    /// Hands a request to a member; clients' links take no time and lose nothing.
    func send(_ operation: Int, to target: Int) throws {
        let member = members[target]
        guard member.isAlive else { return }
        ledger.send(operation, to: target, life: member.life)
        let request = ledger.request(operation)
        tell(.asked(operation, request), member)
        fingerprint.mix(time)
        fingerprint.mix(target << 32 | operation)
        member.inbox.append(.request(request))
        if member.isListening { try turn(member) }
    }

    /// The client says the same again, to any member.
    func again(_ operation: Int) throws {
        guard phase == .faults, isRemembered(ledger[operation].effect?.index) else { return }
        tally.events += 1
        try send(operation, to: dice.below(members.count))
    }

    /// Whether a copy of what took effect at `index` is still promised to be known for one, with room for what its
    /// receiver goes on to apply.
    func isRemembered(_ index: Index?) -> Bool {
        index.map { $0 + scenario.limits.requestsRemembered / 2 > committedHistory.lastIndex } ?? true
    }

    // MARK: - Being answered

    func hear(_ body: ClientReply.Body, to operation: Int, from member: Member) throws {
        switch ledger[operation].asker {
        case .client(let client): hear(operation, client)
        case .demand(let slot): hearDemand(slot, operation)
        case .outsider: try checkOutsider(body, of: member)
        case .writer: break
        }
    }

    private func hear(_ operation: Int, _ client: Int) {
        guard clients[client].waiting == operation else { return }
        let key = ledger[operation].key
        switch ledger[operation].answer {
        case .saw(let value): clients[client].lastSeen[key] = value
        case .came(let outcome) where outcome.isDone: clients[client].lastSeen[key] = operation
        case .came, nil: break
        }
        goOn(client)
    }

    func giveUp(_ client: Int, _ operation: Int) {
        guard clients[client].waiting == operation else { return }
        tally.events += 1
        goOn(client)
    }

    private func goOn(_ client: Int) {
        clients[client].waiting = nil
        finished += 1
        let pause = scenario.think > 0 ? dice.exponential(mean: scenario.think) : 0
        queue.add(.clientActs(client: client), at: time + pause)
    }
}
