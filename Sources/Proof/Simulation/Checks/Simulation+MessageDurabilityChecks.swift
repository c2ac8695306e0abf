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
        case .requestVote(let request) where request.preVote: return
        case .requestVote(let request):
            if stored.term == request.term, stored.votedFor != member.id {
                throw Breach(.durability, "\(member.id) asks for votes before it has stored its own")
            }
        case .requestVoteReply(let reply) where reply.voteGranted && !reply.preVote:
            if stored.term == reply.term, stored.votedFor != members[to].id {
                throw Breach(.durability, "\(member.id) grants a vote that it has not stored")
            }
            try elections.votes(member.index, for: members[to].id, term: reply.term)
        case .appendEntries(let request):
            try elections.leads(member.index, term: request.term)
            if !scenario.isInMemory, request.leaderDurable ?? 0 > member.stored.lastIndex {
                throw Breach(.durability, "\(member.id) tells that it has stored what it has not")
            }
        case .appendEntriesReply(let reply) where reply.success && reply.term == stored.term:
            try checkAcknowledged(message.inReplyTo, from: member, to: to)
        case .requestVoteReply, .appendEntriesReply, .installSnapshot, .installSnapshotReply, .timeoutNow,
            .readIndex, .readIndexReply:
            break
        }
        if message.term > stored.term {
            throw Breach(
                .durability, "\(member.id) speaks of term \(message.term), and has stored \(stored.term)")
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

    private func checkAcknowledged(_ request: MessageID?, from member: Member, to: Int) throws {
        guard let append = member.appends.last(where: { $0.number == request && $0.from == to }) else {
            throw Breach(.durability, "\(member.id) acknowledges what n\(to) did not send")
        }
        if append.lastIndex > member.stored.lastIndex {
            throw Breach(
                .durability,
                "\(member.id) acknowledges entry \(append.lastIndex), and has stored "
                    + "\(member.stored.lastIndex)")
        }
    }
}
