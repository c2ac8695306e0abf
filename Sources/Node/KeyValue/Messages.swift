import Consensus
import Detours

/// A message between members: consensus, forwarded requests, and link states.
package enum PeerMessage: Hashable, Sendable {
    case raft(RaftMessage)
    case forward(Forward)
    case transfer(TransferRequest)
    /// Who misses whom.
    case hello(Hello)
    indirect case relay(Relay)
}

/// A message on a detour, carried by the members on the way.
package struct Relay: Hashable, Sendable {
    package var source: NodeID
    /// The members after this receiver, the last being the final one; empty there.
    package var route: [NodeID]
    package var message: PeerMessage

    package init(source: NodeID, route: [NodeID], message: PeerMessage) {
        self.source = source
        self.route = route
        self.message = message
    }
}

/// A member asks its leader to transfer leadership to `target`. It has no answer: the member sees who leads.
package struct TransferRequest: Hashable, Sendable {
    /// The leader's term; in any other term the message is too old.
    package var term: Term
    package var target: NodeID

    package init(term: Term, target: NodeID) {
        self.term = term
        self.target = target
    }
}

/// Writes forwarded to the leader. There is no answer: the sender sees them applied, or forwards them again.
package struct Forward: Hashable, Sendable {
    /// In the order in which they arrived.
    package var requests: [Proposal]
    /// The last index at which they may be appended. Beyond it a copy might not be recognised any more.
    package var limit: Index

    package init(_ requests: [Proposal], limit: Index) {
        self.requests = requests
        self.limit = limit
    }
}

/// A message to another member.
package struct PeerEnvelope: Hashable, Sendable {
    package var to: NodeID
    package var message: PeerMessage

    package init(to: NodeID, _ message: PeerMessage) {
        self.to = to
        self.message = message
    }
}

/// What a client asks, and who.
package struct ClientRequest: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case operation(ClientOperation)
        case order(OperatorRequest)
    }

    package var client: String
    /// Its `msg_id`; without one it is carried out, and answered without `in_reply_to`.
    package var messageID: Int?
    package var subject: Subject

    package init(client: String, messageID: Int?, _ operation: ClientOperation) {
        self.client = client
        self.messageID = messageID
        subject = .operation(operation)
    }

    package init(client: String, messageID: Int?, _ request: OperatorRequest) {
        self.client = client
        self.messageID = messageID
        subject = .order(request)
    }
}

/// The answer to a client.
package struct ClientReply: Hashable, Sendable {
    package enum Body: Hashable, Sendable {
        /// An operation was carried out: `TYPE_ok`, with these fields.
        case done(ClientOperation.Kind, [OperationField])
        case statusOK(Status)
        case logOK(LogExcerpt)
        case changeMembershipOK([NodeID])
        case transferLeadershipOK(leader: NodeID)
        case error(ErrorCode, String)

        static func noSuchKey(_ key: JSONValue) -> Body {
            .error(.keyDoesNotExist, "there is no key \(key)")
        }

        /// Of two requests of one client with one `msg_id`, and digests that are equal by chance.
        static let usedForAnother = Body.error(
            .abort, "this msg_id was used for another request, which was carried out")
    }

    package var client: String
    package var inReplyTo: Int?
    package var body: Body

    package init(to client: String, inReplyTo: Int?, _ body: Body) {
        self.client = client
        self.inReplyTo = inReplyTo
        self.body = body
    }
}

/// Maelstrom's error codes, as far as this node says them. All but `timeout` are definite: what was
/// asked did not and will not happen.
package enum ErrorCode: Int, Sendable {
    case timeout = 0
    case notSupported = 10
    case temporarilyUnavailable = 11
    case malformedRequest = 12
    case abort = 14
    case keyDoesNotExist = 20
    case preconditionFailed = 22
}
