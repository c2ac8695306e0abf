import Consensus

/// Messages and replies that leave in the next round.
struct Outbox: Sendable {
    private var messages: [PeerEnvelope] = []
    private var late: [PeerEnvelope] = []
    private(set) var replies: [ClientReply] = []

    var isEmpty: Bool { messages.isEmpty && replies.isEmpty }

    mutating func send(_ message: PeerMessage, to member: NodeID) {
        messages.append(PeerEnvelope(to: member, message))
    }

    mutating func reply(to client: String, _ messageID: Int?, _ body: ClientReply.Body) {
        replies.append(ClientReply(to: client, inReplyTo: messageID, body))
    }

    /// Answers all that wait for `request`, or only those whose deadline has passed.
    mutating func answer(
        _ request: PendingRequest, _ body: ClientReply.Body, until deadline: Microseconds = .max
    ) {
        for waiter in request.waiters where waiter.deadline <= deadline {
            replies.append(ClientReply(to: request.client, inReplyTo: waiter.messageID, body))
        }
    }

    /// The messages that may leave before this round's sync. The rest is late: no message that carries this member's
    /// term leaves before that term is durable.
    mutating func takeEarly(isTermDurable: Bool) -> [PeerEnvelope] {
        defer { messages.removeAll(keepingCapacity: true) }
        if isTermDurable { return messages }
        late = messages.filter(\.message.carriesTerm)
        return messages.filter { !$0.message.carriesTerm }
    }

    mutating func takeLate() -> ([PeerEnvelope], [ClientReply]) {
        defer {
            late.removeAll(keepingCapacity: true)
            replies.removeAll(keepingCapacity: true)
        }
        return (late, replies)
    }
}

extension PeerMessage {
    fileprivate var carriesTerm: Bool {
        switch self {
        case .raft, .transfer: true
        // A relayed message carries the term of its source, which has stored it.
        case .forward, .hello, .relay: false
        }
    }
}
