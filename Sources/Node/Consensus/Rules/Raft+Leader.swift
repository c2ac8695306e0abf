/// Log replication: the leader's side (§5.3).
extension Raft {
    /// The leader's state, changed in place: it is taken out of the role meanwhile, so that there is one reference to
    /// it and nothing is copied.
    var leadership: Leadership {
        get {
            guard case .leader(let leadership) = role else { preconditionFailure("only a leader has these") }
            return leadership
        }
        _modify {
            guard case .leader(var leadership) = role else { preconditionFailure("only a leader has these") }
            role = .follower(leader: nil)
            defer { role = .leader(leadership) }
            yield &leadership
        }
    }

    /// Whether this leader takes commands now: not during a leadership transfer (dissertation, 3.10), nor while its
    /// quorum seems lost, nor while too many bytes are uncommitted.
    package var acceptsCommands: Bool {
        guard case .leader(let leadership) = role else { return false }
        return leadership.transfer == nil
            && leadership.uncommittedBytes < settings.limits.uncommittedBytes
            && now - quorumContact(leadership) < timing.silence
    }

    /// Appends `command` to the log of a leader.
    /// - Returns: its index, or nil where this member takes no commands now; see `acceptsCommands`.
    package mutating func propose(_ command: Command) -> Index? {
        guard acceptsCommands else { return nil }
        appendAsLeader(.command(command))
        return log.lastIndex
    }

    /// Member `asker` owes answers that wait for the entry at `index`, or for the present end of the log. It is told at
    /// once when that is committed; others learn it with their next append.
    package mutating func expectAnswer(of asker: NodeID, upTo index: Index? = nil) {
        guard isLeader, let slot = leadership.slot(of: asker) else { return }
        leadership.progress[slot].await(index ?? log.lastIndex)
    }

    mutating func appendAsLeader(_ payload: Entry.Payload) {
        let entry = Entry(term: currentTerm, payload: payload)
        leadership.uncommittedBytes += entry.size
        log.append(entry)
        markUnstored(from: log.lastIndex)
    }

    // MARK: - Sending

    /// Sends an append to each member that needs one: it lacks entries, it waits to be told of a commit, a read round
    /// needs its answer, or a heartbeat is due.
    mutating func prepareAppends() {
        let round = beginReadRound()
        for slot in leadership.progress.indices {
            var sent = false
            while lacksEntries(leadership.progress[slot]) {
                appendEntries(to: slot)
                sent = true
            }
            if lacksSnapshot(leadership.progress[slot]), let snapshot = snapshotToSend {
                leadership.progress[slot].beginSnapshot(snapshot, next: nextMessageID)
            }
            sendPieces(to: slot)
            if !sent, needsHeartbeat(leadership.progress[slot], round: round) { send([], to: slot) }
        }
        // A lone voter confirms its reads itself, and what a transfer's target lacked may be on its way now.
        confirmReads()
        continueTransfer()
    }

    var hasAppendsToSend: Bool {
        guard case .leader(let leadership) = role else { return false }
        return !leadership.unsentReads.isEmpty
            || leadership.progress.contains {
                lacksEntries($0) || lacksSnapshot($0) || pieceDue($0) != nil
                    || needsHeartbeat($0, round: false)
            }
    }

    private func lacksEntries(_ progress: Progress) -> Bool {
        progress.nextIndex <= log.lastIndex && progress.nextIndex > log.lastIncludedIndex
            && progress.mayAppend
    }

    /// Whether what the member needs next is in the snapshot only.
    private func lacksSnapshot(_ progress: Progress) -> Bool {
        progress.nextIndex <= log.lastIncludedIndex && progress.mayAppend
    }

    private func needsHeartbeat(_ progress: Progress, round: Bool) -> Bool {
        if round, membership.contains(progress.id) { return true }
        guard let due = progress.heartbeatDue(timing.heartbeatInterval), now < due else { return true }
        return progress.matchIndex > 0 && needsCommitNotice(progress)
    }

    /// Whether there is news for a member that waits for a commit. A member that is a quorum together with this leader
    /// needs only the leader's durable index, and commits by itself (Raft+Commit.swift).
    private func needsCommitNotice(_ progress: Progress) -> Bool {
        guard progress.awaits > progress.toldCommit else { return false }
        let concludes = !progress.isPlain && isQuorum(with: progress.id)
        let told = concludes ? max(progress.toldCommit, progress.toldDurable) : progress.toldCommit
        let known = concludes ? max(commitIndex, durableIndex) : commitIndex
        return progress.awaits > told && min(known, progress.nextIndex - 1) > told
    }

    private mutating func appendEntries(to slot: Int) {
        let next = leadership.progress[slot].nextIndex
        let count = log.count(from: next, fitting: settings.limits.appendBytes)
        send(Array(log[next...(next + count - 1)]), to: slot)
    }

    private mutating func send(_ entries: [Entry], to slot: Int) {
        let progress = leadership.progress[slot]
        // Where that entry is compacted away, the append is still a heartbeat.
        let previous = max(progress.nextIndex - 1, log.lastIncludedIndex)
        let last = previous + entries.count
        // The follower must not commit beyond what this message lets it verify.
        let commit = min(commitIndex, last)
        let request = AppendEntries(
            term: currentTerm, leader: id, prevLogIndex: previous, prevLogTerm: log.term(at: previous) ?? 0,
            entries: entries, leaderCommit: commit, leaderDurable: durableIndex, roundTrip: timing.roundTrip,
            link: progress.roundTrip, lostLog: progress.lostLogToTell)
        let number = send(.appendEntries(request), to: progress.id)
        leadership.progress[slot].sent(
            number, prevLogIndex: previous, lastIndex: last, bytes: entries.reduce(0) { $0 + $1.size },
            commit: commit, durable: durableIndex, at: now, interval: timing.heartbeatInterval)
    }

    // MARK: - Answers

    mutating func receive(_ reply: AppendEntriesReply, inReplyTo request: MessageID?, from follower: NodeID) {
        // An answer of an earlier term is about a log that may be truncated since, also where this member led then.
        guard stepDown(ifBehind: reply.term), isLeader, let request, request < nextMessageID,
            let slot = leadership.slot(of: follower)
        else { return }
        if let known = reply.commitIndex { leadership.progress[slot].knows(known, last: log.lastIndex) }
        takeLostLog(reply.lostLog, at: slot)
        if reply.success {
            leadership.progress[slot].acknowledged(request)
        } else if let hint = reply.hint, hasLostLog(leadership.progress[slot], refusing: request, hint) {
            startOver(at: slot, nextIndex: log.agreement(hint, below: hint.index + 1) + 1)
        } else {
            let log = log
            leadership.progress[slot].refused(request, next: nextMessageID) {
                log.agreement(reply.hint, below: $0)
            }
        }
        noteHeld(at: slot)
        hear(slot, request)
        progressed()
    }

    /// The member at `slot` answered `request`: its round trip is measured, and the quorum's estimate follows.
    mutating func hear(_ slot: Int, _ request: MessageID) {
        guard leadership.progress[slot].heard(request, at: now) else { return }
        timing.add(lateness: 0)
        timing.follow(quorumRoundTrip, at: now)
    }

    /// The round trip of the slowest member of the fastest quorum without this leader: the next leader will be elected
    /// by such a quorum. Where too few other members are connected or measured, this leader is counted as well.
    private var quorumRoundTrip: Estimate? {
        guard case .leader(let leadership) = role else { return nil }
        let timeout = timing.electionTimeout
        let measured = leadership.progress.map { now - $0.lastContact < timeout ? $0.roundTrip : nil }
        func slowest(countingSelf: Bool) -> Estimate? {
            let negated = membership.quorumValue { member in
                if member == id { return countingSelf ? 0 : .min }
                return leadership.slot(of: member).flatMap { measured[$0] }.map { -$0.election } ?? .min
            }
            return measured.lazy.compactMap(\.self).first { -$0.election == negated }
        }
        return slowest(countingSelf: false) ?? slowest(countingSelf: true)
    }

    // MARK: - Check-quorum

    /// The latest time at which a quorum, this leader included, is known to have answered.
    func quorumContact(_ leadership: Leadership) -> Microseconds {
        min(now, membership.quorumValue { $0 == id ? now : leadership.lastContact(with: $0) })
    }

    /// A leader that no quorum has answered for T steps down: another may lead already, and clients of this one would
    /// wait in vain (dissertation, 6.2).
    mutating func checkQuorum() {
        guard case .leader(let leadership) = role else { return }
        let silence = now - quorumContact(leadership)
        if silence < timing.heartbeatInterval { hasExtendedDeadlineAfterStall = false }
        if silence >= timing.electionTimeout, now >= quorumDeadline {
            becomeFollower(term: currentTerm, leader: nil, reason: .lostQuorum)
        }
    }

    /// When the next heartbeat is due; nil where this member does not lead, or has nobody to send it to.
    package var heartbeatDeadline: Microseconds? {
        guard case .leader(let leadership) = role else { return nil }
        let interval = timing.heartbeatInterval
        return leadership.progress.lazy.map { $0.heartbeatDue(interval) ?? now + interval }.min()
    }

    /// When this leader steps down, unless its quorum answers before; nil where it is one by itself.
    func checkQuorumDeadline(_ leadership: Leadership) -> Microseconds? {
        let contact = membership.quorumValue { $0 == id ? .max : leadership.lastContact(with: $0) }
        return contact == .max ? nil : max(contact + timing.electionTimeout, quorumDeadline)
    }
}
