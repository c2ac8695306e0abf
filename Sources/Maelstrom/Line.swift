import FoundationEssentials
import KeyValue
import Raft

/// Why a line is no message.
struct NotAMessage: Error {
    var reason: String
}

/// One line as it is written, before anybody asks who may send it.
struct Line: Decodable {
    enum Content {
        case initialize(nodeID: NodeID, nodeIDs: [NodeID])
        case operation(KeyValue.Operation)
        case status
        case log(ClosedRange<Index>)
        case transferLeadership(target: NodeID)
        case transfer(TransferRequest)
        case raft(Message.Body)
        /// The message lacks its entries, whose texts are beside it.
        case appendEntries(AppendEntries, entries: [String])
        case forward(requests: [String], limit: Index)
    }

    private enum EnvelopeKey: String, CodingKey {
        case source = "src"
        case destination = "dest"
        case body
    }

    let source: String
    let destination: String
    let typeName: String
    /// Nil where no such type is known.
    let type: MessageType?
    private(set) var messageID: Int?
    private(set) var inReplyTo: Int?
    /// Nil where no such type is known.
    private(set) var content: Result<Content, Malformed>?
    /// The field of which an integer beyond 64 bits may have lost digits.
    private(set) var doubtful: Key?

    init(from decoder: any Decoder) throws {
        guard let envelope = try? decoder.container(keyedBy: EnvelopeKey.self) else {
            throw NotAMessage(reason: "it is no JSON object")
        }
        func string(_ key: EnvelopeKey) throws -> String {
            guard let value = try? envelope.decode(String.self, forKey: key) else {
                throw NotAMessage(reason: "it has no string \(key.rawValue)")
            }
            return value
        }
        source = try string(.source)
        destination = try string(.destination)
        guard let body = try? envelope.nestedContainer(keyedBy: Key.self, forKey: .body),
            let name = try? body.decode(String.self, forKey: .type)
        else { throw NotAMessage(reason: "it has no string body.type") }
        typeName = name
        type = MessageType(rawValue: name)
        var fields = Fields(body)
        do throws(Malformed) {
            messageID = try fields.integerIfPresent(.messageID)
            inReplyTo = try fields.integerIfPresent(.inReplyTo)
            if let type { content = .success(try Self.content(of: type, from: source, &fields)) }
            doubtful = fields.doubtful
        } catch {
            content = .failure(error)
        }
    }

    private static func content(
        of type: MessageType, from source: String, _ fields: inout Fields
    ) throws(Malformed) -> Content {
        switch type {
        case .read: .operation(.read(key: try fields.value(.key)))
        case .write: .operation(.write(key: try fields.value(.key), value: try fields.value(.value)))
        case .cas:
            .operation(
                .cas(
                    key: try fields.value(.key), from: try fields.value(.from), to: try fields.value(.to),
                    createIfNotExists: try fields.flagIfPresent(.createIfNotExists)))
        case .initialize:
            .initialize(
                nodeID: try fields.string(.nodeID, "the id of this node"),
                nodeIDs: try fields.strings(.nodeIDs, "an array of the ids of all nodes"))
        case .status: .status
        case .log: .log(try fields.range())
        case .changeMembership:
            .operation(.changeMembership(try fields.strings(.members, "an array of ids of members")))
        case .transferLeadership:
            .transferLeadership(target: try fields.string(.target, "the id of a voter"))
        case .transfer:
            .transfer(
                TransferRequest(term: try fields.count(.term), target: try fields.string(.target)))
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
}
