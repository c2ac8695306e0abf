import Consensus

/// A change of membership on its way to the leader, whose log holds memberships in its place. Its line is `CLIENT
/// NUMBER change-membership ID,ID`.
package struct MembershipChange: Hashable, Sendable {
    /// Its digest is that of the line behind client and number.
    package let id: RequestID
    /// The new ones, in the order of their bytes.
    package let voters: [NodeID]

    /// - Parameter id: its digest becomes that of the change, whatever it says.
    package init(_ id: RequestID, voters: [NodeID]) {
        self.voters = voters.inOrder
        self.id = RequestID(head: id.head, digest: Digest.of(Self.content(voters.inOrder).utf8))
    }

    private static let word = "change-membership"

    private static func content(_ voters: [NodeID]) -> String {
        "\(word) \(Membership(voters: voters).words)"
    }

    /// Nil where the line is none of a change.
    init?(line: String) {
        var words = Words(line)
        guard let head = RequestID.head(&words), words.next() == Self.word[...],
            let membership = words.rest.flatMap(Membership.init(words:)), !membership.isJoint,
            membership.change.isEmpty
        else { return nil }
        self.init(RequestID(head: head, digest: 0), voters: membership.incoming)
    }

    var line: String { "\(id.head) \(Self.content(voters))" }

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
