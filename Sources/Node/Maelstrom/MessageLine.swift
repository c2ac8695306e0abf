import Consensus
import FoundationEssentials
import KeyValue

/// Why a line is no message.
struct NotAMessage: Error {
    var reason: String
}

/// One line as it is written, before anybody asks who may send it.
struct MessageLine: DecodableWithConfiguration {
    enum Content {
        case initialize(nodeID: NodeID, nodeIDs: [NodeID])
        case operation(KeyValue.Operation)
        case status
        case log(ClosedRange<Index>)
        case transferLeadership(target: NodeID)
        case peer(PeerContent)
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

    init(from decoder: any Decoder, configuration source: JSONSource) throws {
        guard let envelope = try? decoder.container(keyedBy: EnvelopeKey.self) else {
            throw NotAMessage(reason: "it is no JSON object")
        }
        func string(_ key: EnvelopeKey) throws -> String {
            guard let value = try? envelope.decode(String.self, forKey: key) else {
                throw NotAMessage(reason: "it has no string \(key.rawValue)")
            }
            return value
        }
        self.source = try string(.source)
        destination = try string(.destination)
        guard let body = try? envelope.nestedContainer(keyedBy: Key.self, forKey: .body),
            let name = try? body.decode(String.self, forKey: .type)
        else { throw NotAMessage(reason: "it has no string body.type") }
        typeName = name
        type = MessageType(rawValue: name)
        let text = JSONText(source)
        guard let slot = text.value(of: EnvelopeKey.body.rawValue, in: 0) else {
            throw NotAMessage(reason: "it has no body")
        }
        let fields = Fields(body, at: slot, of: text)
        do throws(Malformed) {
            messageID = try fields.integerIfPresent(.messageID)
            inReplyTo = try fields.integerIfPresent(.inReplyTo)
            guard let type else { return }
            if source.isCut { throw Nesting.malformed }
            try Fields.checkNames(of: "a message", at: 0, in: text)
            try fields.checkNames()
            content = .success(try Self.content(of: type, from: self.source, fields))
        } catch {
            content = .failure(error)
        }
    }

    private static func content(
        of type: MessageType, from source: String, _ fields: Fields
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
        case .transfer, .hello, .relay, .appendEntries, .appendEntriesReply, .forward, .requestVote,
            .requestVoteReply, .installSnapshot, .installSnapshotReply, .timeoutNow, .readIndex,
            .readIndexReply:
            .peer(try PeerContent(type, from: source, fields))
        }
    }
}
