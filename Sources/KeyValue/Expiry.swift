import Raft

/// Requests that wait in vain, and the end of a member.
extension Replica {
    mutating func expire() {
        let overdue = owed.takeOverdue(at: now, interval: raft.timing.retryInterval)
        inbox += overdue.map { .write($0) }
        let expired = owed.takeExpired(at: now)
        for (owed, waiter) in expired {
            reply(to: owed.request.id.client, waiter.messageID, Self.timedOut(hasLeft: mayHappen(owed)))
        }
        let time = now
        if !expired.isEmpty || inboxExpiry ?? .max <= time { expireInbox { $0.deadline <= time } }
        while let batch = reads.first, let deadline = batch.reads.first?.deadline, deadline <= now {
            reads.removeFirst()
            raft.forgetReads(below: batch.id + 1)
            for read in batch.reads {
                reply(to: read.client, read.messageID, Self.timedOut(hasLeft: true))
            }
        }
    }

    private mutating func expireInbox(_ isOver: (OwedRead) -> Bool) {
        var kept: [Waiting] = []
        for waiting in inbox {
            switch waiting {
            case .read(let read) where isOver(read):
                reply(to: read.client, read.messageID, Self.timedOut(hasLeft: false))
            case .write(let id) where owed.request(id) == nil: break
            case .read, .write: kept.append(waiting)
            }
        }
        inbox = kept
    }

    /// Whether the write may yet happen: it left this member, or a copy that reached another stands in this
    /// member's log.
    private func mayHappen(_ owed: OwedWrites.Owed) -> Bool {
        owed.hasLeft || isInLog(owed.request)
    }

    func isInLog(_ request: Request) -> Bool {
        let first = max(raft.commitIndex + 1, raft.log.firstIndex)
        return (first..<(raft.log.lastIndex + 1)).contains { index in
            guard case .command(let command) = raft.log[index].payload else { return false }
            return Request(command)?.id == request.id
        }
    }

    private static func timedOut(hasLeft: Bool) -> ClientReply.Body {
        hasLeft
            ? .error(.timeout, "no answer from the cluster in time; a write may yet happen")
            : .error(.temporarilyUnavailable, "no leader is known; this will not happen")
    }

    // MARK: - Ending

    /// Answers all that is owed: nothing more will be heard.
    package mutating func endOfInput() {
        for (owed, waiter) in owed.takeExpired(at: .max) {
            reply(to: owed.request.id.client, waiter.messageID, Self.timedOut(hasLeft: mayHappen(owed)))
        }
        expireInbox { _ in true }
        for read in reads.flatMap(\.reads) {
            reply(to: read.client, read.messageID, Self.timedOut(hasLeft: true))
        }
        reads = []
        raft.forgetReads(below: nextReadID)
        endTransfers { _ in true }
    }

    /// Begins to end: hands over if this member leads, and stands no more. It still answers requests.
    package mutating func retire(now: Microseconds) {
        self.now = max(self.now, now)
        isRetiring = true
        raft.retire()
        handOver()
    }

    /// Begins a transfer, again where one has failed.
    mutating func handOver() {
        if !raft.isTransferring, let target = raft.transferTarget { _ = raft.transferLeadership(to: target) }
    }

    /// Whether a retiring member may end without anybody missing it: it owes nothing, and does not lead, or
    /// has nobody to hand over to.
    package var mayEnd: Bool {
        owed.isEmpty && inbox.isEmpty && reads.isEmpty && transfers.isEmpty && replies.isEmpty
            && (!raft.isLeader || raft.transferTarget == nil)
    }
}
