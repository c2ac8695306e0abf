/// The rounds of a member; see `Ready` for their order.
extension Raft: Driven {
    /// What the next `Ready` and `Effects` will contain.
    struct PendingReady: Sendable {
        var hardStateChanged = false
        /// The first index whose entry is not handed out for storing.
        var unstoredFrom: Index?
        var snapshotPieces: [SnapshotPiece] = []
        var replyToken: SnapshotReplyToken?
        var logReset: LogPosition?
        var messages: [Outgoing] = []
        var reads: [ReadyRead] = []
        var failedChanges: [String] = []
        var events: [Event] = []
    }

    /// What waits for a store.
    struct InStore: Sendable {
        var number: Int
        var late: [Outgoing]
        var replyToken: SnapshotReplyToken?
    }

    /// Whether there is anything to be done.
    package var hasReady: Bool {
        pending.hardStateChanged || pending.unstoredFrom != nil || !pending.messages.isEmpty
            || !pending.failedChanges.isEmpty || pending.logReset != nil || !pending.snapshotPieces.isEmpty
            || lastApplied < commitIndex || !pending.reads.isEmpty || !pending.events.isEmpty
            || (isLeader ? hasAppendsToSend : hasReadsToAsk)
    }

    /// What is to be done now.
    package mutating func takeReady() -> Ready<Outgoing> {
        precondition(inStore == nil, "what was handed out before is not stored yet")
        if isLeader { prepareAppends() } else { askForReads() }
        storageUpdates += 1
        let update = StorageUpdate(
            hardState: pending.hardStateChanged ? hardState : nil, log: logUpdate,
            snapshotPieces: pending.snapshotPieces, number: storageUpdates)
        var (early, late): ([Outgoing], [Outgoing]) = ([], [])
        for message in pending.messages {
            if mayLeaveBeforeSync(message) { early.append(message) } else { late.append(message) }
        }
        inStore = InStore(number: update.number, late: late, replyToken: pending.replyToken)
        let ready = Ready(early: early, storage: update, events: pending.events)
        pending = PendingReady(reads: pending.reads, failedChanges: pending.failedChanges)
        return ready
    }

    private var logUpdate: StorageUpdate.LogUpdate {
        if let position = pending.logReset {
            precondition(pending.unstoredFrom == nil, "nothing is appended before the log's reset is stored")
            return .reset(to: position)
        }
        guard let start = pending.unstoredFrom else { return .unchanged }
        return .suffix(from: start, start <= log.lastIndex ? log[start...log.lastIndex] : [])
    }

    /// The first index whose entry changed since it was last handed out for storing; nil where there is none.
    package var unstoredFrom: Index? { pending.unstoredFrom }

    /// A leader's requests carry a term that was durable before it could be elected.
    private func mayLeaveBeforeSync(_ outgoing: Outgoing) -> Bool {
        guard !pending.hardStateChanged else { return false }
        switch outgoing.message.body {
        case .appendEntries, .installSnapshot, .timeoutNow, .readIndex, .readIndexReply: return true
        case .requestVote, .requestVoteReply, .appendEntriesReply, .installSnapshotReply: return false
        }
    }

    /// What `takeReady()` asked to be stored is durable. What that commits is among the effects already.
    package mutating func stored(_ update: StorageUpdate) -> Effects {
        guard let stored = inStore.take(), stored.number == update.number else {
            preconditionFailure("what is handed out is taken back once, when it is stored")
        }
        if case .suffix(let start, let entries) = update.log {
            durableIndex = start - 1 + entries.count
            progressed()
        }
        let effects = Effects(
            late: stored.late, committed: (lastApplied + 1)..<(commitIndex + 1), reads: pending.reads,
            replyToken: stored.replyToken, failedChanges: pending.failedChanges, events: pending.events)
        lastApplied = commitIndex
        pending.reads = []
        pending.failedChanges = []
        pending.events = []
        return effects
    }
}
