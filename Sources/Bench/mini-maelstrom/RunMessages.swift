/// What nodes send, and what is delivered to them.
extension Run {
    func take(_ line: UnsafeRawBufferPointer.SubSequence, from node: Int, at now: UInt64)
        throws(Failure)
    {
        firstWords[node]?.hear(line)
        let message = try reader.read(line, from: node)
        guard exists(message.source) else {
            return remarks.note(.noSuchSource(node: node), example: line)
        }
        guard exists(message.destination) else {
            return remarks.note(.noSuchDestination(node: node), example: line)
        }
        if message.source != .node(node) { remarks.note(.foreignSource(node: node), example: line) }
        guard case .client(let client) = message.destination, let reply = message.reply else {
            return send(line, message, at: now)
        }
        guard client >= firstClient else { return try take(reply, of: client, at: now) }
        journal.deliver(
            from: message.source, to: .client(client), kind: reply.type, reference: reply.inReplyTo ?? 0,
            text: line, at: now)
        answer(reply, to: client, line, from: node, at: now)
    }

    /// Whether somebody has this address. Maelstrom drops what is to or from others with a warning, and reads nothing
    /// more of that node.
    private func exists(_ address: Address) -> Bool {
        switch address {
        case .node(let node): node < options.nodeCount
        case .client(let client): client > 0 && clients.exists(client)
        case .service: true
        case .nobody: false
        }
    }

    private func answer(
        _ reply: Reply, to client: Int, _ line: some Sequence<UInt8>, from node: Int, at now: UInt64
    ) {
        guard let completion = clients.answer(reply, to: client, at: now) else {
            let remark = clients.remark(on: reply, to: client, from: node)
            // After a pause answers are late by right.
            if remark != .lateAnswer(node: node) || !options.nemesis.contains(.pause) {
                remarks.note(remark, example: line)
            }
            return
        }
        if case .malformed(let why) = completion.outcome.reason {
            statistics.malformed.add(completion, why: why, line: line, names: options.names)
        }
        complete(completion, at: now)
    }

    /// Takes a line of a node to another node or to a service.
    private func send(
        _ line: UnsafeRawBufferPointer.SubSequence, _ message: Envelope, at now: UInt64
    ) {
        messages += 1
        if options.logsSends { sayNet("send", line, at: now) }
        let number = journal.send(
            from: message.source, to: message.destination, kind: message.kind, text: line, at: now)
        if case .node = message.destination { statistics.bytesBetweenNodes += line.count + 1 }
        var wire: [UInt8] = []
        wire.reserveCapacity(line.count + 24)
        if message.hasID {
            wire.append(contentsOf: line)
            wire.append("\n")
        } else {
            MessageWriter.append(line, id: messages, to: &wire)
        }
        network.send(
            Network.Message(
                source: message.source, destination: message.destination, line: wire, number: number), at: now
        )
    }

    /// Hands over a message that has arrived.
    func deliver(_ message: Network.Message, at now: UInt64) {
        if options.logsReceipts { sayNet("recv", message.line.dropLast(), at: now) }
        guard case .node(let number) = message.destination else {
            journal.arrive(message.number, at: now)
            return serve(message, at: now)
        }
        let node = cluster.nodes[number]
        let isHeard = node.isRunning && hasRoom(number)
        journal.arrive(message.number, dropped: !isHeard, at: now)
        if isHeard {
            node.outgoing += message.line
        } else if !node.isRunning {
            statistics.droppedByKills += 1
        }
    }

    /// Whether a node reads fast enough to be sent more.
    func hasRoom(_ node: Int) -> Bool {
        if cluster.nodes[node].backlog <= Run.mostBacklog { return true }
        if !paused.contains(node) { remarks.note(.deaf(node: node), example: []) }
        return false
    }

    /// Answers a request to a service, or hands the answer of a service to the client in whose name it was asked.
    private func serve(_ message: Network.Message, at now: UInt64) {
        let envelope = message.line.withUnsafeBytes { try? reader.read($0.dropLast(), from: 0) }
        if case .client(let client) = message.destination, let reply = envelope?.reply {
            return answer(reply, to: client, message.line.dropLast(), from: 0, at: now)
        }
        guard case .service(let service) = message.destination, let request = envelope?.request else {
            return
        }
        let reply = services.answer(request, to: service, from: message.source)
        messages += 1
        let name = message.source.name(options.names)
        guard let line = try? MessageWriter.line(reply, id: messages, from: service, to: name) else { return }
        let number = journal.send(
            from: .service(service), to: message.source, kind: reply["type"]?.text, text: line, at: now)
        network.send(
            Network.Message(
                source: .service(service), destination: message.source, line: line + Array("\n".utf8),
                number: number), at: now)
    }
}
