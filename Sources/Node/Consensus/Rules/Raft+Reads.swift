/// Linearizable reads without log entries (§8; dissertation, 6.4).
///
/// A read is answered from a state at least as new as all that was committed when it arrived. The leader knows an
/// index that bounds that (`readIndex`), if it was still the leader: which shows once a quorum, of the latest membership
/// in the *leader's* log, was in its term after the read came. A quorum that answered something older may have
/// elected another leader since, whose writes this one lacks.
///
/// A leader sends a round of heartbeats to find that quorum. A follower asks: its question, which carries its own
/// term, makes it one of the quorum, and the leader's answer another; where these two are not enough, it asks the
/// others at the same time. So a read takes one round trip from wherever it arrives, where round trips matter.
extension Raft {
    /// Asks to be told when a read that is arriving now may be answered; `Ready.reads` names it then. One
    /// that waits for a leader, or is lost with one, goes to the next by itself. Ids must rise.
    package mutating func read(_ id: ReadID) {
        if isLeader {
            enqueueRead(.own(id))
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

    private mutating func enqueueRead(_ asker: PendingRead.Asker) {
        leadership.unsentReads.append(PendingRead(asker: asker, index: readIndex))
    }

    /// Up to where this leader's log may be committed anywhere. It counts first itself, but where a follower may
    /// (Raft+OneRoundTrip.swift); and it knows nothing of what earlier terms left before its own no-op is committed (§8).
    private var readIndex: Index {
        guard case .leader(let leading) = role, commitIndex >= leading.noOpIndex,
            !unsettledMemberships.contains(where: \.membership.mayBeDecidedByTwo)
        else { return log.lastIndex }
        return commitIndex
    }

    /// What waited for a leader finds that it is this member.
    mutating func adoptWaitingReads() {
        let waiting = reads.waiting
        reads.waiting.removeAll()
        for id in waiting { enqueueRead(.own(id)) }
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
        guard isLeader, !leadership.rounds.isEmpty else { return }
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
        // Exactly in the asker's term: whoever is in another knows nothing of its leader.
        guard stepDown(ifBehind: question.term) else { return }
        guard isLeader else {
            // One that lost its log may have been in a later term.
            if hasLostLog { return }
            return reply(.readIndexReply(ReadIndexReply(term: currentTerm)), to: asker, inReplyTo: id)
        }
        expectAnswer(of: asker, upTo: readIndex)
        if question.confirm || isUncounted(asker) { return enqueueRead(.member(asker, question: id)) }
        let answer = ReadIndexReply(
            term: currentTerm, index: readIndex, membership: isQuorum(with: asker) ? nil : membership)
        reply(.readIndexReply(answer), to: asker, inReplyTo: id)
    }

    /// What was asked of a leader, or by one, is asked anew of the next: in another term an index may lie
    /// beyond the log, and a leader that steps down knows nothing of what is committed now.
    mutating func requeueReads() {
        reads.askAgain()
        guard case .leader(let leadership) = role else { return }
        let own = (leadership.rounds.flatMap(\.reads) + leadership.unsentReads).compactMap { read in
            if case .own(let id) = read.asker { id } else { nil }
        }
        reads.waiting += own
    }

    // MARK: - Follower

    var hasReadsToAsk: Bool { !reads.waiting.isEmpty && leader != nil && leader != id }

    /// What a message takes in one direction on a fast link, as far as that was measured.
    private static var nearby: Range<Microseconds> { 1..<2_000 }

    /// Asks once for all reads that have gathered: the leader, and the others where it is no quorum with this
    /// member. The leader alone, to confirm with its next appends, where nobody answered in time, and where links
    /// are so fast that one more round trip costs less than messages to all.
    mutating func askForReads() {
        guard hasReadsToAsk, let leader else { return }
        let isEnough = isQuorum(with: leader)
        let isNearby = Self.nearby.contains(timing.oneWayLatency)
        let question = ReadIndex(
            term: currentTerm, confirm: reads.needsConfirmation || hasLostLog || (isNearby && !isEnough))
        let first = send(.readIndex(question), to: leader)
        if !question.confirm, !isEnough {
            for member in otherVoters where member != leader {
                _ = send(.readIndex(question), to: member)
            }
        }
        reads.ask(first..<nextMessageID, retryAt: now + timing.retryInterval)
    }

    /// A question that is not answered in time may be lost: ask anew, under a new number.
    mutating func retryReads() {
        if let deadline = reads.retryDeadline, deadline <= now { reads.retry() }
    }

    mutating func receive(_ answer: ReadIndexReply, inReplyTo question: MessageID?, from sender: NodeID) {
        guard stepDown(ifBehind: answer.term), let question, answer.index == nil || self.leader == sender
        else {
            return
        }
        reads.answered(question, answer, by: sender, to: id)
        releaseReads()
    }

    mutating func releaseReads() {
        pending.reads += reads.release(upTo: commitIndex)
    }
}
