import Consensus

/// What an operator asks of the cluster.
package enum OperatorRequest: Hashable, Sendable {
    /// Makes these the voters.
    case changeMembership([NodeID])
    /// Makes this voter the leader.
    case transferLeadership(to: NodeID)
}

/// A change of membership on its way to the leader, whose log holds memberships in its place. Its line is `CLIENT
/// NUMBER change-membership ID,ID`.
package struct MembershipChange: Hashable, Sendable {
    /// Its digest is that of the line behind client and number.
    package let id: RequestID
    /// The new ones, in the order of their bytes.
    package let voters: [NodeID]

    private static let word = "change-membership "

    private var content: String { Self.word + Membership(voters: voters).words }

    /// - Parameter id: its digest becomes that of the change, whatever it says.
    package init(_ id: RequestID, voters: [NodeID]) {
        self.voters = voters.inOrder
        let content = Self.word + Membership(voters: voters).words
        self.id = RequestID(head: id.head, digest: Digest.of(content.utf8))
    }

    /// Nil where the line is none of a change.
    init?(line: String) {
        var text = line
        let read = text.withUTF8 { bytes -> (head: String, content: String)? in
            var words = Words(bytes[...])
            return RequestID.head(&words).map { ($0.text, String(decoding: words.rest, as: UTF8.self)) }
        }
        guard let (head, content) = read, content.hasPrefix(Self.word),
            let membership = Membership(words: content.dropFirst(Self.word.utf8.count)),
            !membership.isJoint, membership.change.isEmpty
        else { return nil }
        self.init(RequestID(head: head, digest: 0), voters: membership.incoming)
    }

    var line: String { id.head + " " + content }

    /// How its client is told of an outcome, also of one that was remembered.
    func reply(to outcome: OperationResult) -> ClientReply.Body {
        switch outcome {
        case .membershipChanged: .changeMembershipOK(voters)
        case .changeBusy:
            .error(.abort, "another change of membership is under way; nothing was changed")
        case .changeBehind: .error(.abort, "a new voter does not catch up; nothing was changed")
        default: .usedForAnother
        }
    }
}

/// What is forwarded to a leader, for its log.
package enum Proposal: Hashable, Sendable {
    case command(Command)
    case change(MembershipChange)

    /// Reads a line; nil where it is none of a request.
    package init?(line: String) {
        if let command = Command(line: line) {
            self = .command(command)
        } else if let change = MembershipChange(line: line) {
            self = .change(change)
        } else {
            return nil
        }
    }

    package var id: RequestID {
        switch self {
        case .command(let command): command.id
        case .change(let change): change.id
        }
    }

    package var line: String {
        switch self {
        case .command(let command): command.text
        case .change(let change): change.line
        }
    }
}
