/// The role of a member (§5.1), with the state that only this role has.
package enum Role: Sendable {
    /// `leader` is nil until it was heard from in this term.
    case follower(leader: NodeID?)
    case preCandidate(Campaign)
    case candidate(Campaign)
    case leader(Leadership)
}

/// One election or pre-vote.
package struct Campaign: Hashable, Sendable {
    /// The first of this campaign's requests; an answer to an earlier one is from another campaign.
    let firstRequest: MessageID
    /// The answer of each voter; not a count, so that a repeated grant counts once.
    var votes: [NodeID: Bool]
}

/// The state of a leader.
package struct Leadership: Sendable {
    /// One per other member, in the order of their ids.
    package internal(set) var progress: [Progress]
    /// The position of each of them in `progress`.
    private let slots: [NodeID: Int]
    /// The index of the no-op that began this term.
    package let noOpIndex: Index
    /// Reads for the next round.
    var unsentReads: [PendingRead] = []
    /// Rounds that were sent, oldest first.
    var rounds: [ReadRound] = []
    var transfer: Transfer?
    var catchUp: CatchUp?
    /// Bytes of entries that are not committed.
    var uncommittedBytes = 0

    init(progress: [Progress], noOpIndex: Index) {
        self.progress = progress
        self.noOpIndex = noOpIndex
        slots = Dictionary(uniqueKeysWithValues: progress.enumerated().map { ($1.id, $0) })
    }

    /// The progress of another member; nil for the leader itself and for ids that are no members.
    package func progress(of id: NodeID) -> Progress? {
        slot(of: id).map { progress[$0] }
    }

    // Each of these reads one field, and copies nothing else.

    func slot(of id: NodeID) -> Int? {
        slots[id]
    }

    /// The index of `id` in `progress`, unless it counts in no quorum.
    private func countedSlot(of id: NodeID) -> Int? {
        slot(of: id).flatMap { progress[$0].isUncounted ? nil : $0 }
    }

    /// Whether `id` has lost its log, and so counts in no quorum.
    func isUncounted(_ id: NodeID) -> Bool {
        slot(of: id).map { progress[$0].isUncounted } ?? false
    }

    /// Its `matchIndex`; 0 for one that counts in no quorum.
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

/// A read that waits for the leader's confirmation.
struct PendingRead: Hashable, Sendable {
    enum Asker: Hashable, Sendable {
        case own(ReadID)
        case member(NodeID, question: MessageID?)
    }

    var asker: Asker
    /// Its number, where it is the leader's own.
    var ownID: ReadID? { if case .own(let id) = asker { id } else { nil } }
    /// At or beyond all that was committed anywhere when the read arrived.
    var index: Index
}

/// Reads that are confirmed together, by a quorum that answers a request numbered `firstRequest` or later.
struct ReadRound: Hashable, Sendable {
    var firstRequest: MessageID
    var reads: [PendingRead]
}

/// A transfer of leadership under way (dissertation, 3.10).
struct Transfer: Sendable {
    var target: NodeID
    var deadline: Microseconds
    var sent = false
}
