import Raft

/// Requests that wait in vain, and the end of a member.
extension Replica {
    mutating func expire() {
        let overdue = owed.takeOverdue(at: now, interval: raft.timing.retryInterval)
        inbox += overdue.map { .write($0) }
        let expired = owed.takeExpired(at: now)
        giveUp(expired)
        let time = now
        let areReadsDue = nextReadExpiry ?? .max <= time
        if areReadsDue || !expired.isEmpty { expireInbox { $0.deadline <= time } }
        if areReadsDue { expireReads() }
    }

    /// The rest of a batch goes on waiting: those that came later have time left.
    private mutating func expireReads() {
        let time = now
        for place in reads.indices {
            for read in reads[place].reads where read.deadline <= time {
                reply(to: read.client, read.messageID, Self.timedOut(hasLeft: true))
            }
            reads[place].reads.removeAll { $0.deadline <= time }
        }
        reads.removeAll(where: \.reads.isEmpty)
        raft.forgetReads(below: reads.first?.id ?? nextReadID)
        let waiting = inbox.compactMap { if case .read(let read) = $0 { read } else { nil } }
        nextReadExpiry = (waiting + reads.flatMap(\.reads)).map(\.deadline).min()
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

    /// A write may yet happen if it left this member, or a copy that reached another stands in this member's log.
    private mutating func giveUp(_ expired: [(owed: OwedWrites.Owed, waiter: OwedWrites.Waiter)]) {
        let inLog = expired.allSatisfy(\.owed.hasLeft) ? [] : requestsInLog.union(inherited)
        for (owed, waiter) in expired {
            let mayHappen = owed.hasLeft || inLog.contains(owed.request.id)
            reply(to: owed.request.id.client, waiter.messageID, Self.timedOut(hasLeft: mayHappen))
        }
    }

    /// Those that this member will put into its log if it comes to lead.
    private var inherited: Set<RequestID> {
        Set(inheritance.flatMap { forward, _ in forward.commands.compactMap { Request($0)?.id } })
    }

    /// Those that stand in this member's log and are not applied, committed or not; also the change whose second
    /// half is still to come.
    var requestsInLog: Set<RequestID> {
        let first = max(lastApplied + 1, raft.log.firstIndex)
        var requests = Set<RequestID>(
            (first..<(raft.log.lastIndex + 1)).compactMap { index in
                switch raft.log[index].payload {
                case .noOp: nil
                case .command(let command): Request(command)?.id
                case .membership(let membership): RequestID(words: membership.change)
                }
            })
        if raft.membership.isJoint, let change = RequestID(words: raft.membership.change) {
            requests.insert(change)
        }
        return requests
    }

    private static func timedOut(hasLeft: Bool) -> ClientReply.Body {
        hasLeft
            ? .error(.timeout, "no answer from the cluster in time; a write may yet happen")
            : .error(.temporarilyUnavailable, "no leader is known; this will not happen")
    }

    // MARK: - Ending

    /// Answers all that is owed: nothing more will be heard.
    package mutating func endOfInput() {
        giveUp(owed.takeExpired(at: .max))
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
