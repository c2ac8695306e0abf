/// `init`, and nodes that do not answer it.
extension Run {
    /// How long a node may take to answer `init`, in nanoseconds, as in Maelstrom.
    static let initPatience: UInt64 = 10_000_000_000
    /// The longest line of a node, and of one that has not answered `init`, in bytes.
    static let longestLine = 1 << 30
    static let longestFirstLine = 1 << 20

    /// What a node has printed that has not answered `init` yet.
    struct FirstWords: Hashable {
        var lines = 0
        var last = ""

        /// How much of a line is kept, in bytes.
        static let length = 200

        mutating func hear(_ line: some Sequence<UInt8>) {
            lines += 1
            last = String(decoding: Array(line.prefix(FirstWords.length)), as: UTF8.self)
        }

        /// Why there is no answer.
        /// - Parameters:
        ///   - partial: what it printed last, without a newline.
        ///   - hasWaited: whether the time for an answer is over.
        func why(partial: [UInt8], hasWaited: Bool = true) -> String {
            let none = "it has not answered init" + (hasWaited ? " in 10 s" : "")
            if lines > 0 {
                return
                    "\(none): it printed \(lines == 1 ? "a line that is" : "\(Text.grouped(lines)) lines that are") "
                    + "no answer with in_reply_to 1, the last: \(last)"
            }
            guard !partial.isEmpty else {
                return "\(none): it printed nothing. Does it flush stdout after each line?"
            }
            let text = String(decoding: partial.prefix(FirstWords.length), as: UTF8.self)
            return "\(none): it printed \(Text.grouped(partial.count)) bytes without a newline: \(text)"
        }
    }

    /// Sends a request to a node from the bench's own client for that node.
    func tell(_ node: Int, _ body: String, messageID: Int) {
        messages += 1
        MessageWriter.append(
            body: body, id: messages, client: node + 1, node: options.names[node], messageID: messageID,
            to: &cluster.nodes[node].outgoing)
    }

    /// Sends `init` to a node. Clients do not use it before it has answered.
    func sendInit(to node: Int, at now: UInt64) {
        let body = MessageWriter.initBody(node: node, nodes: options.nodeCount, names: options.names)
        tell(node, body, messageID: 1)
        initDeadlines[node] = now + Run.initPatience
        firstWords[node] = FirstWords()
    }

    /// - Throws: `Failure.notStarted` if a running node has not answered `init` in time.
    func checkInits(at now: UInt64) throws(Failure) {
        for (node, deadline) in initDeadlines.sorted(by: { $0.key < $1.key })
        where deadline <= now && !paused.contains(node) {
            let words = firstWords[node] ?? FirstWords()
            throw .notStarted(node: node, why: words.why(partial: cluster.nodes[node].partial))
        }
    }

    /// - Throws: `Failure` if a node prints more than can be a line.
    func checkLength(_ node: Int) throws(Failure) {
        let partial = cluster.nodes[node].partial
        if initDeadlines[node] != nil, partial.count > Run.longestFirstLine {
            let words = (firstWords[node] ?? FirstWords()).why(partial: partial, hasWaited: false)
            throw .notStarted(node: node, why: words)
        }
        guard partial.count > Run.longestLine else { return }
        throw .badLine(
            node: node, line: String(decoding: partial.prefix(FirstWords.length), as: UTF8.self),
            why: "longer than \(Run.longestLine >> 20) MB")
    }

    /// Handles a reply to the bench's own client of a node: to `init`, `status` or an operator's request.
    func take(_ reply: Reply, of client: Int, at now: UInt64) throws(Failure) {
        let node = client - 1
        guard (0..<options.nodeCount).contains(node) else { return }
        guard reply.inReplyTo == 1 else {
            strike?.search.hear(reply, from: node)
            hearOperator(reply, from: node, at: now)
            return
        }
        guard initDeadlines.removeValue(forKey: node) != nil else { return }
        firstWords[node] = nil
        if reply.type == "error" {
            let code = reply.code.map { " \($0)" } ?? " without a code"
            throw .notStarted(
                node: node, why: "it answered init with error\(code): \(reply.text ?? "no text")")
        }
        guard reply.type == "init_ok", reply.unexpected.isEmpty else {
            let extra = reply.unexpected.isEmpty ? "" : " with a field \(reply.unexpected[0])"
            throw .notStarted(
                node: node, why: "it answered init with \(reply.type)\(extra), and not with init_ok")
        }
        initialized.insert(node)
    }
}
