/// Log replication: the follower's side (§5.3).
extension Raft {
    mutating func receive(_ request: AppendEntries, id: MessageID?, from leader: NodeID) {
        func answer(_ success: Bool, hint: LogPosition? = nil) {
            let answer = AppendEntriesReply(
                term: currentTerm, success: success, hint: hint,
                // A peer that knows only the paper's fields does not read it.
                commitIndex: request.leaderDurable == nil ? nil : commitIndexOnceStored,
                lostLog: hardState.lostLog)
            reply(.appendEntriesReply(answer), to: leader, inReplyTo: id)
        }
        func refuse(_ reason: AppendRefusal, hint: LogPosition? = nil) {
            note(.appendRefused(leader: leader, prevLogIndex: request.prevLogIndex, reason: reason))
            answer(false, hint: hint)
        }
        guard follow(leader, term: request.term, id: id, announced: request) else {
            return refuse(.staleTerm(currentTerm))
        }
        if let lost = request.lostLog { learnLostLog(lost, from: leader) }
        if let reason = disagreement(with: request) {
            let index = log.lastIndex(withTermAtMost: request.prevLogTerm, notAfter: request.prevLogIndex)
            return refuse(reason, hint: LogPosition(index: index, term: log.term(at: index) ?? 0))
        }
        guard store(request, from: leader) else { return answer(false) }
        // Only what this message verified is known to be the leader's; the log may go on with other entries.
        commit(upTo: min(request.leaderCommit, request.lastIndex))
        leaderDurableIndex = max(leaderDurableIndex, request.leaderDurable ?? 0)
        commitWhatBothHold()
        answer(true)
        campaignIfToldTo()
    }

    /// Recognises `leader` as that of `term` by its request `id`, and takes over its estimates of round trips from
    /// `announced`.
    /// - Returns: false where the term is over, or where the term already has another leader.
    mutating func follow(_ leader: NodeID, term: Term, id: MessageID?, announced: AppendEntries? = nil)
        -> Bool
    {
        guard stepDown(ifBehind: term) else { return false }
        if let known = self.leader, known != leader {
            note(.impossibleMessage(from: leader, "leads term \(term), which \(known) leads already"))
            return false
        }
        // What the leader sent before it asked for votes, or before a request that has overtaken this one, holds valid
        // entries; but it may arrive long after that leader has crashed, and must not delay the election of the next.
        guard !isLeaderless, noteNewest(id, announced) else { return true }
        if self.leader == nil { becomeFollower(term: term, leader: leader, reason: .heardLeader) }
        lastLeaderContact = now
        timing.add(lateness: 0)
        timing.follow(announced?.roundTrip, link: announced?.link, at: now)
        timing.forgetOldRoundTrip(at: now)
        armElectionTimer()
        return true
    }

    /// Notes the leader's request `id` as its newest. A person who types may use one number for everything, so numbers
    /// count only from a leader that has sent a field of ours.
    /// - Returns: false for a copy, or one that was overtaken.
    private mutating func noteNewest(_ id: MessageID?, _ request: AppendEntries?) -> Bool {
        guard let id, request?.leaderDurable != nil || newestLeaderRequest != nil else { return true }
        if let newestLeaderRequest, id <= newestLeaderRequest { return false }
        newestLeaderRequest = id
        return true
    }

    /// The consistency check of §5.3. Entries within the snapshot are committed, so they agree.
    private func disagreement(with request: AppendEntries) -> AppendRefusal? {
        guard request.prevLogIndex > log.lastIncludedIndex else { return nil }
        guard let term = log.term(at: request.prevLogIndex) else { return .missing(lastIndex: log.lastIndex) }
        return term == request.prevLogTerm ? nil : .conflict(term)
    }

    /// Appends the entries that the log does not hold already. It truncates only at a conflict: a late or repeated
    /// append would otherwise cut off newer entries that this member has acknowledged.
    /// - Returns: false where a committed entry conflicts, which no correct leader sends.
    private mutating func store(_ request: AppendEntries, from leader: NodeID) -> Bool {
        let skipped = max(log.lastIncludedIndex - request.prevLogIndex, 0)
        var next = request.prevLogIndex + skipped + 1
        for entry in request.entries.dropFirst(skipped) {
            guard let held = log.term(at: next), held == entry.term else { break }
            next += 1
        }
        guard next <= request.lastIndex else { return true }
        if next <= log.lastIndex {
            guard next > commitIndex else {
                note(.impossibleMessage(from: leader, "would overwrite entry \(next), which is committed"))
                return false
            }
            note(.truncated(from: next, term: log.term(at: next) ?? 0))
            log.truncate(from: next)
        }
        log.append(contentsOf: request.entries[(next - request.prevLogIndex - 1)...])
        markUnstored(from: next)
        noteMemberships(from: next)
        return true
    }
}
