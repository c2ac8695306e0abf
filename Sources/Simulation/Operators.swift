import KeyValue
import Raft

/// Operators change the membership and move the lead while clients work.
extension Simulation {
    func scheduleOperator() {
        queue.add(.operatorActs, at: time + 1 + dice.exponential(mean: scenario.operators.interval))
    }

    func operatorActs() throws {
        guard phase == .faults else { return }
        tally.events += 1
        scheduleOperator()
        let isTransfer = dice.below(100) < scenario.operators.transfers
        let action = isTransfer ? .transfer(to: dice.pick(changes.membership.voters)) : drawChange()
        let number = changes.ask(action, isNumbered: dice.below(100) >= scenario.unnumbered)
        try order(number, to: dice.below(members.count))
        guard changes[number].isNumbered, dice.below(100) < scenario.operators.repeats else { return }
        // Soon, beside the first copy, or late, when another change has been made since.
        let span = dice.below(2) == 0 ? 4 * scenario.latency.mean + 1_000 : 4 * scenario.operators.interval
        queue.add(.operatorRepeats(number: number), at: time + dice.below(span))
    }

    func operatorRepeats(_ number: Int) throws {
        guard phase == .faults else { return }
        tally.events += 1
        try order(number, to: dice.below(members.count))
    }

    /// Some set of voters, as people would want it of the present one.
    private func drawChange() -> ChangeLedger.Action {
        let all = members.map(\.id)
        var voters = changes.membership.incoming
        let others = all.filter { !voters.contains($0) }
        switch dice.below(6) {
        case 0 where !others.isEmpty: voters.append(dice.pick(others))
        case 1 where voters.count > 1: voters.remove(at: dice.below(voters.count))
        case 2 where voters.count > 1:
            let leader = leader()?.id
            voters.removeAll { $0 == leader }
        case 3 where !others.isEmpty: voters = others
        case 4 where !others.isEmpty:
            voters[dice.below(voters.count)] = dice.pick(others)
        default:
            voters = all
            dice.shuffle(&voters)
            voters = Array(voters.prefix(dice.within(1...all.count)))
        }
        return .change(voters.sorted())
    }

    /// Hands a request to a member, without loss or delay.
    private func order(_ number: Int, to target: Int) throws {
        let member = members[target]
        fingerprint.mix(time)
        fingerprint.mix(target << 32 | number)
        guard member.isAlive else { return changes.send(number, to: target, life: -1) }
        changes.send(number, to: target, life: member.life)
        let client = "o\(number)"
        let messageID = changes[number].isNumbered ? number : nil
        switch changes[number].action {
        case .change(let voters):
            let request = ClientRequest(client: client, messageID: messageID, .changeMembership(voters))
            tellFault("is asked as o\(number) to make \(voters.joined(separator: " ")) the voters", member)
            member.inbox.append(.request(request))
        case .transfer(let target):
            tellFault("is asked as o\(number) to have \(target) lead", member)
            member.inbox.append(.transfer(to: target, client: client, messageID: messageID))
        }
        if member.isListening { try turn(member) }
    }

    func hearOperator(_ reply: ClientReply, from member: Member) throws {
        tellFault("answers \(reply.client): \(reply.body)", member)
        fingerprint.mix(time)
        fingerprint.mix(reply.body)
        try changes.answered(reply, by: member.index, life: member.life, elections)
    }

    // MARK: - A core that must serve

    /// Draws members that can serve without the others, whatever membership they have to go by: those that any
    /// of them has in its log, and one that its leader may be about to put there.
    func drawCore() throws -> [Int] {
        var order = Array(members.indices)
        dice.shuffle(&order)
        var core: [Int] = []
        repeat {
            let member = members[order.removeLast()]
            core.append(member.index)
            if !member.isAlive || member.isEnding { try restart(member) }
        } while !isEnough(core)
        return (core + order.prefix(dice.below(order.count + 1))).sorted()
    }

    private func isEnough(_ core: [Int]) -> Bool {
        let known = core.flatMap { members[$0].run?.memberships ?? [] }
        return ([changes.membership] + known).allSatisfy { membership in
            Self.isQuorum(of: membership) { core.contains(Member.index(of: $0)) }
        }
    }

    /// Counted anew, for what the members count by is what is to be checked.
    static func isQuorum(of membership: Membership, _ agrees: (NodeID) -> Bool) -> Bool {
        [membership.incoming, membership.outgoing].allSatisfy { set in
            set.isEmpty || 2 * set.count(where: agrees) > set.count
        }
    }

    // MARK: - Checks

    /// An entry that is newly committed is on the disks of a quorum, of the membership that was in force with it
    /// or of a later one.
    func checkStored(_ entry: Entry, at index: Index, by member: Member) throws {
        guard let run = member.run else { return }
        let candidates = [run.membership(at: index), run.membership]
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
                + "have stored; the voters are \(run.membership.words)")
    }

    private func holds(_ member: Member, _ entry: Entry, at index: Index) -> Bool {
        member.stored.holds(index, term: entry.term)
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
    func checkChange(in ready: Ready, of member: Member, _ sight: Sight) throws {
        guard let term = sight.leads, let start = ready.entriesStart, let run = member.run else { return }
        for (offset, entry) in ready.entries.enumerated() {
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
        guard let run = member.run, index <= truth.lastIndex else { return }
        let (held, right) = (run.membership(at: index), changes.membership(at: index))
        if held != right {
            throw Breach(
                .stateMachineSafety,
                "\(member.id) takes \(held.words) for the voters at entry \(index), not \(right.words)")
        }
    }
}
