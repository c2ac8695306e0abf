/// A minimal Raft: in memory, without compaction, with reads in the log. It is correct if no node restarts, except
/// for the fault it is told to have.
struct NaiveRaft: Node {
    private enum Role { case follower, candidate, leader }

    /// In nanoseconds.
    private static let heartbeat: UInt64 = 40_000_000
    /// Close together, so that elections collide.
    private static let timeouts: ClosedRange<UInt64> = 150_000_000...190_000_000
    private static let retry: UInt64 = 60_000_000

    let fault: TestNode.Fault
    private var name = ""
    private var others: [String] = []
    private var term = 0
    private var votedFor: String?
    private var role = Role.follower
    private var leader: String?
    private var votes: Set<String> = []
    private var log: [Entry] = []
    /// The number of entries that each other member is known to hold.
    private var acknowledged: [String: Int] = [:]
    private var committed = 0
    private var applied = 0
    private var registers = Registers()
    /// Open requests of clients, and when each is forwarded again.
    private var waiting: [String: (request: Message, next: UInt64, tries: Int)] = [:]
    private var deadline: UInt64 = .max
    private var lines: [String] = []

    init(fault: TestNode.Fault) { self.fault = fault }

    mutating func answers(to message: Message, at now: UInt64) -> [String] {
        let body = message.body
        if let term = body.term, body.type != "pass" {
            if term > self.term { follow(nil, term: term, at: now) }
            if term == self.term { hear(body, from: message.src, at: now) }
        } else if body.type == "init" {
            name = body.nodeID ?? ""
            others = (body.nodeIDs ?? []).filter { $0 != name }
            wait(from: now)
            lines.append(reply(name, to: message, #""type":"init_ok""#))
        } else if body.type == "pass" {
            if let request = body.entries?.first?.request { propose(request) }
        } else if fault == .stale, body.type == "read" {
            // What others have acknowledged arrives here only with the next heartbeat.
            if let answer = registers.apply(body) { lines.append(reply(name, to: message, answer)) }
        } else if body.key != nil || body.txn != nil {
            waiting[message.id] = (message, now, 0)
        }
        return []
    }

    mutating func turn(at now: UInt64) -> [String] {
        for (id, wait) in waiting where wait.next <= now {
            waiting[id] = wait.tries < 30 ? (wait.request, now + NaiveRaft.retry, wait.tries + 1) : nil
            if role == .leader {
                propose(wait.request)
            } else if let leader {
                let entry = Entry(term: 0, request: wait.request)
                send(Message.Body(type: "pass", term: 0, entries: [entry]), to: leader)
            }
        }
        if now >= deadline {
            switch role {
            case .leader: sendAppends(at: now)
            case .follower, .candidate: campaign(at: now)
            }
        }
        defer { lines = [] }
        return lines
    }

    private mutating func propose(_ request: Message) {
        guard role == .leader else { return }
        if fault != .twice, log.contains(where: { $0.id == request.id }) { return }
        log.append(Entry(term: term, request: request))
        deadline = 0
    }

    private mutating func hear(_ body: Message.Body, from member: String, at now: UInt64) {
        switch body.type {
        case "vote":
            let mine = (log.last?.term ?? 0, log.count)
            let isFree = votedFor == nil || votedFor == member
            guard fault == .fickle || isFree && (body.lastTerm ?? 0, body.count ?? 0) >= mine else { return }
            votedFor = member
            wait(from: now)
            send(Message.Body(type: "voted", term: term), to: member)
        case "voted":
            votes.insert(member)
            if role == .candidate, votes.count > (others.count + 1) / 2 { lead() }
        case "append":
            // A correct leader is the only one of its term.
            guard role != .leader else { return }
            follow(member, term: term, at: now)
            append(body, from: member)
        case "appended":
            acknowledged[member] = max(acknowledged[member] ?? 0, body.count ?? 0)
            if role == .leader { commit() }
        default: break
        }
    }

    private mutating func follow(_ leader: String?, term: Int, at now: UInt64) {
        if term > self.term { votedFor = nil }
        (self.term, self.leader, role) = (term, leader, .follower)
        wait(from: now)
    }

    private mutating func wait(from now: UInt64) { deadline = now + UInt64.random(in: NaiveRaft.timeouts) }

    private mutating func campaign(at now: UInt64) {
        (term, role, votedFor, leader, votes) = (term + 1, .candidate, name, nil, [name])
        wait(from: now)
        for other in others {
            send(
                Message.Body(type: "vote", term: term, count: log.count, lastTerm: log.last?.term ?? 0),
                to: other)
        }
        if others.isEmpty { lead() }
    }

    private mutating func lead() {
        (role, leader, acknowledged, deadline) = (.leader, name, [:], 0)
        log.append(Entry(term: term, request: nil))
    }

    private mutating func sendAppends(at now: UInt64) {
        deadline = now + NaiveRaft.heartbeat
        for other in others {
            let count = acknowledged[other] ?? 0
            send(
                Message.Body(
                    type: "append", term: term, count: count, lastTerm: count > 0 ? log[count - 1].term : 0,
                    entries: Array(log[min(count, log.count)...].prefix(500)), committed: committed),
                to: other)
        }
        commit()
    }

    private mutating func append(_ body: Message.Body, from leader: String) {
        let (start, entries) = (body.count ?? 0, body.entries ?? [])
        guard start <= log.count, start == 0 || log[start - 1].term == body.lastTerm else { return }
        for (offset, entry) in entries.enumerated() {
            if start + offset < log.count, log[start + offset].term == entry.term { continue }
            log.removeSubrange((start + offset)...)
            log.append(entry)
        }
        committed = max(committed, min(body.committed ?? 0, start + entries.count))
        apply()
        send(Message.Body(type: "appended", term: term, count: start + entries.count), to: leader)
    }

    private mutating func commit() {
        let counts = ([log.count] + others.map { acknowledged[$0] ?? 0 }).sorted(by: >)
        let count = counts[others.count / 2 + (others.count % 2)]
        guard count > committed, count <= log.count, log[count - 1].term == term else { return }
        committed = count
        deadline = 0
        apply()
    }

    private mutating func apply() {
        while applied < min(committed, log.count) {
            let entry = log[applied]
            applied += 1
            guard let request = entry.request, let answer = registers.apply(request.body) else { continue }
            if let owed = waiting.removeValue(forKey: request.id) {
                lines.append(reply(name, to: owed.request, answer))
            }
        }
    }

    private mutating func send(_ body: Message.Body, to other: String) {
        lines.append(Message(src: name, dest: other, body: body).line)
    }
}
