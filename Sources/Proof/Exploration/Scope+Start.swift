import Consensus
import Simulation

extension Scope {
    /// The members at the start, and what they have promised by then.
    func start() -> (members: [Member], promises: Promises) {
        var members = (0..<members).map { Member($0, disks[$0], in: self) }
        var promises = Promises()
        guard let leader else { return (members, promises) }
        // It is elected, and everything arrives in the order in which it left.
        var inputs = [Action(member: leader, input: .deadline(.electionTimeout))]
        var count = 0
        while count < inputs.count {
            let action = inputs[count]
            let turn = Turn(of: members[action.member], action, in: self)
            members[action.member] = turn.member
            let others = members.filter { $0.index != action.member }
            precondition(
                turn.breach == nil
                    && (try? promises.take(turn.news, of: turn.member, others: others, in: self)) != nil,
                "an election that nothing disturbs breaks nothing")
            inputs += turn.sent.map { Action(member: $0.to, input: .message($0)) }
            count += 1
        }
        return (members, promises)
    }
}
