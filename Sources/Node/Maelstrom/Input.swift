import Consensus
import KeyValue

/// What a line from stdin comes to.
package enum Input: Sendable {
    case initialize(Initialize)
    case request(ClientRequest)
    /// `status`, which the member answers from what it knows.
    case status(client: String, messageID: Int?)
    /// `log`, which the member answers from what it holds.
    case log(ClosedRange<Index>, client: String, messageID: Int?)
    case peer(PeerMessage, from: NodeID)
    /// Nothing to be done but to send this.
    case refusal(Refusal)
    /// To be dropped, and people should know why.
    case unusable(String)
    /// To be dropped, as happens all the time: a reply that comes late, or that nobody waits for.
    case unneeded(String)
}

/// Maelstrom's first message, found to make sense: this node is among the nodes, and nobody is there twice.
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

/// Who this node is, and among whom.
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

/// An error that somebody is told without the member being asked.
package struct Refusal: Hashable, Sendable {
    /// Whom the sender took this node for; before `init` the node knows no name of its own.
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
