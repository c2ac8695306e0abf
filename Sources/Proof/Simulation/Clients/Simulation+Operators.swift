import Consensus
import KeyValue

/// Operators change the membership and transfer leadership while clients work.
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
        try sendOperatorRequest(number, to: dice.below(members.count))
        guard changes[number].isNumbered, dice.below(100) < scenario.operators.repeats else { return }
        // Soon, beside the first copy, or late, after another change.
        let span = dice.below(2) == 0 ? 4 * scenario.latency.mean + 1_000 : 4 * scenario.operators.interval
        queue.add(.operatorRepeats(number: number), at: time + dice.below(span))
    }

    func operatorRepeats(_ number: Int) throws {
        guard phase == .faults else { return }
        tally.events += 1
        let target = dice.below(members.count)
        // Members recognise a copy only among so many requests.
        let settled = changes[number].effect ?? changes[number].refusal ?? committedHistory.lastIndex
        guard committedHistory.lastIndex - settled < scenario.limits.requestsRemembered else { return }
        try sendOperatorRequest(number, to: target)
    }

    /// Draws new voters: one more, one less, without the leader, all others, one replaced, or any set.
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

    /// Delivers a request to a member, without loss or delay.
    func sendOperatorRequest(_ number: Int, to target: Int) throws {
        let member = members[target]
        fingerprint.mix(time)
        fingerprint.mix(target << 32 | number)
        guard member.isAlive else { return }
        changes.send(number, to: target, life: member.life)
        let client = "o\(number)"
        let messageID = changes[number].isNumbered ? number : nil
        let request: OperatorRequest
        switch changes[number].action {
        case .change(let voters):
            recordFault("is asked as o\(number) to make \(voters.joined(separator: " ")) the voters", member)
            request = .changeMembership(voters)
        case .transfer(let target):
            recordFault("is asked as o\(number) to have \(target) lead", member)
            request = .transferLeadership(to: target)
        }
        member.inbox.append(.request(ClientRequest(client: client, messageID: messageID, request)))
        if member.isListening { try turn(member) }
    }

    func handleOperatorAnswer(_ reply: ClientReply, from member: Member) throws {
        let answer = EventTrace.describe(reply.body)
        recordFault("answers \(reply.client): \(answer)", member)
        fingerprint.mix(time)
        fingerprint.mix(answer)
        try changes.answered(reply, by: member.index, life: member.life, elections)
    }
}
