import Consensus
import Simulation

extension Scope {
    /// The start in words.
    var beginning: String {
        guard let leader else { return "All members start" }
        let names = late.map { "n\($0)" }.joined(separator: " and ")
        return "n\(leader) leads, and "
            + (late.isEmpty ? "all hold its log" : "nothing has reached \(names) yet")
    }

    /// The members at the start, what they have promised by then, and what is on its way.
    func start() -> (members: [Member], promises: Promises, sent: [Packet]) {
        var members = (0..<members).map { Member($0, disks[$0], in: self) }
        var promises = Promises(committed: committed > 0 ? Array(disks[0].log[1...committed]) : [])
        var sent: [Packet] = []
        guard let leader else { return (members, promises, sent) }
        // It is elected, and everything arrives in the order in which it left, but for what the late are sent.
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
            for packet in turn.sent {
                if late.contains(packet.to) {
                    if !sent.contains(packet) { sent.append(packet) }
                } else {
                    inputs.append(Action(member: packet.to, input: .message(packet)))
                }
            }
            count += 1
        }
        return (members, promises, sent)
    }
}
