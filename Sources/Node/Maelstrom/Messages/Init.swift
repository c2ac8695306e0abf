import Consensus
import KeyValue

/// `init`, Maelstrom's first message.
enum InitRequest: Message {
    static let name = "init"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        let nodeID = try fields.required("node_id", .string("the id of this node"))
        let nodeIDs = try fields.required("node_ids", .strings("an array of the ids of all nodes"))
        try check(nodeID, nodeIDs)
        return .initialize(
            Initialize(
                client: fields.source, messageID: fields.messageID,
                identity: Identity(id: nodeID, members: nodeIDs)))
    }

    private static func check(_ nodeID: NodeID, _ nodeIDs: [NodeID]) throws(Malformed) {
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
}

extension MessageWriter {
    package mutating func write(initOKTo client: String, inReplyTo: Int?) {
        begin(to: client, "init_ok", inReplyTo)
        end()
    }
}
