import Foundation
import Platform

/// `mini-maelstrom play`: a live cluster of real processes, driven by what a person types and clicks.
final class Play {
    /// How often a node is asked for its state, and its log is read, in nanoseconds.
    private static let interval: UInt64 = 100_000_000

    /// What the bench asks of a node to see its state.
    struct Watch {
        /// The last `msg_id` of the bench's own requests to it.
        var messageID = 1
        /// The questions that are open, by id.
        var open: [Int: String] = [:]
        /// Nodes that do not know `status` are not asked again.
        var isAsked = true
        /// What the log was when it was read last: last index and term, and where the snapshot ends.
        var seen: [Int] = []
    }

    let options: PlayOptions
    let folder: String
    let cluster = Cluster()
    let desk: PlayDesk
    var terminal: PlayTerminal
    var network: PlayNetwork
    var picture: PlayPicture
    var watches: [Watch]
    /// The requests of the person, by `msg_id`.
    var requests: [Int: (words: String, node: Int, asked: UInt64)] = [:]
    var lastRequest = 0
    /// Appends that have been delivered and not answered, and heartbeats, by `n0 17`: sender and `msg_id`.
    private var appends: [String: PlayMessage] = [:]
    private var tail: LogTail
    private let start = monotonicNow()
    private var nextLook: UInt64 = 0
    var isOver = false

    var nodes: Int { options.nodes }

    /// - Throws: `SystemError`.
    init(_ options: PlayOptions) throws {
        self.options = options
        let base = FileManager.default.temporaryDirectory
        folder = base.appendingPathComponent("mini-maelstrom-play-\(UUID().uuidString)").path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw SystemError(description: "cannot make \(folder): \(error.localizedDescription)")
        }
        let program = URL(fileURLWithPath: options.bin).lastPathComponent
        picture = PlayPicture(
            title: "\(options.nodes) \(options.nodes == 1 ? "node" : "nodes") of \(program)",
            members: (0..<options.nodes).map { PlayMember(id: "n\($0)") })
        desk = PlayDesk(picture)
        terminal = PlayTerminal()
        network = PlayNetwork(latency: options.latency, speed: options.speed)
        watches = Array(repeating: Watch(), count: options.nodes)
        let folder = folder
        tail = LogTail(paths: (0..<options.nodes).map { "\(folder)/n\($0).log" })
    }

    /// - Returns: the exit code.
    func run() -> Int32 {
        defer {
            cluster.stop()
            terminal.end()
            try? FileManager.default.removeItem(atPath: folder)
        }
        do {
            let server = try Server(port: options.port)
            let pages = PlayPages(desk: desk)
            Thread.detachNewThread { server.run(pages.answer) }
            terminal.begin()
            for node in 0..<nodes {
                try cluster.start(launch(node))
                initialize(node)
            }
            say("http://127.0.0.1:\(server.port)/ shows this cluster; help lists what you can type here")
        } catch {
            terminal.end()
            Console.complain((error as? Failure)?.words() ?? "\(error)")
            return 74
        }
        while !isOver { turn() }
        return 0
    }

    func launch(_ node: Int) -> NodeProcess.Launch {
        NodeProcess.Launch(
            program: URL(fileURLWithPath: options.bin).standardizedFileURL.path,
            arguments: options.nodeArguments.map {
                $0.replacingOccurrences(of: Options.freshDirectory, with: "\(folder)/data")
            }, log: "\(folder)/n\(node).log")
    }

    func say(_ line: String) { terminal.say(line) }

    func note(_ kind: PlayPicture.Note.Kind, _ text: String) {
        picture.note(kind, text)
        terminal.say("\(Text.right(Text.decimal(picture.now / 1000, 2), 7)) s  \(text)")
    }

    // MARK: - The loop

    private func turn() {
        let deadline = min(network.nextArrival ?? .max, nextLook)
        let own = terminal.descriptor.map { [$0, desk.descriptor] } ?? [desk.descriptor]
        let wakes = cluster.wait(until: deadline, also: own)
        tick()
        for wake in wakes {
            switch wake {
            case .output(let node): receive(node)
            case .ended(let node, let status): ended(node, status)
            case .child: break
            case .interrupted: isOver = true
            case .readable(desk.descriptor): for command in desk.take() { carryOut(command) }
            case .readable: terminal.read()
            }
        }
        while !isOver, let line = terminal.nextLine(isBusy: isBusy) { take(line) }
        if terminal.hasEnded(isBusy: isBusy) { isOver = true }
        for flight in network.arrivals(at: monotonicNow()) { arrive(flight) }
        if monotonicNow() >= nextLook { look() }
        picture.tidy()
        picture.cuts = network.cuts.map { [$0.from, $0.to] }.sorted { $0.lexicographicallyPrecedes($1) }
        (picture.latency, picture.speed) = (network.latency, network.speed)
        desk.show(picture)
        terminal.draw(picture)
    }

    private func tick() { picture.now = time(monotonicNow()) }

    private func time(_ nanoseconds: UInt64) -> Double { Double(nanoseconds - min(start, nanoseconds)) / 1e6 }

    /// Whether commands of a script wait: for an answer, or for nodes that start.
    private var isBusy: Bool {
        !requests.isEmpty || picture.members.contains { $0.state == .starting }
    }

    private func take(_ line: String) {
        do {
            carryOut(try PlayCommand(line, nodes: nodes))
        } catch {
            say("\(error)")
        }
    }

    // MARK: - Messages

    func receive(_ node: Int) {
        cluster.receive(node) { lines in
            for line in lines.split(separator: UInt8(ascii: "\n")) { take(Array(line), from: node) }
        }
    }

    private func take(_ line: [UInt8], from node: Int) {
        guard let message = PlayMessage(line) else {
            let text = String(decoding: line.prefix(200), as: UTF8.self)
            return note(.trouble, "n\(node) prints a line that is no message: \(text)")
        }
        switch Address(message.destination) {
        case .node(let other) where other < nodes: send(line, message, from: node, to: other)
        case .client(let client) where client == node + 1: hear(message, from: node)
        case .client(Play.person): answered(message, by: node)
        default: note(.trouble, "n\(node) writes to \(message.destination), who does not exist")
        }
    }

    private func send(_ line: [UInt8], _ message: PlayMessage, from node: Int, to other: Int) {
        let told = message.relayed ?? message
        if told.source == "n\(node)" { change(node) { $0.sends(told) } }
        var isQuiet = told.isHeartbeat || told.type == "hello"
        if told.type == "append_entries_res", let answered = told.inReplyTo {
            let append = appends.removeValue(forKey: "\(told.destination) \(answered)")
            isQuiet = append?.isHeartbeat ?? false
            if let append, told.flag("success") { change(node) { $0.acknowledges(append) } }
        }
        let now = monotonicNow()
        let link = PlayNetwork.Link(from: node, to: other)
        network.send(line + [UInt8(ascii: "\n")], message, on: link, isQuiet: isQuiet, at: now)
        guard let flight = network.flights.last else { return }
        picture.messages.append(
            PlayPicture.Message(
                number: flight.number, from: node, to: other, label: flight.label, isQuiet: isQuiet,
                sent: time(flight.sent), arrives: time(flight.arrives)))
        terminal.tell("n\(node) -> n\(other): \(flight.label)")
    }

    private func arrive(_ flight: PlayNetwork.Flight) {
        tick()
        let node = cluster.nodes[flight.link.to]
        let isLost = network.cuts.contains(flight.link) || !node.isRunning
        picture.end(flight.number, isLost ? .lost : .arrived)
        guard !isLost else {
            return terminal.tell("lost: n\(flight.link.from) -> n\(flight.link.to): \(flight.label)")
        }
        node.outgoing += flight.line
        if let message = flight.message.map({ $0.relayed ?? $0 }), message.type == "append_entries",
            message.destination == "n\(flight.link.to)", let id = message.messageID
        {
            appends["\(message.source) \(id)"] = message
        }
    }

    /// Changes what is known of a member, and tells of a new role.
    func change(_ node: Int, _ body: (inout PlayMember) -> Void) {
        let before = picture.members[node]
        body(&picture.members[node])
        let after = picture.members[node]
        guard before.role != after.role || before.term != after.term, after.state != .down,
            let role = after.role
        else {
            return
        }
        let term = after.term.map { "term \($0)" } ?? "an unknown term"
        switch role {
        case "leader": note(.member, "★ n\(node) leads \(term)")
        case "candidate": note(.member, "n\(node) stands in \(term)")
        case "pre-candidate":
            if before.role != role {
                note(.member, "n\(node) hears no leader, and asks who would vote for it")
            }
        default:
            if before.role != role, before.role != nil { note(.member, "n\(node) is a \(role) in \(term)") }
        }
    }

    // MARK: - The state of members

    /// Asks each node for its state, and reads what it has logged.
    private func look() {
        nextLook = monotonicNow() + Play.interval
        for (node, line) in tail.lines() {
            if let told = NodeLog.parse(line[...]), cluster.nodes[node].isRunning {
                change(node) { $0.hear(told) }
            }
        }
        for node in 0..<nodes
        where picture.members[node].state == .up && watches[node].isAsked && watches[node].open.isEmpty {
            ask(node, "status", #""type":"status""#)
        }
        giveUp()
    }

    func askStatus(of node: Int) { ask(node, "status", #""type":"status""#) }

    func ask(_ node: Int, _ what: String, _ body: String) {
        watches[node].messageID += 1
        watches[node].open[watches[node].messageID] = what
        tell(node, body, messageID: watches[node].messageID, client: node + 1)
    }

    func tell(_ node: Int, _ body: String, messageID: Int, client: Int) {
        let line =
            #"{"src":"c\#(client)","dest":"n\#(node)","body":{\#(body),"msg_id":\#(messageID)}}"# + "\n"
        cluster.nodes[node].outgoing += Array(line.utf8)
    }
}
