import Foundation
import Platform

/// What commands do, and what nodes answer.
extension Play {
    /// The number of the person among the clients.
    static let person = 100
    /// How long a request may stay without an answer, in nanoseconds at speed 1 and beyond.
    private static let patience: UInt64 = 30_000_000_000

    func carryOut(_ command: PlayCommand) {
        switch command {
        case .kill(let nodes): for node in nodes { kill(node) }
        case .start(let nodes): for node in nodes { start(node) }
        case .pause(let nodes): for node in nodes { pause(node) }
        case .resume(let nodes): for node in nodes { resume(node) }
        case .isolate(let nodes):
            for node in nodes {
                for other in 0..<self.nodes where !nodes.contains(other) { network.cut(node, other) }
            }
            note(.person, "you cut \(names(nodes)) off from the others")
        case .cut(let from, let to, let bothWays):
            network.cut(from, to, bothWays: bothWays)
            note(
                .person,
                bothWays ? "you cut n\(from) and n\(to) apart" : "n\(to) does not hear n\(from) any more")
        case .heal(let nodes):
            network.heal(nodes)
            note(.person, nodes.isEmpty ? "you mend all links" : "you mend the links of \(names(nodes))")
        case .ask(let question, let node): ask(question, of: node)
        case .speed(let speed):
            network.speed = speed
            note(.person, "messages take about \(Text.decimal(network.latency / speed, 0)) ms")
        case .latency(let latency):
            network.latency = latency
            note(.person, "messages take about \(Text.decimal(latency / network.speed, 0)) ms")
        case .messages(let isOn): terminal.tellsMessages = isOn
        case .see(let node): see(node)
        case .help: for line in PlayOptions.commands { say(line) }
        case .quit: isOver = true
        }
    }

    private func names(_ nodes: [Int]) -> String { nodes.map { "n\($0)" }.joined(separator: " ") }

    private func see(_ node: Int?) {
        guard let node else {
            for member in picture.members { say(member.line) }
            return
        }
        let member = picture.members[node]
        say(member.line)
        if let voters = member.voters { say("  voters: \(voters.joined(separator: " "))") }
        for (offset, entry) in member.log.enumerated() {
            let index = member.base + offset + 1
            let mark = index <= member.commit ?? 0 ? "committed" : ""
            let term = entry.term.map(String.init) ?? "?"
            say(
                "  \(Text.right("\(index)", 5))  term \(Text.left(term, 4))  \(Text.left(mark, 10)) \(entry.words)"
            )
        }
    }

    // MARK: - Processes

    func initialize(_ node: Int) {
        picture.members[node].state = .starting
        watches[node] = Watch()
        watches[node].open[1] = "init"
        tell(node, MessageWriter.initBody(node: node, nodes: nodes), messageID: 1, client: node + 1)
    }

    private func kill(_ node: Int) {
        guard cluster.nodes[node].isRunning else { return say("n\(node) is down already") }
        cluster.nodes[node].kill()
        down(node)
        note(.person, "✗ you kill n\(node)")
    }

    private func start(_ node: Int) {
        guard !cluster.nodes[node].isRunning else { return say("n\(node) runs already") }
        do {
            try cluster.restart(node, launch(node))
            initialize(node)
            note(.person, "you start n\(node) again")
        } catch {
            note(.trouble, error.words())
        }
    }

    private func pause(_ node: Int) {
        guard picture.members[node].state == .up else { return say("n\(node) does not run") }
        cluster.nodes[node].pause()
        picture.members[node].state = .paused
        note(.person, "‖ you pause n\(node)")
    }

    private func resume(_ node: Int) {
        guard picture.members[node].state == .paused else { return say("n\(node) is not paused") }
        cluster.nodes[node].resume()
        picture.members[node].state = .up
        note(.person, "you let n\(node) go on")
    }

    /// A node ended by itself.
    func ended(_ node: Int, _ status: Int32) {
        receive(node)
        guard picture.members[node].state != .down else { return }
        cluster.nodes[node].kill()
        down(node)
        note(.trouble, "✗ n\(node) \(NodeProcess.describe(status: status)) by itself")
        let log = (try? String(contentsOfFile: "\(folder)/n\(node).log", encoding: .utf8)) ?? ""
        for line in log.split(separator: "\n").suffix(3) { note(.trouble, "n\(node): \(line.prefix(200))") }
    }

    private func down(_ node: Int) {
        picture.members[node].end()
        for (id, request) in requests where request.node == node { giveUp(id, "n\(node) has ended") }
    }

    // MARK: - Requests

    private func ask(_ question: PlayCommand.Question, of asked: Int?) {
        let running = picture.members.indices.filter { picture.members[$0].state == .up }
        let leader = running.filter { picture.members[$0].role == "leader" }
            .max { picture.members[$0].term ?? 0 < picture.members[$1].term ?? 0 }
        guard let node = asked ?? leader ?? running.first else { return say("no node runs") }
        guard picture.members[node].state == .up || picture.members[node].state == .paused else {
            return say("n\(node) does not run")
        }
        lastRequest += 1
        requests[lastRequest] = (question.words, node, monotonicNow())
        tell(node, question.body, messageID: lastRequest, client: Play.person)
        note(.person, "you ask n\(node): \(question.words)")
    }

    /// A node answers the person.
    func answered(_ reply: PlayMessage, by node: Int) {
        guard let id = reply.inReplyTo, let request = requests.removeValue(forKey: id) else { return }
        let took = Text.decimal(Double(monotonicNow() - request.asked) / 1e9, 2)
        let said: String
        if reply.type == "error" {
            said = "error \(reply.integer("code") ?? 0): \(reply.body["text"] as? String ?? "")"
        } else if let value = reply.body["value"] {
            said = PlayMessage.json(value)
        } else {
            said = "done"
        }
        note(.answer, "n\(node) answers after \(took) s: \(request.words): \(said)")
    }

    func giveUp() {
        let slowness = UInt64(20 * network.latency / network.speed * 1e6)
        for (id, request) in requests where monotonicNow() > request.asked + Play.patience + slowness {
            giveUp(id, "no answer")
        }
    }

    private func giveUp(_ id: Int, _ why: String) {
        guard let request = requests.removeValue(forKey: id) else { return }
        note(.answer, "\(request.words): \(why); it may have happened, or may yet")
    }

    // MARK: - Answers to the bench

    /// A node answers the bench: to `init`, `status` or `log`.
    func hear(_ reply: PlayMessage, from node: Int) {
        guard let what = reply.inReplyTo.flatMap({ watches[node].open.removeValue(forKey: $0) }) else {
            return
        }
        if what == "init" {
            guard reply.type == "init_ok" else {
                return note(.trouble, "n\(node) answers init with \(reply.type) \(reply.body["text"] ?? "")")
            }
            if picture.members[node].state == .starting { picture.members[node].state = .up }
            return askStatus(of: node)
        }
        guard reply.type == "\(what)_ok" else {
            // It does not know this request. Its messages and its log lines still tell of it.
            watches[node].isAsked = false
            return
        }
        if what == "log" { return change(node) { $0.hear(log: reply) } }
        change(node) { $0.hear(status: reply) }
        let snapshot = reply.integer("snapshot_index") ?? 0
        let last = reply.integer("last_log_index") ?? 0
        let seen = [last, reply.integer("last_log_term") ?? 0, snapshot]
        guard seen != watches[node].seen else { return }
        watches[node].seen = seen
        let from = max(snapshot + 1, last - PlayMember.latest + 1, 1)
        ask(node, "log", #""type":"log","from":\#(from),"to":\#(max(last, from))"#)
    }
}
