import Consensus
import Detours
import KeyValue

extension MessageLine {
    /// What only members say.
    enum PeerContent {
        case raft(RaftMessage.Body)
        /// The message lacks its entries, whose texts are beside it.
        case appendEntries(AppendEntries, entries: [String])
        case forward(requests: [String], limit: Index)
        case transfer(TransferRequest)
        case hello(Hello)
        indirect case relay(source: NodeID, route: [NodeID], Relayed)
    }

    /// The message within another.
    struct Relayed {
        var messageID: Int?
        var inReplyTo: Int?
        var content: PeerContent
    }
}

extension MessageLine.PeerContent {
    init(_ type: MessageType, from source: NodeID, _ fields: Fields) throws(Malformed) {
        self =
            switch type {
            case .read, .write, .cas, .initialize, .status, .log, .changeMembership, .transferLeadership:
                throw Malformed(text: "\(type.rawValue) is no message between members")
            case .transfer:
                .transfer(
                    TransferRequest(term: try fields.count(.term), target: try fields.string(.target)))
            case .hello: .hello(try fields.hello(from: source))
            case .relay: try Self.relay(fields)
            case .appendEntries:
                .appendEntries(
                    try fields.appendEntries(from: source),
                    entries: try fields.strings(.entries, "an array of strings, one per entry"))
            case .forward:
                .forward(
                    requests: try fields.strings(.requests, "an array of strings, one per request"),
                    limit: try fields.count(.limit))
            case .requestVote: .raft(.requestVote(try fields.requestVote(from: source)))
            case .requestVoteReply: .raft(.requestVoteReply(try fields.requestVoteReply()))
            case .appendEntriesReply: .raft(.appendEntriesReply(try fields.appendEntriesReply()))
            case .installSnapshot: .raft(.installSnapshot(try fields.installSnapshot(from: source)))
            case .installSnapshotReply: .raft(.installSnapshotReply(try fields.installSnapshotReply()))
            case .timeoutNow: .raft(.timeoutNow(try fields.timeoutNow(from: source)))
            case .readIndex: .raft(.readIndex(try fields.readIndex()))
            case .readIndexReply: .raft(.readIndexReply(try fields.readIndexReply()))
            }
    }

    private static func relay(_ fields: Fields) throws(Malformed) -> Self {
        let source = try fields.string(.source, "the id of a member")
        let route = try fields.strings(.route, "an array of ids of members")
        let inner = try fields.body()
        guard let type = (try? inner.string(.type)).flatMap(MessageType.init), type != .relay else {
            throw Malformed(text: "body.type must be that of a message between members, and no relay")
        }
        return .relay(
            source: source, route: route,
            MessageLine.Relayed(
                messageID: try inner.integerIfPresent(.messageID),
                inReplyTo: try inner.integerIfPresent(.inReplyTo),
                content: try Self(type, from: source, inner)))
    }
}
