import Consensus
import KeyValue

/// What members say, against what they have stored: a crash must not make it untrue.
extension Simulation {
    /// Checks a message on its way out against what the member has stored.
    func checkSent(_ message: PeerMessage, from member: Member, to: Int) throws {
        if case .relay(let relay) = message, relay.source == member.id, let last = relay.route.last {
            return try checkSent(relay.message, from: member, to: Member.index(of: last))
        }
        let stored = member.stored.hardState
        if case .transfer(let request) = message, request.term > stored.term {
            throw Breach(
                .durability,
                "\(member.id) asks for a transfer in term \(request.term), and has stored \(stored.term)")
        }
        guard case .raft(let message) = message else { return }
        switch message.body {
        case .requestVoteReply(let reply) where reply.voteGranted && !reply.preVote:
            try elections.recordVote(by: member.index, for: members[to].id, term: reply.term)
        case .appendEntries(let request): try elections.recordLeader(member.index, term: request.term)
        case .requestVote, .requestVoteReply, .appendEntriesReply, .installSnapshot, .installSnapshotReply,
            .timeoutNow, .readIndex, .readIndexReply:
            break
        }
        let lastIndex = scenario.isInMemory ? .max : member.stored.lastIndex
        try message.checkDurable(from: member.id, to: members[to].id, stored, lastIndex: lastIndex) {
            member.appends.last { $0.number == message.inReplyTo && $0.from == to }?.lastIndex
        }
    }

    func noteAppend(_ message: PeerMessage, from sender: Int, to member: Member) {
        if case .relay(let relay) = message, relay.route.isEmpty {
            return noteAppend(relay.message, from: Member.index(of: relay.source), to: member)
        }
        guard case .raft(let message) = message, case .appendEntries(let request) = message.body,
            let number = message.id
        else { return }
        member.appends.append((sender, number, request.lastIndex))
    }
}

extension RaftMessage {
    /// Checks what this message says, on its way out, against what its sender has stored.
    ///
    /// - Parameters:
    ///   - lastIndex: that of the sender's stored log.
    ///   - appended: the last index of the append that this message answers; nil where the sender received none such.
    package func checkDurable(
        from sender: NodeID, to receiver: NodeID, _ stored: HardState, lastIndex: Index,
        appended: () -> Index?
    ) throws {
        switch body {
        case .requestVote(let request) where request.preVote: return
        case .requestVote(let request):
            if stored.term == request.term, stored.votedFor != sender {
                throw Breach(.durability, "\(sender) asks for votes before it has stored its own")
            }
        case .requestVoteReply(let reply) where reply.voteGranted && !reply.preVote:
            if stored.term == reply.term, stored.votedFor != receiver {
                throw Breach(.durability, "\(sender) grants a vote that it has not stored")
            }
        case .appendEntries(let request):
            if request.leaderDurable ?? 0 > lastIndex {
                throw Breach(.durability, "\(sender) tells that it has stored what it has not")
            }
        case .appendEntriesReply(let reply) where reply.success && reply.term == stored.term:
            guard let index = appended() else {
                throw Breach(.durability, "\(sender) acknowledges what \(receiver) did not send")
            }
            if index > lastIndex {
                throw Breach(
                    .durability, "\(sender) acknowledges entry \(index), and has stored \(lastIndex)")
            }
        case .requestVoteReply, .appendEntriesReply, .installSnapshot, .installSnapshotReply, .timeoutNow,
            .readIndex, .readIndexReply:
            break
        }
        if term > stored.term {
            throw Breach(.durability, "\(sender) speaks of term \(term), and has stored \(stored.term)")
        }
    }
}
