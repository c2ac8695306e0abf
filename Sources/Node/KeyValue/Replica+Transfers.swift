import Consensus

/// Requests to move the lead (dissertation, 3.10). The member that was asked tells its leader, again where
/// that may be lost, and answers when it sees the target lead.
extension Replica {
    struct PendingTransfer: Sendable {
        var client: String
        var messageID: Int?
        var target: NodeID
        var deadline: Microseconds
        var retryAt: Microseconds
    }

    var transferDeadline: Microseconds? {
        transfers.lazy.map { min($0.deadline, $0.retryAt) }.min()
    }

    /// Takes a client's request to make `target` the leader.
    package mutating func transferLeadership(
        to target: NodeID, client: String, messageID: Int?, now: Microseconds
    ) {
        self.now = max(self.now, now)
        guard raft.membership.contains(target) else {
            let voters = raft.membership.voters.joined(separator: ", ")
            let text = "target must be a voter, one of \(voters); \(target) is none"
            return reply(to: client, messageID, .error(.malformedRequest, text))
        }
        let deadline = self.now + 2 * raft.timing.electionTimeout
        transfers.append(
            PendingTransfer(
                client: client, messageID: messageID, target: target, deadline: deadline, retryAt: self.now))
        continueTransfers()
    }

    /// Answers those whose target leads, and those that have waited long enough, and asks for the others.
    mutating func continueTransfers() {
        guard !transfers.isEmpty else { return }
        for transfer in transfers where transfer.target == raft.leader {
            reply(to: transfer.client, transfer.messageID, .transferLeadershipOK(leader: transfer.target))
        }
        let (leader, now) = (raft.leader, now)
        transfers.removeAll { $0.target == leader }
        endTransfers { $0.deadline <= now }
        for slot in transfers.indices where transfers[slot].retryAt <= now {
            transfers[slot].retryAt = now + raft.timing.heartbeatInterval
            ask(for: transfers[slot].target)
        }
    }

    mutating func endTransfers(where isOver: (PendingTransfer) -> Bool) {
        for transfer in transfers where isOver(transfer) {
            let text = "\(transfer.target) does not lead yet; it may still come to"
            reply(to: transfer.client, transfer.messageID, .error(.abort, text))
        }
        transfers.removeAll(where: isOver)
    }

    private mutating func ask(for target: NodeID) {
        guard let leader = raft.leader else { return }
        if leader == raft.id {
            if !raft.isTransferring { _ = raft.transferLeadership(to: target) }
        } else {
            let request = TransferRequest(term: raft.currentTerm, target: target)
            outgoing.append(PeerEnvelope(to: leader, .transfer(request)))
        }
    }

    /// A copy from an earlier term may be of any age.
    mutating func receive(_ request: TransferRequest) {
        guard request.term == raft.currentTerm, !raft.isTransferring else { return }
        _ = raft.transferLeadership(to: request.target)
    }
}
