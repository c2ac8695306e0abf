import Consensus
import KeyValue

/// A client has one operation open at a time. It asks its own member, or any.
struct Client {
    /// The member that it asks unless it roams.
    let home: Int
    /// The open operation.
    var waiting: Int?
    /// The last value that it saw or wrote per key; a compare-and-set starts from it.
    var lastSeen: [JSONValue?]
    /// Its latest operation with a `msg_id`.
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
            // Soon, while the first copy is under way, or late, when it may be forgotten.
            ledger.markRepeated(operation)
            let span = dice.below(2) == 0 ? 4 * scenario.latency.mean + 1_000 : 3 * scenario.patience
            queue.add(.clientRepeats(operation: operation), at: time + dice.below(span))
        }
        let roams = dice.below(100) < scenario.roaming
        try send(operation, to: roams ? dice.below(members.count) : clients[client].home)
    }

    /// A `msg_id` for the client to reuse, as people who type do.
    private func used(_ client: Int) -> Int? {
        guard scenario.reuses > 0, let latest = clients[client].latest, dice.below(100) < scenario.reuses,
            ledger.isOver(latest, members.map(\.life))
        else { return nil }
        return ledger[latest].messageID
    }

    private func drawAction(_ client: Int, _ key: Int) -> Ledger.Action {
        if scenario.transactions > 0, dice.below(100) < scenario.transactions {
            return .transaction(drawParts(first: key))
        }
        let draw = dice.below(100)
        if draw < scenario.reads { return .read }
        if draw < scenario.reads + scenario.writes { return .write }
        // Mostly from a current or recent value, so that many succeed and some do not.
        let current =
            dice.below(3) > 0
            ? committedHistory.version(of: key).value?.json : clients[client].lastSeen[key]
        return .cas(from: current ?? ledger.content(of: 0).json, create: dice.below(10) == 0)
    }

    /// Micro-operations, the first of them of that key.
    private func drawParts(first: Int) -> [Ledger.Part] {
        let onlyReads = dice.below(100) < scenario.reads
        return (0...dice.below(4)).map { position in
            let key = position == 0 ? first : dice.below(scenario.keys)
            if onlyReads { return .read(key) }
            // Mostly lists, so that many appends succeed and some do not.
            switch dice.below(10) {
            case 0..<3: return .read(key)
            case 3..<5: return .write(key, asList: dice.below(4) > 0)
            default: return .append(key)
            }
        }
    }

    /// Delivers a request to a member. Links of clients have no latency and lose nothing.
    func send(_ operation: Int, to target: Int) throws {
        let member = members[target]
        guard member.isAlive else { return }
        ledger.send(operation, to: target, life: member.life)
        let request = ledger.request(operation)
        record(.asked(operation, request), member)
        fingerprint.mix(time)
        fingerprint.mix(target << 32 | operation)
        member.inbox.append(.request(request))
        if member.isListening { try turn(member) }
    }

    /// The client sends the same request again, to any member.
    func resend(_ operation: Int) throws {
        guard phase == .faults, isRemembered(ledger[operation].effect?.index) else { return }
        tally.events += 1
        try send(operation, to: dice.below(members.count))
    }

    /// Whether members must still recognize a copy of the request committed at `index`. Half of the promised range is
    /// left for entries that the receiver has yet to apply.
    func isRemembered(_ index: Index?) -> Bool {
        index.map { $0 + scenario.limits.requestsRemembered / 2 > committedHistory.lastIndex } ?? true
    }

    // MARK: - Answers

    func handleAnswer(_ body: ClientReply.Body, to operation: Int, from member: Member) throws {
        switch ledger[operation].asker {
        case .client(let client): handleClientAnswer(operation, client)
        case .demand(let slot): handleDemandAnswer(slot, operation)
        case .outsider: try checkOutsider(body, of: member)
        case .writer: break
        }
    }

    private func handleClientAnswer(_ operation: Int, _ client: Int) {
        guard clients[client].waiting == operation else { return }
        let key = ledger[operation].key
        switch ledger[operation].answer {
        case .value(let value): clients[client].lastSeen[key] = value
        case .result(let outcome) where outcome.isDone:
            clients[client].lastSeen[key] = ledger.content(of: operation).json
        case .result, .values, nil: break
        }
        finishOperation(client)
    }

    func giveUp(_ client: Int, _ operation: Int) {
        guard clients[client].waiting == operation else { return }
        tally.events += 1
        finishOperation(client)
    }

    private func finishOperation(_ client: Int) {
        clients[client].waiting = nil
        finished += 1
        let pause = scenario.think > 0 ? dice.exponential(mean: scenario.think) : 0
        queue.add(.clientActs(client: client), at: time + pause)
    }
}
