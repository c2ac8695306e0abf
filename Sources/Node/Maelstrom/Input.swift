import Consensus
import KeyValue

/// What a line from stdin means to the node.
package enum Input: Sendable {
    case initialize(Initialize)
    case request(ClientRequest)
    /// The member answers at once, from what it knows.
    case status(client: String, messageID: Int?)
    /// The member answers at once, from the entries that it holds.
    case log(ClosedRange<Index>, client: String, messageID: Int?)
    case peer(PeerMessage, from: NodeID)
    /// To be sent; the member has no part in it.
    case refusal(Refusal)
    /// To be dropped, with a warning that says why.
    case unusable(String)
    /// To be dropped without a warning: a reply that comes late, or that nobody waits for.
    case unneeded(String)
}

/// `init`, after its checks: this node is among the nodes, and no id is there twice.
package struct Initialize: Hashable, Sendable {
    package var client: String
    package var messageID: Int?
    package var identity: Identity

    package init(client: String, messageID: Int?, identity: Identity) {
        self.client = client
        self.messageID = messageID
        self.identity = identity
    }
}

/// The id of this node, and all members.
package struct Identity: Hashable, Sendable {
    package var id: NodeID
    /// Every member, this one included, sorted.
    package let members: [NodeID]

    package init(id: NodeID, members: [NodeID]) {
        self.id = id
        self.members = members.inOrder
    }

    package static func == (left: Identity, right: Identity) -> Bool {
        left.id.isSame(as: right.id)
            && left.members.elementsEqual(right.members) { $0.isSame(as: $1) }
    }
}

/// An error for the sender of a line, which the member does not see.
package struct Refusal: Hashable, Sendable {
    /// The `dest` of the line: before `init` the node does not know its own id.
    package var source: String
    package var destination: String
    package var inReplyTo: Int?
    package var code: ErrorCode
    package var text: String

    package init(
        from source: String, to destination: String, inReplyTo: Int?, _ code: ErrorCode, _ text: String
    ) {
        self.source = source
        self.destination = destination
        self.inReplyTo = inReplyTo
        self.code = code
        self.text = text
    }
}
