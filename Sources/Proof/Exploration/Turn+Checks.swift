import Consensus
import KeyValue
import Simulation

/// What is checked in a turn.
extension Turn {
    /// What is handed out, before any of it is done.
    mutating func check(_ ready: Ready<PeerEnvelope>) throws {
        noteCommits()
        let name = "n\(member.index)"
        let stored = member.disk.hardState
        if let state = ready.storage.hardState, state.term < stored.term {
            throw Breach(.progress, "\(name) goes back from term \(stored.term) to \(state.term)")
        }
        if let state = ready.storage.hardState, state.term == stored.term, let vote = stored.votedFor,
            state.votedFor != vote, !scope.checksHarmOnly
        {
            throw Breach(
                .oneVote,
                "\(name) has voted for \(vote) in term \(state.term), and now for \(state.votedFor ?? "nobody")"
            )
        }
        if case .suffix(let start, _) = ready.storage.log, start <= member.raft.lastApplied {
            throw Breach(
                .stateMachineSafety,
                "\(name) replaces entry \(start), and has applied \(member.raft.lastApplied)")
        }
        for event in ready.events {
            guard case .becameLeader(_, let votes) = event, !scope.checksHarmOnly,
                scope.forbidsLeaders || !Simulation.isQuorum(of: member.raft.membership, votes.contains)
            else { continue }
            throw Breach(
                .electionSafety, "\(name) leads with the votes of \(votes.joined(separator: " ")) alone")
        }
    }

    /// What must hold once the turn is over.
    func checkRest() throws {
        guard !scope.checksHarmOnly else { return }
        var monitor = InvariantMonitor()
        _ = monitor.violation(of: before.raft)
        if let violation = monitor.violation(of: member.raft) {
            throw Breach(.invariant, "n\(member.index): \(violation)")
        }
        if case .replica(let replica) = member.machine { try checkStore(replica) }
        let (log, stored) = (member.raft.log, member.disk.startingLog)
        let isStored =
            log.lastIndex == stored.lastIndex && log.lastTerm == stored.lastTerm
            && member.raft.hardState == member.disk.hardState
        if !isStored { throw Breach(.durability, "n\(member.index) ends its turn with something not stored") }
    }

    /// Nobody is told that something will not happen which stands in the member's own log.
    func checkDenials() throws {
        let log = member.raft.log
        for reply in news.replies {
            guard case .error(.temporarilyUnavailable, _) = reply.body, let number = reply.inReplyTo else {
                continue
            }
            for index in stride(from: log.firstIndex, through: log.lastIndex, by: 1)
            where StoreOperation.number(of: log[index]) == number {
                throw Breach(
                    .honesty,
                    "n\(member.index) answers operation \(number) with error 11, and holds it in entry \(index)"
                )
            }
        }
    }

    /// The store holds what follows from the log, each request carried out once.
    private func checkStore(_ replica: Replica) throws {
        if let fault = replica.violatedInvariant() { throw Breach(.invariant, "n\(member.index): \(fault)") }
        let log = replica.raft.log
        let entries = (log.firstIndex..<replica.lastApplied + 1).map { log[$0] }
        let expected = Contents(after: entries, scope.operations)
        for key in StoreOperation.Key.allCases {
            let found = replica.store[key.json]?.text
            guard found != expected[key]?.text else { continue }
            throw Breach(
                .atMostOnce,
                "n\(member.index) holds \(found ?? "nothing") of \(key) once \(replica.lastApplied) entries are "
                    + "applied, which leave \(expected[key]?.text ?? "nothing")")
        }
    }
}
