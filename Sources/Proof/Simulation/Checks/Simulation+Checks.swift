import Consensus
import KeyValue

/// Checks on a member at each step. They look only at what the step changed.
extension Simulation {
    // MARK: - Before a store

    /// Checks a `Ready` before any of it is carried out.
    func check(_ ready: ReplicaReady, of member: Member) throws {
        member.ledBefore = member.seen.leadingTerm
        try check(ready.events, of: member)
        guard let run = member.run else { return }
        let observed = run.observe()
        try checkProgress(member, observed)
        try checkLog(ready.storage, of: member, observed)
        try checkChange(in: ready.storage, of: member, observed)
        try checkLeadership(member, observed)
        try checkKnownCommitted(of: member, run.replica.raft, observed)
        member.seen = observed
    }

    /// Checks entries that this member is the first to commit. This happens before its messages can tell the commit
    /// index, and uses its own membership, as followers may hold an older one.
    private func checkKnownCommitted(of member: Member, _ raft: Raft, _ observed: Observation) throws {
        for index in stride(from: committedHistory.lastIndex + 1, through: raft.commitIndex, by: 1) {
            try checkNewlyCommitted(index, by: member, raft, observed)
        }
    }

    /// Records and checks an entry that this member is the first to commit.
    private func checkNewlyCommitted(_ index: Index, by member: Member, _ raft: Raft, _ observed: Observation)
        throws
    {
        try committedHistory.add(raft.log[index], committedIn: observed.term, &ledger, &changes)
        try checkStored(raft.log[index], at: index, by: member, raft)
    }

    private func check(_ events: [Event], of member: Member) throws {
        for event in events {
            record(.raft(event), member)
            if case .lostLog(let lost, let index, _) = event {
                try checkLostLogReport(lost, index, from: member)
            }
            guard case .becameLeader(let term, let votes) = event else { continue }
            // An undetected lost disk may have elected this leader; Raft promises nothing then.
            if isLossUndetected { throw OutsideFaultModel() }
            tally.elections += 1
            // It may follow another before its turn ends.
            try elections.recordLeader(member.index, term: term)
            try checkVotes(votes, of: member)
            scheduleNewLeaderFault(member)
            noteReplacement()
        }
    }

    private func checkProgress(_ member: Member, _ observed: Observation) throws {
        if observed.term < member.seen.term {
            throw Breach(.progress, "\(member.id) falls from term \(member.seen.term) to \(observed.term)")
        }
        if observed.commitIndex < member.seen.commitIndex {
            throw Breach(
                .progress,
                "\(member.id) falls from commit index \(member.seen.commitIndex) to "
                    + "\(observed.commitIndex)")
        }
        if observed.lastApplied != member.seen.lastApplied {
            throw Breach(
                .progress,
                "\(member.id) has applied \(observed.lastApplied) instead of \(member.seen.lastApplied)")
        }
    }

    private func checkLog(_ update: StorageUpdate, of member: Member, _ observed: Observation) throws {
        guard case .suffix(let start, let new) = update.log, let run = member.run else { return }
        if start <= observed.lastApplied {
            throw Breach(
                .stateMachineSafety,
                "\(member.id) replaces entry \(start), and has applied \(observed.lastApplied)")
        }
        if observed.leadingTerm != nil, member.seen.leadingTerm == observed.leadingTerm,
            start <= member.stored.lastIndex
        {
            throw Breach(.leaderAppendOnly, "\(member.id) replaces entry \(start) of its log")
        }
        // A lone voter appends before its new term is stored. Nobody sees these entries, and a crash may undo both.
        if update.hardState != nil, observed.leadingTerm != nil { return }
        if let term = observed.leadingTerm { try checkCopies(in: new, at: start, of: member, observed, term) }
        var previous = run.replica.raft.log.term(at: start - 1) ?? 0
        for (offset, entry) in new.enumerated() {
            try entries.record(entry, at: start + offset, after: previous, in: member.index)
            previous = entry.term
        }
    }

    /// A leader puts a request into its log once, until it is applied: copies that senders repeat would grow the log
    /// faster than it commits.
    private func checkCopies(
        in new: ArraySlice<Entry>, at start: Index, of member: Member, _ observed: Observation, _ term: Term
    ) throws {
        if member.proposed.term != term { member.proposed = (term, [:]) }
        for (offset, entry) in new.enumerated() {
            guard case .command(let command) = entry.payload, entry.term == term else { continue }
            let index = start + offset
            let earlier = member.proposed.indexes.updateValue(index, forKey: command.id)
            guard let earlier, earlier != index, earlier > observed.lastApplied else { continue }
            throw Breach(
                .copies,
                "\(member.id) has \(command.id) in entry \(earlier), and appends it again at \(index)")
        }
    }

    private func checkLeadership(_ member: Member, _ observed: Observation) throws {
        guard let term = observed.leadingTerm, member.seen.leadingTerm != term else { return }
        try elections.recordLeader(member.index, term: term)
        // By Log Matching, a leader that holds the last entry holds all before it.
        if let last = committedHistory.last(before: term) { try checkHolds(last, member) }
    }

    private func checkHolds(_ committed: LogPosition, _ leader: Member) throws {
        guard let run = leader.run else { return }
        if committed.index > run.replica.raft.log.lastIncludedIndex,
            run.replica.raft.log.term(at: committed.index) != committed.term
        {
            throw Breach(
                .leaderCompleteness,
                "\(leader.id) leads term \(run.term) without entry \(committed.index) of "
                    + "term \(committed.term), which was committed before")
        }
    }

    private func checkCommitted(
        _ committed: Range<Index>, of member: Member, _ raft: Raft, _ observed: Observation
    ) throws {
        guard !committed.isEmpty else { return }
        let last = committed.upperBound - 1
        guard committed.lowerBound == member.seen.lastApplied + 1, last <= raft.log.lastIndex else {
            throw Breach(
                .stateMachineSafety,
                "\(member.id) applies \(committed) after \(member.seen.lastApplied)")
        }
        // Entries of earlier terms may commit only if the member learned of them as a follower in this turn.
        if let term = observed.leadingTerm, member.ledBefore == term, raft.log.term(at: last) != term {
            // A majority may hold the entry, and yet it may be overwritten (Figure 8).
            throw Breach(
                .leaderCompleteness, "\(member.id) commits entry \(last) of an earlier term by counting")
        }
        for index in committed
        where try committedHistory.isFirstCommit(raft.log[index], at: index, to: member.index) {
            try checkNewlyCommitted(index, by: member, raft, observed)
        }
        guard last == committedHistory.lastIndex else { return }
        for other in members where other.seen.leadingTerm ?? 0 > observed.term && other.isAlive {
            try checkHolds(LogPosition(index: last, term: committedHistory[last].entry.term), other)
        }
    }

    // MARK: - After a store

    /// Checks the hard state after a store.
    func checkDisk(_ member: Member) throws {
        let stored = member.stored.hardState
        if let votedFor = stored.votedFor {
            try elections.recordVote(by: member.index, for: votedFor, term: stored.term)
        }
        if stored.term < member.storedTerm {
            throw Breach(.progress, "\(member.id) stores term \(stored.term) over \(member.storedTerm)")
        }
        member.storedTerm = stored.term
        noteLostLog(member)
    }

    /// Checks the effects of a store before they leave the member.
    ///
    /// - Parameter raft: the member's state, from before the store if a snapshot replaced its log.
    func check(
        _ effects: ReplicaEffects, of member: Member, _ raft: Raft, _ update: StorageUpdate
    ) throws {
        try check(effects.events, of: member)
        guard let observed = member.run?.observe() else { return }
        try checkCommitted(effects.applied, of: member, raft, observed)
        try checkApplied(effects.applied, update, member)
    }

    /// Checks what a member applied, or installed as a snapshot, against the committed history.
    private func checkApplied(
        _ applied: Range<Index>, _ update: StorageUpdate, _ member: Member
    ) throws {
        guard let run = member.run else { return }
        let due = applied.last ?? member.seen.lastApplied
        member.seen.lastApplied = run.observe().lastApplied
        if let piece = update.snapshotPieces.last, piece.isLast, piece.position.index > due,
            piece.position.index == member.seen.lastApplied
        {
            return try checkSnapshot(member)
        }
        guard member.seen.lastApplied == due else {
            throw Breach(
                .progress, "\(member.id) has applied \(member.seen.lastApplied) instead of \(due)")
        }
        // The last entries are enough: they show all effects of older ones that are not overwritten.
        let last = applied.suffix(8)
        guard !last.isEmpty else { return }
        try checkStore(
            member, at: due,
            keys: last.flatMap { committedHistory[$0].operation.map { ledger[$0].keys } ?? [] },
            last)
    }

    /// Checks the whole state of a member that starts from a snapshot.
    func checkSnapshot(_ member: Member) throws {
        guard let index = member.run?.observe().lastApplied, index > 0 else { return }
        guard index <= committedHistory.lastIndex else {
            throw Breach(.stateMachineSafety, "\(member.id) starts from entry \(index), not committed yet")
        }
        try checkStore(
            member, at: index, keys: Array(0..<scenario.keys), max(index - 199, 1)..<(index + 1))
    }

    /// Checks `keys` of a member's store after the entry at `index`, and the results it remembers for the entries
    /// `slots`.
    private func checkStore(
        _ member: Member, at index: Index, keys: [Int], _ slots: Range<Index>
    ) throws {
        try checkMembership(of: member, at: index)
        guard let run = member.run else { return }
        for key in keys {
            let held = run.replica.store[Ledger.name(ofKey: key)]
            let value = committedHistory.version(of: key, at: index).value?.json
            if held != value {
                throw Breach(
                    .stateMachineSafety,
                    "\(member.id) holds \(held?.text ?? "nothing") in key \(key) after entry \(index), not "
                        + "\(value?.text ?? "nothing")")
            }
        }
        for slot in slots {
            guard let operation = committedHistory[slot].operation, let effect = ledger[operation].effect
            else {
                continue
            }
            let outcome = run.replica.store.outcome(of: effect.id)
            if !effect.outcome.isRemembered(as: outcome) {
                throw Breach(
                    .atMostOnce,
                    "\(member.id) remembers for request \(operation) of entry \(slot) "
                        + "\(outcome.map { "\($0)" } ?? "nothing"), not \(effect.outcome)")
            }
        }
    }

    /// Checks a member at the end of its turn.
    func checkState(_ member: Member) throws {
        guard let run = member.run else { return }
        let observed = run.observe()
        try checkProgress(member, observed)
        try checkLeadership(member, observed)
        try checkRemovedLeader(member, observed)
        member.seen = observed
        if let violation = run.violatedInvariant() {
            throw Breach(.invariant, "\(member.id): \(violation)")
        }
    }
}
