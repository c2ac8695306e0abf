/// Linearizable reads without log entries (§8; dissertation, 6.4).
///
/// A read is answered from a state at least as new as all that was committed when it arrived. The last index
/// of the leader's log bounds that, and the leader knows that it was still the leader once a quorum has
/// answered a request that left *after* the read came: an answer to an earlier one may be older than another
/// leader and its writes.
extension Raft {
    /// Asks to be told when a read that is arriving now may be answered; `Ready.reads` names it then. One
    /// that waits for a leader, or is lost with one, goes to the next by itself. Ids must rise.
    package mutating func read(_ id: ReadID) {
        if isLeader {
            takeUp(.own(id))
        } else {
            reads.waiting.append(id)
        }
    }

    /// Forgets all reads numbered below `limit`, whose askers wait no longer.
    package mutating func forgetReads(below limit: ReadID) {
        reads.forget(below: limit)
        guard isLeader else { return }
        func isForgotten(_ read: PendingRead) -> Bool {
            if case .own(let id) = read.asker { id < limit } else { false }
        }
        leadership.unsentReads.removeAll(where: isForgotten)
        for round in leadership.rounds.indices {
            leadership.rounds[round].reads.removeAll(where: isForgotten)
        }
    }

    // MARK: - Leader

    private mutating func takeUp(_ asker: PendingRead.Asker) {
        leadership.unsentReads.append(PendingRead(asker: asker, index: log.lastIndex))
    }

    /// What waited for a leader finds that it is this member.
    mutating func takeOverReads() {
        let waiting = reads.waiting
        reads.waiting.removeAll()
        for id in waiting { takeUp(.own(id)) }
    }

    /// Gathers the reads that wait into a round, which the appends of this turn carry.
    /// - Returns: whether there is one.
    mutating func beginReadRound() -> Bool {
        guard !leadership.unsentReads.isEmpty else { return false }
        let round = ReadRound(firstRequest: nextMessageID, reads: leadership.unsentReads)
        leadership.unsentReads.removeAll()
        leadership.rounds.append(round)
        return true
    }

    /// Releases the rounds that a quorum has answered; the leader is its own first answer.
    mutating func confirmReads() {
        guard !leadership.rounds.isEmpty else { return }
        let answered = membership.quorumValue { $0 == id ? .max : leadership.answered(by: $0) }
        while let round = leadership.rounds.first, round.firstRequest <= answered {
            leadership.rounds.removeFirst()
            for read in round.reads {
                switch read.asker {
                case .own(let id):
                    reads.confirm([id], at: read.index)
                case .member(let asker, let question):
                    let answer = ReadIndexReply(term: currentTerm, index: read.index)
                    reply(.readIndexReply(answer), to: asker, inReplyTo: question)
                }
            }
        }
        releaseReads()
    }

    mutating func receive(_ question: ReadIndex, id: MessageID?, from asker: NodeID) {
        // Whoever asks a member that does not lead asks again when it hears from the one that does.
        guard stepDown(ifBehind: question.term), isLeader else { return }
        takeUp(.member(asker, question: id))
    }

    /// What was asked of a leader, or by one, is asked anew of the next: in another term an index may lie
    /// beyond the log, and a leader that steps down knows nothing of what is committed now.
    mutating func abandonReads() {
        reads.askAgain()
        guard case .leader(let leadership) = role else { return }
        let own = (leadership.rounds.flatMap(\.reads) + leadership.unsentReads).compactMap { read in
            if case .own(let id) = read.asker { id } else { nil }
        }
        reads.waiting += own
    }

    // MARK: - Follower

    var owesQuestion: Bool { !reads.waiting.isEmpty && leader != nil && leader != id }

    /// Asks the leader once for all reads that have gathered.
    mutating func askForReads() {
        guard owesQuestion, let leader else { return }
        let question = send(.readIndex(ReadIndex(term: currentTerm)), to: leader)
        reads.ask(question, retryAt: now + timing.retryInterval)
    }

    /// A question that is not answered in time may be lost: ask anew, under a new number.
    mutating func retryReads() {
        if let deadline = reads.retryDeadline, deadline <= now { reads.retry() }
    }

    mutating func receive(_ answer: ReadIndexReply, inReplyTo question: MessageID?, from leader: NodeID) {
        guard stepDown(ifBehind: answer.term), self.leader == leader, let question else { return }
        reads.answered(question, index: answer.index)
        releaseReads()
    }

    mutating func releaseReads() {
        pending.reads += reads.release(upTo: commitIndex)
    }
}

/// A member's own reads, on their way to an answer.
struct ReadQueue: Sendable {
    private struct Question {
        var id: MessageID
        var retryAt: Microseconds
        var reads: [ReadID]
    }

    /// Not asked for yet.
    var waiting: [ReadID] = []
    /// Asked for, oldest first.
    private var questions: [Question] = []
    /// Asked for again since, under another number, oldest first. Their answers are as good when they come: a
    /// member that never took those could ask for ever, each time a moment before it is answered.
    private var overdue: [Question] = []
    /// Confirmed, and waiting for their index to be committed here too.
    private var confirmed: [ReadyRead] = []

    var retryDeadline: Microseconds? { questions.first?.retryAt }

    mutating func ask(_ question: MessageID, retryAt: Microseconds) {
        questions.append(Question(id: question, retryAt: retryAt, reads: waiting))
        waiting.removeAll()
    }

    /// Takes back what is not answered in time, and goes on listening for it.
    mutating func retry() {
        overdue += questions
        waiting = (questions.flatMap(\.reads) + waiting).sorted()
        questions.removeAll()
    }

    /// Takes back all that was asked for, of a leader that is none any more.
    mutating func askAgain() {
        waiting = (confirmed.map(\.id) + questions.flatMap(\.reads) + waiting).sorted()
        questions.removeAll()
        overdue.removeAll()
        confirmed.removeAll()
    }

    mutating func answered(_ question: MessageID, index: Index) {
        guard let reads = (questions + overdue).first(where: { $0.id == question })?.reads else { return }
        remove(where: reads.contains)
        confirm(reads, at: index)
    }

    private mutating func remove(where isOver: (ReadID) -> Bool) {
        waiting.removeAll(where: isOver)
        for place in questions.indices { questions[place].reads.removeAll(where: isOver) }
        questions.removeAll(where: \.reads.isEmpty)
        for place in overdue.indices { overdue[place].reads.removeAll(where: isOver) }
        overdue.removeAll(where: \.reads.isEmpty)
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
        remove { $0 < limit }
        confirmed.removeAll { $0.id < limit }
    }
}
