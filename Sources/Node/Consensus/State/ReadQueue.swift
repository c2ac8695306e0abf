/// A member's own reads, from their arrival to their release.
struct ReadQueue: Sendable {
    private struct Question {
        /// The numbers of its requests, one for each member that was asked.
        var ids: Range<MessageID>
        /// When to ask anew; nil once that is done. An answer that comes later is still taken: else a member could ask
        /// for ever, each time a moment before the answer arrives.
        var retryAt: Microseconds?
        var reads: [ReadID]
        /// The members that answered, and so were in this term after the reads had arrived.
        var inTerm: [NodeID] = []
        /// The leader's read index, and the membership in whose quorums it counts; nil before its answer.
        var index: Index?
        var membership: Membership?

        /// The index to wait for, once a quorum of the leader's membership has answered.
        func confirmedIndex(for asker: NodeID) -> Index? {
            guard let index else { return nil }
            guard let membership else { return index }
            return membership.hasQuorum { $0 == asker || inTerm.contains($0) } ? index : nil
        }
    }

    private let confirmationsAfterFailure: Int

    /// Not asked for yet.
    var waiting: [ReadID] = []
    /// How many of the next requests ask the leader to confirm its leadership itself, because one found no quorum in
    /// time: links to some members may be cut.
    private var confirmations = 0
    var needsConfirmation: Bool { confirmations > 0 }
    /// Asked for, oldest first.
    private var questions: [Question] = []
    /// Confirmed, and waiting for their index to be committed here too.
    private var confirmed: [ReadyRead] = []

    init(limits: Limits) {
        confirmationsAfterFailure = limits.confirmationsAfterFailure
    }

    var retryDeadline: Microseconds? { questions.lazy.compactMap(\.retryAt).min() }

    mutating func ask(_ ids: Range<MessageID>, retryAt: Microseconds) {
        questions.append(Question(ids: ids, retryAt: retryAt, reads: waiting))
        waiting.removeAll()
        if confirmations > 0 { confirmations -= 1 }
    }

    /// Puts unanswered reads back into the queue; late answers to them are still taken.
    mutating func retry() {
        waiting = (unanswered + waiting).sorted()
        for slot in questions.indices { questions[slot].retryAt = nil }
        confirmations = confirmationsAfterFailure
    }

    /// Puts all reads back into the queue: the leader that was asked is gone.
    mutating func askAgain() {
        waiting = (confirmed.map(\.id) + unanswered + waiting).sorted()
        questions.removeAll()
        confirmed.removeAll()
        confirmations = 0
    }

    private var unanswered: [ReadID] { questions.filter { $0.retryAt != nil }.flatMap(\.reads) }

    /// `member`, which is in the term of `asker`, answered the question numbered `id`.
    mutating func answered(
        _ id: MessageID, _ answer: ReadIndexReply, by member: NodeID, to asker: NodeID
    ) {
        guard let slot = questions.firstIndex(where: { $0.ids.contains(id) }) else { return }
        questions[slot].inTerm.append(member)
        if let index = answer.index {
            questions[slot].index = index
            questions[slot].membership = answer.membership
        }
        guard let index = questions[slot].confirmedIndex(for: asker) else { return }
        let reads = questions[slot].reads
        remove(where: reads.contains)
        confirm(reads, at: index)
    }

    private mutating func remove(where isOver: (ReadID) -> Bool) {
        waiting.removeAll(where: isOver)
        for slot in questions.indices { questions[slot].reads.removeAll(where: isOver) }
        questions.removeAll(where: \.reads.isEmpty)
    }

    mutating func confirm(_ reads: [ReadID], at index: Index) {
        confirmed += reads.map { ReadyRead(id: $0, index: index) }
    }

    mutating func release(upTo commitIndex: Index) -> [ReadyRead] {
        guard !confirmed.isEmpty else { return [] }
        let ready = confirmed.filter { $0.index <= commitIndex }.sorted { $0.index < $1.index }
        confirmed.removeAll { $0.index <= commitIndex }
        return ready
    }

    mutating func forget(below limit: ReadID) {
        if questions.contains(where: { $0.reads.contains { $0 < limit } }) {
            confirmations = confirmationsAfterFailure
        }
        remove { $0 < limit }
        confirmed.removeAll { $0.id < limit }
    }

    /// See Raft+Fingerprint.swift.
    func mix(into hasher: inout Hasher) {
        hasher.combine(waiting)
        hasher.combine(confirmations)
        for question in questions {
            hasher.combine(question.ids)
            hasher.combine(question.retryAt != nil)
            hasher.combine(question.reads)
            hasher.combine(question.inTerm.inOrder)
            hasher.combine(question.index)
            hasher.combine(question.membership)
        }
        hasher.combine(confirmed)
    }
}
