import Consensus
import KeyValue

/// What is checked of a member at each step. Only what the step changed is looked at.
extension Simulation {
    // MARK: - What it wants done

    /// Checks what a member has just handed out, before any of it is done.
    func check(_ ready: ReplicaReady, of member: Member) throws {
        member.ledBefore = member.seen.leads
        try check(ready.events, of: member)
        guard let run = member.run else { return }
        let sight = run.look()
        try checkProgress(member, sight)
        try checkLog(ready.storage, of: member, sight)
        try checkChange(in: ready.storage, of: member, sight)
        try checkLead(member, sight)
        try checkKnownCommitted(of: member, run.replica.raft, sight)
        member.seen = sight
    }

    /// A leader's messages tell its commit index before its own turn has applied it, so what nobody knew before is
    /// checked now, against the membership that it was committed by: its followers may hold an older one.
    private func checkKnownCommitted(of member: Member, _ raft: Raft, _ sight: Sight) throws {
        for index in stride(from: committedHistory.lastIndex + 1, through: raft.commitIndex, by: 1) {
            try checkNewlyCommitted(index, by: member, raft, sight)
        }
    }

    /// Checks an entry that nobody knew to be committed before.
    private func checkNewlyCommitted(_ index: Index, by member: Member, _ raft: Raft, _ sight: Sight) throws {
        try committedHistory.add(raft.log[index], committedIn: sight.term, &ledger, &changes)
        try checkStored(raft.log[index], at: index, by: member, raft)
    }

    private func check(_ events: [Event], of member: Member) throws {
        for event in events {
            tell(.raft(event), member)
            if case .lostLog(let lost, let index, _) = event {
                try hearOfLostLog(lost, index, from: member)
            }
            guard case .becameLeader(_, let votes) = event else { continue }
            // What follows where another leads before a lost disk is found nobody can know.
            if isLossUnfound { throw BeyondRaft() }
            tally.elections += 1
            try checkVotes(votes, of: member)
            aimAtYoungLeader(member)
            noteReplacement()
        }
    }

    private func checkProgress(_ member: Member, _ sight: Sight) throws {
        if sight.term < member.seen.term {
            throw Breach(.progress, "\(member.id) goes back from term \(member.seen.term) to \(sight.term)")
        }
        if sight.commitIndex < member.seen.commitIndex {
            throw Breach(
                .progress,
                "\(member.id) goes back from commit index \(member.seen.commitIndex) to "
                    + "\(sight.commitIndex)")
        }
        if sight.lastApplied != member.seen.lastApplied {
            throw Breach(
                .progress,
                "\(member.id) has applied \(sight.lastApplied), and was to apply \(member.seen.lastApplied)")
        }
    }

    private func checkLog(_ update: StorageUpdate, of member: Member, _ sight: Sight) throws {
        guard case .suffix(let start, let new) = update.log, let run = member.run else { return }
        if start <= sight.lastApplied {
            throw Breach(
                .stateMachineSafety,
                "\(member.id) replaces entry \(start), and has applied \(sight.lastApplied)")
        }
        if sight.leads != nil, member.seen.leads == sight.leads, start <= member.stored.lastIndex {
            throw Breach(.leaderAppendOnly, "\(member.id) replaces entry \(start) of its log")
        }
        // What a lone voter appends in the turn that elects it nobody sees before its term is stored, and a crash
        // may take both.
        if update.hardState != nil, sight.leads != nil { return }
        var previous = run.replica.raft.log.term(at: start - 1) ?? 0
        for (offset, entry) in new.enumerated() {
            try entries.stands(entry, at: start + offset, after: previous, in: member.index)
            previous = entry.term
        }
    }

    private func checkLead(_ member: Member, _ sight: Sight) throws {
        guard let term = sight.leads, member.seen.leads != term else { return }
        try elections.leads(member.index, term: term)
        // By log matching, who has the last of them has them all.
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
        _ committed: Range<Index>, of member: Member, _ raft: Raft, _ sight: Sight
    ) throws {
        guard !committed.isEmpty else { return }
        let last = committed.upperBound - 1
        guard committed.lowerBound == member.seen.lastApplied + 1, last <= raft.log.lastIndex else {
            throw Breach(
                .stateMachineSafety,
                "\(member.id) hands out \(committed) after \(member.seen.lastApplied)")
        }
        // What one has learnt as a follower, in the turn that elects it, it has not counted.
        if let term = sight.leads, member.ledBefore == term, raft.log.term(at: last) != term {
            // On a majority it may be, and yet be overwritten (Figure 8).
            throw Breach(
                .leaderCompleteness, "\(member.id) commits entry \(last) of an earlier term by counting")
        }
        for index in committed
        where try committedHistory.isNews(raft.log[index], at: index, to: member.index) {
            try checkNewlyCommitted(index, by: member, raft, sight)
        }
        guard last == committedHistory.lastIndex else { return }
        for other in members where other.seen.leads ?? 0 > sight.term && other.isAlive {
            try checkHolds(LogPosition(index: last, term: committedHistory[last].entry.term), other)
        }
    }

    // MARK: - What it has become

    /// Checks what a member has on its disk after a store.
    func checkDisk(_ member: Member) throws {
        let stored = member.stored.hardState
        if let votedFor = stored.votedFor {
            try elections.votes(member.index, for: votedFor, term: stored.term)
        }
        if stored.term < member.storedTerm {
            throw Breach(.progress, "\(member.id) stores term \(stored.term) over \(member.storedTerm)")
        }
        member.storedTerm = stored.term
        noteLostLog(member)
    }

    /// Checks what a store has led to, before anybody hears of it.
    ///
    /// - Parameter raft: the member as it is, or as it was before a snapshot took the place of its log.
    func check(
        _ effects: ReplicaEffects, of member: Member, _ raft: Raft, _ update: StorageUpdate
    ) throws {
        try check(effects.events, of: member)
        guard let sight = member.run?.look() else { return }
        try checkCommitted(effects.applied, of: member, raft, sight)
        try checkApplied(effects.applied, update, member)
    }

    /// Checks what a member has applied, or taken over as a snapshot, against what is true.
    private func checkApplied(
        _ applied: Range<Index>, _ update: StorageUpdate, _ member: Member
    ) throws {
        guard let run = member.run else { return }
        let due = applied.last ?? member.seen.lastApplied
        member.seen.lastApplied = run.look().lastApplied
        if let piece = update.snapshotPieces.last, piece.isLast, piece.position.index > due,
            piece.position.index == member.seen.lastApplied
        {
            return try checkSnapshot(member)
        }
        guard member.seen.lastApplied == due else {
            throw Breach(
                .progress, "\(member.id) has applied \(member.seen.lastApplied) where \(due) was due")
        }
        // The last entries suffice: an older one's effect may be written over, and shows in these if not.
        let last = applied.suffix(8)
        guard !last.isEmpty else { return }
        try checkStore(
            member, at: due, keys: last.compactMap { committedHistory[$0].operation.map { ledger[$0].key } },
            last)
    }

    /// Checks what a member holds where it begins from a snapshot.
    func checkSnapshot(_ member: Member) throws {
        guard let index = member.run?.look().lastApplied, index > 0 else { return }
        guard index <= committedHistory.lastIndex else {
            throw Breach(.stateMachineSafety, "\(member.id) begins from entry \(index), which nobody has")
        }
        try checkStore(
            member, at: index, keys: Array(0..<scenario.keys), max(index - 199, 1)..<(index + 1))
    }

    /// Checks what a member holds in `keys` once the entry at `index` is applied, and what it remembers of those at
    /// `slots`.
    private func checkStore(
        _ member: Member, at index: Index, keys: [Int], _ slots: Range<Index>
    ) throws {
        try checkMembership(of: member, at: index)
        guard let run = member.run else { return }
        for key in keys {
            let held = run.replica.store[JSONValue(canonical: String(key))].flatMap { Int($0.text) }
            let value = committedHistory.version(of: key, at: index).value
            if held != value {
                throw Breach(
                    .stateMachineSafety,
                    "\(member.id) holds \(held ?? -1) in key \(key) after entry \(index), not \(value ?? -1)")
            }
        }
        for slot in slots {
            guard let operation = committedHistory[slot].operation, let effect = ledger[operation].effect
            else {
                continue
            }
            let outcome = run.replica.store.outcome(of: effect.id)
            if outcome != effect.outcome {
                throw Breach(
                    .atMostOnce,
                    "\(member.id) remembers of request \(operation) of entry \(slot) "
                        + "\(outcome?.rawValue ?? "nothing"), not \(effect.outcome)")
            }
        }
    }

    /// Checks a member at the end of its turn.
    func checkState(_ member: Member) throws {
        guard let run = member.run else { return }
        let sight = run.look()
        try checkProgress(member, sight)
        try checkLead(member, sight)
        try checkOut(member, sight)
        member.seen = sight
        if let violation = run.violatedInvariant() {
            throw Breach(.invariant, "\(member.id): \(violation)")
        }
    }
}
