import Consensus
import FoundationEssentials
import KeyValue

/// Reads lines. It keeps nothing but its JSONDecoder: making one costs more than what it does.
package struct MessageDecoder {
    private let decoder = JSONDecoder()
    private var entryText: EntryText { EntryText(decoder: decoder) }

    package init() {}

    /// Whether each of `values` is the canonical text of a JSON value.
    package func areCanonical(_ values: [JSONValue]) -> Bool { entryText.areCanonical(values) }

    /// Reads one line.
    /// - Parameters:
    ///   - line: without its newline.
    ///   - identity: who this node is, or nil before `init`.
    package func decode(_ line: UnsafeRawBufferPointer, for identity: Identity?) -> Input {
        let message: MessageLine
        let source = JSONSource(bytes: line, decoder: decoder)
        guard source.isUTF8 else { return .unusable("a line is no message: it is not UTF-8") }
        guard line.count <= Outline.longest else { return .unusable("a line is no message: it is too long") }
        do {
            message = try read(source)
        } catch let error as NotAMessage {
            return .unusable("a line is no message: \(error.reason)")
        } catch {
            return .unusable("a line is no message: it is not valid JSON")
        }
        if let identity, !message.destination.isSame(as: identity.id) {
            return .unusable("a \(message.typeName) from \(message.source) is for \(message.destination)")
        }
        if message.isReply { return reply(message, identity) }
        guard let identity else { return beforeInit(message) }
        guard let type = message.type, let content = message.content else {
            return refusal(of: message, .notSupported, "there is no message of type \(message.typeName)")
        }
        let isMember = identity.members.holds(message.source)
        if type.kind == .memberRequest, !isMember {
            return refusal(
                of: message, .notSupported,
                "\(message.typeName) is for members, and \(message.source) is none")
        }
        return input(message, content, identity)
    }

    /// Reads a line as what it is, also where JSONDecoder does not read all of it.
    private func read(_ source: JSONSource) throws -> MessageLine {
        do {
            return try decoder.decode(MessageLine.self, from: Data(source.bytes), configuration: source)
        } catch {
            guard !(error is NotAMessage), let shallow = Nesting.cut(source.bytes) else { throw error }
            return try shallow.withUnsafeBytes { bytes in
                let source = JSONSource(bytes: bytes, decoder: decoder, isCut: true)
                return try decoder.decode(MessageLine.self, from: Data(bytes), configuration: source)
            }
        }
    }

    private func beforeInit(_ message: MessageLine) -> Input {
        guard message.type == .initialize, let content = message.content else {
            return refusal(of: message, .temporarilyUnavailable, "this node waits for its init")
        }
        return input(message, content, nil)
    }

    private func input(
        _ message: MessageLine, _ content: Result<MessageLine.Content, Malformed>, _ identity: Identity?
    ) -> Input {
        do throws(Malformed) {
            let content = try content.get()
            if case .operation(let operation) = content, let identity {
                try check(operation, among: identity.members)
            }
            let input = try input(message, content)
            if case .peer(let peer, _) = input, let identity { try check(peer, among: identity.members) }
            return input
        } catch {
            return refusal(of: message, .malformedRequest, "\(message.typeName): \(error.text)")
        }
    }

    private func input(_ message: MessageLine, _ content: MessageLine.Content) throws(Malformed) -> Input {
        switch content {
        case .operation(let operation):
            return .request(
                ClientRequest(client: message.source, messageID: message.messageID, operation))
        case .initialize(let nodeID, let nodeIDs):
            try check(nodeID, nodeIDs)
            return .initialize(
                Initialize(
                    client: message.source, messageID: message.messageID,
                    identity: Identity(id: nodeID, members: nodeIDs)))
        case .status:
            return .status(client: message.source, messageID: message.messageID)
        case .log(let range):
            return .log(range, client: message.source, messageID: message.messageID)
        case .transferLeadership(let target):
            return .transferLeadership(to: target, client: message.source, messageID: message.messageID)
        case .peer(let content):
            let peer = try peerMessage(content, message.messageID, inReplyTo: message.inReplyTo)
            return .peer(peer, from: message.source)
        }
    }

    private func peerMessage(
        _ content: MessageLine.PeerContent, _ id: MessageID?, inReplyTo: MessageID?
    ) throws(Malformed) -> PeerMessage {
        switch content {
        case .raft(let body):
            return .raft(RaftMessage(id: id, inReplyTo: inReplyTo, body))
        case .appendEntries(var request, let texts):
            request.entries = try entryText.entries(texts, of: request)
            return .raft(RaftMessage(id: id, inReplyTo: inReplyTo, .appendEntries(request)))
        case .forward(let texts, let limit):
            return .forward(Forward(try entryText.requests(texts), limit: limit))
        case .transfer(let request): return .transfer(request)
        case .hello(let hello): return .hello(hello)
        case .relay(let source, let route, let inner):
            let message = try peerMessage(inner.content, inner.messageID, inReplyTo: inner.inReplyTo)
            return .relay(Relay(source: source, route: route, message: message))
        }
    }

    private func check(_ operation: KeyValue.Operation, among members: [NodeID]) throws(Malformed) {
        guard case .changeMembership(let voters) = operation else { return }
        if voters.isEmpty { throw Malformed(text: "members must name at least one member") }
        if let stranger = voters.first(where: { !members.holds($0) }) {
            throw Malformed(
                text: "members must be among \(members.joined(separator: " ")); \(stranger) is not")
        }
    }

    private func check(_ message: PeerMessage, among members: [NodeID]) throws(Malformed) {
        switch message {
        case .raft(let message):
            guard case .appendEntries(let request) = message.body else { return }
            for (offset, entry) in request.entries.enumerated() {
                guard case .membership(let membership) = entry.payload,
                    !membership.hasQuorum(among: members)
                else { continue }
                throw Malformed(
                    text:
                        "entries[\(offset)] must name voters of whom \(members.joined(separator: " ")) hold "
                        + "a quorum; it names \(membership.words)")
            }
        case .relay(let relay): try check(relay.message, among: members)
        case .forward, .transfer, .hello: return
        }
    }

    private func check(_ nodeID: NodeID, _ nodeIDs: [NodeID]) throws(Malformed) {
        if nodeIDs.contains("") { throw Malformed(text: "node_ids must hold no empty id") }
        guard nodeIDs.count <= Membership.mostVoters else {
            throw Malformed(
                text: "node_ids must hold at most \(Membership.mostVoters) ids; it holds \(nodeIDs.count)")
        }
        let sorted = nodeIDs.sorted()
        if let (id, twin) = zip(sorted, sorted.dropFirst()).first(where: { $0 == $1 }) {
            throw Malformed(
                text: id.isSame(as: twin)
                    ? "node_ids must hold no id twice, and \(id) is there twice"
                    : "node_ids must hold no two ids that differ by Unicode normalisation alone, as two \(id) do"
            )
        }
        if !nodeIDs.inOrder.holds(nodeID) { throw Malformed(text: "node_id must be one of node_ids") }
    }

    /// Errors from members would be answered with errors, and so on, so no reply is ever answered.
    private func reply(_ message: MessageLine, _ identity: Identity?) -> Input {
        guard let content = message.content, message.type != nil else {
            return .unneeded("a \(message.typeName) from \(message.source)")
        }
        guard let identity, identity.members.holds(message.source) else {
            return .unneeded("a \(message.typeName) from \(message.source), which is no member")
        }
        do throws(Malformed) {
            return try input(message, try content.get())
        } catch {
            return .unusable("a \(message.typeName) from \(message.source): \(error.text)")
        }
    }

    private func refusal(of message: MessageLine, _ code: ErrorCode, _ text: String) -> Input {
        .refusal(
            Refusal(
                from: message.destination, to: message.source, inReplyTo: message.messageID, code, text))
    }
}

extension MessageLine {
    /// Whether it answers something, known or not.
    fileprivate var isReply: Bool {
        guard let type else {
            return inReplyTo != nil || typeName == "error" || typeName.hasSuffix("_ok")
                || typeName.hasSuffix("_res")
        }
        return type.kind == .reply
    }
}
