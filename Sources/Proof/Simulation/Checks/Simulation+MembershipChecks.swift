import Consensus
import KeyValue

/// Checks on quorums and memberships.
extension Simulation {
    /// Counted anew, for what the members count by is what is to be checked.
    package static func isQuorum(of membership: Membership, _ agrees: (NodeID) -> Bool) -> Bool {
        [membership.incoming, membership.outgoing].allSatisfy { set in
            set.isEmpty || 2 * set.count(where: agrees) > set.count
        }
    }

    /// A newly committed entry must be on the disks of a quorum, of its own membership or of a later one.
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
            "\(member.id) commits entry \(index) of term \(entry.term), which only \(holders) "
                + "have stored; the voters are \(raft.membership.words)")
    }

    private func holds(_ member: Member, _ entry: Entry, at index: Index) -> Bool {
        (countedLostDisk(of: member) ?? member.stored).holds(index, term: entry.term)
            || scenario.isInMemory && member.run?.holds(index, term: entry.term) == true
    }

    /// A leader must have the votes of a quorum of its membership.
    func checkVotes(_ votes: [NodeID], of member: Member) throws {
        guard let run = member.run, !Self.isQuorum(of: run.electingMembership, votes.contains) else { return }
        throw Breach(
            .electionSafety,
            "\(member.id) leads, elected by \(votes); the voters are \(run.membership.words)")
    }

    /// A leader must not change the membership before it has committed in its term and committed the last change.
    func checkChange(in update: StorageUpdate, of member: Member, _ observed: Observation) throws {
        guard let term = observed.leadingTerm, case .suffix(let start, let new) = update.log,
            let run = member.run
        else {
            return
        }
        for (offset, entry) in new.enumerated() {
            guard case .membership(let membership) = entry.payload, entry.term == term else { continue }
            guard run.replica.raft.log.term(at: observed.commitIndex) == term else {
                throw Breach(
                    .oneChange, "\(member.id) changes to \(membership.words) before it commits in its term")
            }
            for earlier in stride(from: observed.commitIndex + 1, to: start + offset, by: 1) {
                guard case .membership(let other) = run.replica.raft.log[earlier].payload else { continue }
                throw Breach(
                    .oneChange,
                    "\(member.id) changes to \(membership.words) before \(other.words) is committed")
            }
        }
    }

    /// A removed leader must step down once its removal is committed (§6).
    func checkRemovedLeader(_ member: Member, _ observed: Observation) throws {
        guard observed.leadingTerm != nil, let run = member.run else { return }
        let present = run.membership
        if present.contains(member.id) || present != run.membership(at: observed.commitIndex) { return }
        throw Breach(.oneChange, "\(member.id) still leads, though the voters are \(present.words)")
    }

    /// A member's membership must be the committed one, as far as it knows.
    func checkMembership(of member: Member, at index: Index) throws {
        guard let run = member.run, index <= committedHistory.lastIndex else { return }
        let (held, right) = (run.membership(at: index), changes.membership(at: index))
        if held != right {
            throw Breach(
                .stateMachineSafety,
                "\(member.id) has the voters \(held.words) at entry \(index), not \(right.words)")
        }
    }
}
