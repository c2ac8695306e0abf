import Consensus
import KeyValue

/// What is checked of quorums, and of those who are in them.
extension Simulation {
    /// Counted anew, for what the members count by is what is to be checked.
    package static func isQuorum(of membership: Membership, _ agrees: (NodeID) -> Bool) -> Bool {
        [membership.incoming, membership.outgoing].allSatisfy { set in
            set.isEmpty || 2 * set.count(where: agrees) > set.count
        }
    }

    /// An entry that is newly committed is on the disks of a quorum, of the membership that was in force with it
    /// or of a later one.
    func checkStored(_ entry: Entry, at index: Index, by member: Member, _ raft: Raft) throws {
        let candidates = [raft.membership(at: index), raft.membership]
        let isHeld = candidates.contains { membership in
            Self.isQuorum(of: membership) {
                holds(members[Member.index(of: $0)], entry, at: index)
            }
        }
        if isHeld { return }
        let holders = members.filter { holds($0, entry, at: index) }.map(\.id)
        throw Breach(
            .durability,
            "\(member.id) takes entry \(index) of term \(entry.term) for committed, which only \(holders) "
                + "have stored; the voters are \(raft.membership.words)")
    }

    private func holds(_ member: Member, _ entry: Entry, at index: Index) -> Bool {
        (countsLostDisk(of: member) ?? member.stored).holds(index, term: entry.term)
            || scenario.isInMemory && member.run?.holds(index, term: entry.term) == true
    }

    /// A leader has the votes of a quorum of the membership that it goes by.
    func checkVotes(_ votes: [NodeID], of member: Member) throws {
        guard let run = member.run, !Self.isQuorum(of: run.electingMembership, votes.contains) else { return }
        throw Breach(
            .electionSafety,
            "\(member.id) leads with the votes of \(votes); the voters are \(run.membership.words)")
    }

    /// A leader changes the membership once it has committed in its term, and the change before is committed.
    func checkChange(in update: StorageUpdate, of member: Member, _ sight: Sight) throws {
        guard let term = sight.leads, case .suffix(let start, let new) = update.log, let run = member.run
        else {
            return
        }
        for (offset, entry) in new.enumerated() {
            guard case .membership(let membership) = entry.payload, entry.term == term else { continue }
            guard run.replica.raft.log.term(at: sight.commitIndex) == term else {
                throw Breach(
                    .oneChange, "\(member.id) makes \(membership.words) before it has committed in its term")
            }
            for earlier in stride(from: sight.commitIndex + 1, to: start + offset, by: 1) {
                guard case .membership(let other) = run.replica.raft.log[earlier].payload else { continue }
                throw Breach(
                    .oneChange,
                    "\(member.id) makes \(membership.words) while \(other.words) is not committed")
            }
        }
    }

    /// A leader that is out leads no longer than until that is committed.
    func checkOut(_ member: Member, _ sight: Sight) throws {
        guard sight.leads != nil, let run = member.run else { return }
        let present = run.membership
        if present.contains(member.id) || present != run.membership(at: sight.commitIndex) { return }
        throw Breach(.oneChange, "\(member.id) leads on, and the voters are \(present.words)")
    }

    /// A member goes by the membership that is true, as far as it knows what is committed.
    func checkMembership(of member: Member, at index: Index) throws {
        guard let run = member.run, index <= committedHistory.lastIndex else { return }
        let (held, right) = (run.membership(at: index), changes.membership(at: index))
        if held != right {
            throw Breach(
                .stateMachineSafety,
                "\(member.id) takes \(held.words) for the voters at entry \(index), not \(right.words)")
        }
    }
}
