/// What a member is, with what only such a member has.
package enum Role: Sendable {
    /// `leader` is whom it heard from in this term.
    case follower(leader: NodeID?)
    case preCandidate(Campaign)
    case candidate(Campaign)
    case leader(Leadership)
}

/// The votes of one election, real or asked for in advance.
package struct Campaign: Sendable {
    /// The term in which the candidate stands, or would.
    let term: Term
    /// The first of this campaign's requests; an answer to an earlier one is from another campaign.
    let firstRequest: MessageID
    /// What each voter said; a set and not a number, so that a repeated grant counts once.
    var votes: [NodeID: Bool]
}

/// What a leader knows of the others, and owes to them.
package struct Leadership: Sendable {
    /// One per other member, in the order of their ids.
    package internal(set) var progress: [Progress]
    /// The index of the no-op that began this term.
    package let noOpIndex: Index
    /// Reads that the round which leaves next is to confirm.
    var unsentReads: [PendingRead] = []
    /// Reads whose round is out, oldest first.
    var rounds: [ReadRound] = []
    var transfer: Transfer?
    var catchUp: CatchUp?
    /// Bytes of entries that are not committed.
    var uncommittedBytes = 0

    /// What is known of another member; nil for one that takes no part, and for the leader itself.
    package func progress(of id: NodeID) -> Progress? {
        slot(of: id).map { progress[$0] }
    }

    // Each of these looks one field up, and copies nothing else.

    func slot(of id: NodeID) -> Int? {
        progress.indices.first { progress[$0].id == id }
    }

    /// Where to find `id`, if its word counts.
    private func countedSlot(of id: NodeID) -> Int? {
        slot(of: id).flatMap { progress[$0].isUncounted ? nil : $0 }
    }

    /// Whether `id` has lost its log, so that nothing it says counts.
    func isUncounted(_ id: NodeID) -> Bool {
        slot(of: id).map { progress[$0].isUncounted } ?? false
    }

    /// What `id` is known to hold.
    func matchIndex(of id: NodeID) -> Index {
        countedSlot(of: id).map { progress[$0].matchIndex } ?? 0
    }

    /// The last request that `id` answered.
    func answered(by id: NodeID) -> MessageID {
        countedSlot(of: id).map { progress[$0].answered } ?? 0
    }

    func lastContact(with id: NodeID) -> Microseconds {
        countedSlot(of: id).map { progress[$0].lastContact } ?? 0
    }
}

/// A read that a leader has taken up.
struct PendingRead: Sendable {
    enum Asker: Sendable {
        case own(ReadID)
        case member(NodeID, question: MessageID?)
    }

    var asker: Asker
    /// All that was committed anywhere when the leader took the read up is within it.
    var index: Index
}

/// Reads that are confirmed together, by a quorum that answers a request numbered `firstRequest` or later.
struct ReadRound: Sendable {
    var firstRequest: MessageID
    var reads: [PendingRead]
}

/// A transfer of leadership under way (dissertation, 3.10).
struct Transfer: Sendable {
    var target: NodeID
    var deadline: Microseconds
    var sent = false
}
