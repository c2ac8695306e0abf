import Consensus

/// Requests that wait in vain, and the end of a member.
extension Replica {
    mutating func expire() {
        let overdue = pending.takeOverdue(at: now, interval: raft.timing.retryInterval)
        inbox += overdue.map { .write($0) }
        let expired = pending.takeExpired(at: now)
        giveUp(expired)
        let time = now
        let areReadsDue = nextReadExpiry ?? .max <= time
        if areReadsDue || !expired.isEmpty { expireInbox { $0.deadline <= time } }
        if areReadsDue { expireReads() }
    }

    /// The rest of a batch goes on waiting: those that came later have time left.
    private mutating func expireReads() {
        let time = now
        for slot in reads.indices {
            for read in reads[slot].reads where read.deadline <= time {
                reply(to: read.client, read.messageID, Self.timedOut(hasLeft: true))
            }
            reads[slot].reads.removeAll { $0.deadline <= time }
        }
        reads.removeAll(where: \.reads.isEmpty)
        raft.forgetReads(below: reads.first?.id ?? nextReadID)
        let waiting = inbox.compactMap { if case .read(let read) = $0 { read } else { nil } }
        nextReadExpiry = (waiting + reads.flatMap(\.reads)).map(\.deadline).min()
    }

    private mutating func expireInbox(_ isOver: (ClientRead) -> Bool) {
        var kept: [Waiting] = []
        for waiting in inbox {
            switch waiting {
            case .read(let read) where isOver(read):
                reply(to: read.client, read.messageID, Self.timedOut(hasLeft: false))
            case .write(let id) where pending.request(id) == nil: break
            case .read, .write: kept.append(waiting)
            }
        }
        inbox = kept
    }

    /// A write may yet happen if it left this member, or a copy that reached another stands in this member's log, or
    /// waits here for the time when this member leads.
    private mutating func giveUp(_ expired: [(pending: PendingWrites.Pending, waiter: PendingWrites.Waiter)])
    {
        var heldForLeadership: Set<RequestID> = []
        if !expired.allSatisfy(\.pending.hasLeft) {
            heldForLeadership = self.heldForLeadership
            lookAtLog()
        }
        for (pending, waiter) in expired {
            let id = pending.request.id
            let mayHappen = pending.hasLeft || heldForLeadership.contains(id) || isInLog(id)
            reply(to: id.client, waiter.messageID, Self.timedOut(hasLeft: mayHappen))
        }
    }

    /// Those that this member will put into its log if it comes to lead.
    private var heldForLeadership: Set<RequestID> {
        Set(
            forwardsHeldForLeadership.flatMap { forward, _ in
                forward.commands.compactMap { LoggedRequest($0)?.id }
            })
    }

    private static func timedOut(hasLeft: Bool) -> ClientReply.Body {
        hasLeft
            ? .error(.timeout, "no answer from the cluster in time; a write may yet happen")
            : .error(.temporarilyUnavailable, "no leader is known; this will not happen")
    }

    // MARK: - Ending

    /// Answers all that is owed: nothing more will be heard.
    package mutating func endOfInput() {
        giveUp(pending.takeExpired(at: .max))
        expireInbox { _ in true }
        for read in reads.flatMap(\.reads) {
            reply(to: read.client, read.messageID, Self.timedOut(hasLeft: true))
        }
        reads = []
        raft.forgetReads(below: nextReadID)
        endTransfers { _ in true }
    }

    /// Begins to end: hands over if this member leads, and stands no more. It still answers requests.
    package mutating func beginShutdown(now: Microseconds) {
        self.now = max(self.now, now)
        isShuttingDown = true
        raft.beginShutdown()
        handOver()
    }

    /// Begins a transfer, again where one has failed.
    mutating func handOver() {
        if !raft.isTransferring, let target = raft.preferredTransferTarget {
            _ = raft.transferLeadership(to: target)
        }
    }

    /// Whether a retiring member may end without anybody missing it: it owes nothing, and does not lead, or
    /// has nobody to hand over to.
    package var mayEnd: Bool {
        pending.isEmpty && inbox.isEmpty && reads.isEmpty && transfers.isEmpty && replies.isEmpty
            && (!raft.isLeader || raft.preferredTransferTarget == nil)
    }
}
