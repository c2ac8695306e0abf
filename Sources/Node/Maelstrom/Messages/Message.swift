import Consensus
import Detours
import KeyValue

/// A type of message that this node reads.
protocol Message: Sendable {
    /// The `type` of its body.
    static var name: String { get }

    /// - Throws: where a field is missing or wrong, or where fields do not fit each other or the members.
    static func input(_ fields: Fields) throws(Malformed) -> Input
}

/// A message between members. One function, `visit`, goes through its fields; it both reads and writes them.
protocol PeerMessageBody: Message {
    /// What `visit` reads into: it sets every field.
    static var blank: Self { get }
    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure)
    var peerMessage: PeerMessage { get }
}

extension PeerMessageBody {
    static func message(_ fields: Fields) throws(Malformed) -> PeerMessage {
        var (body, fields) = (blank, fields)
        try body.visit(&fields)
        guard case .raft(var message) = body.peerMessage else { return body.peerMessage }
        (message.id, message.inReplyTo) = (fields.messageID, fields.inReplyTo)
        return .raft(message)
    }

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        .peer(try message(fields), from: fields.source)
    }
}

/// What the name of a message's type stands for.
enum MessageType {
    case operation(ClientOperation.Kind)
    case message(any Message.Type)

    /// The most frequent first.
    private static let all: [any Message.Type] = [
        AppendEntries.self, AppendEntriesReply.self,
        Forward.self, ReadIndex.self, ReadIndexReply.self, Hello.self, Relay.self, RequestVote.self,
        RequestVoteReply.self, InstallSnapshot.self, InstallSnapshotReply.self, TimeoutNow.self,
        TransferRequest.self, InitRequest.self, StatusRequest.self, LogRequest.self,
        ChangeMembershipRequest.self, TransferLeadershipRequest.self,
    ]

    /// Nil where no such type is known.
    init?(named name: String) {
        if let kind = ClientOperation.Kind(rawValue: name) {
            self = .operation(kind)
        } else if let type = Self.all.first(where: { $0.name == name }) {
            self = .message(type)
        } else {
            return nil
        }
    }

    var isInit: Bool { if case .message(let type) = self { type == InitRequest.self } else { false } }
    var isForMembers: Bool {
        if case .message(let type) = self { type is any PeerMessageBody.Type } else { false }
    }

    func input(_ fields: Fields) throws(Malformed) -> Input {
        switch self {
        case .operation(let kind): try fields.operation(kind)
        case .message(let type): try type.input(fields)
        }
    }
}

extension MessageWriter {
    mutating func write(_ message: PeerMessage) {
        switch message {
        case .raft(let message): write(message)
        case .forward(let body): write(body)
        case .transfer(let body): write(body)
        case .hello(let body): write(body)
        case .relay(let body): write(body)
        }
    }

    private mutating func write(_ message: RaftMessage) {
        switch message.body {
        case .requestVote(let body): write(body, message.id, message.inReplyTo)
        case .requestVoteReply(let body): write(body, message.id, message.inReplyTo)
        case .appendEntries(let body): write(body, message.id, message.inReplyTo)
        case .appendEntriesReply(let body): write(body, message.id, message.inReplyTo)
        case .installSnapshot(let body): write(body, message.id, message.inReplyTo)
        case .installSnapshotReply(let body): write(body, message.id, message.inReplyTo)
        case .timeoutNow(let body): write(body, message.id, message.inReplyTo)
        case .readIndex(let body): write(body, message.id, message.inReplyTo)
        case .readIndexReply(let body): write(body, message.id, message.inReplyTo)
        }
    }

    private mutating func write<Body: PeerMessageBody>(
        _ body: Body, _ id: MessageID? = nil, _ inReplyTo: MessageID? = nil
    ) {
        var body = body
        beginBody(Body.name, inReplyTo)
        if let id { field("msg_id", id) }
        body.visit(&self)
        bytes.append("}")
    }
}
