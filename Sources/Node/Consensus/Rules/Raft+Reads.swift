/// Linearizable reads without log entries (§8; dissertation, 6.4).
///
/// A read is answered from a state at least as new as all that was committed when it arrived. The leader knows an
/// index that bounds that (`readIndex`), provided that it was still the leader. That is confirmed once a quorum of the
/// latest membership in the *leader's* log was in its term after the read arrived. A quorum that answered an earlier
/// request may have elected another leader since, whose writes this one lacks.
///
/// A leader sends a round of heartbeats to find that quorum. A follower asks by `ReadIndex`: the
/// request carries its term, so follower and leader are two of the quorum; where two are not enough, it asks the other
/// voters at the same time. So a read takes one round trip from whichever member it reaches.
extension Raft {
    /// Registers a read that arrives now; it is released once it may be answered. A read that waits for a leader, or
    /// was sent to one that is gone, goes to the next leader by itself. Ids must rise.
    package mutating func read(_ id: ReadID) {
        if isLeader {
            enqueueRead(.own(id))
        } else {
            reads.waiting.append(id)
        }
    }

    /// Drops all reads numbered below `limit`, whose clients wait no longer.
    package mutating func forgetReads(below limit: ReadID) {
        reads.forget(below: limit)
        guard isLeader else { return }
        func isForgotten(_ read: PendingRead) -> Bool { read.ownID.map { $0 < limit } ?? false }
        leadership.unsentReads.removeAll(where: isForgotten)
        for round in leadership.rounds.indices {
            leadership.rounds[round].reads.removeAll(where: isForgotten)
        }
    }

    // MARK: - Leader

    private mutating func enqueueRead(_ asker: PendingRead.Asker) {
        leadership.unsentReads.append(PendingRead(asker: asker, index: readIndex))
    }

    /// An index at or beyond all that is committed anywhere. That is the commit index, but for two cases in which it is
    /// the end of the log: before this term's no-op is committed (§8), and where a follower may commit before its
    /// leader (Raft+Commit.swift).
    private var readIndex: Index {
        guard case .leader(let leading) = role, commitIndex >= leading.noOpIndex,
            !unsettledMemberships.contains(where: \.membership.mayBeDecidedByTwo)
        else { return log.lastIndex }
        return commitIndex
    }

    /// Reads that waited for a leader are this new leader's own.
    mutating func adoptWaitingReads() {
        let waiting = reads.waiting
        reads.waiting.removeAll()
        for id in waiting { enqueueRead(.own(id)) }
    }

    /// Starts a round for the waiting reads; the appends of this turn are its heartbeats.
    /// - Returns: whether there is one.
    mutating func beginReadRound() -> Bool {
        guard !leadership.unsentReads.isEmpty else { return false }
        let round = ReadRound(firstRequest: nextMessageID, reads: leadership.unsentReads)
        leadership.unsentReads.removeAll()
        leadership.rounds.append(round)
        return true
    }

    /// Releases the rounds that a quorum, this leader included, has answered.
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
        // Only a member in exactly the asker's term counts towards that leader's quorum.
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

    /// Unanswered reads are asked anew of the next leader: in another term an index may lie beyond the log, and a
    /// leader that steps down does not know what is committed from now on.
    mutating func requeueReads() {
        reads.askAgain()
        guard case .leader(let leadership) = role else { return }
        let own = (leadership.rounds.flatMap(\.reads) + leadership.unsentReads).compactMap(\.ownID)
        reads.waiting += own
    }

    // MARK: - Follower

    var hasReadsToAsk: Bool { !reads.waiting.isEmpty && leader != nil && leader != id }

    /// The one-way latencies of links so fast that one more round trip costs less than messages to all.
    private static var nearby: Range<Microseconds> { 1..<2_000 }

    /// Asks once for all waiting reads: the leader, and the other voters too where it and this member are no quorum.
    /// With `confirm` the leader alone is asked, and finds the quorum with its next heartbeats: after a retry, and on
    /// links that are fast (see `nearby`).
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

    /// A request that is not answered in time may be lost: it is sent anew, under a new number.
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
