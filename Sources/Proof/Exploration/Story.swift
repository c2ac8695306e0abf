import Consensus
import Simulation
import StoryPage

/// A schedule, step by step, each with what the members have become: taken anew by the real code, without the tables of
/// the search.
package struct Story: Sendable {
    private struct Step: Sendable {
        /// Nil at the start.
        var action: Action?
        var sentence: String
        /// By member, after the step.
        var members: [MemberView]
        /// What left in this step.
        var sent: [Packet] = []
    }

    private let scope: Scope
    private var steps: [Step]
    private let breach: Breach?

    /// - Parameter breach: what the last action breaks.
    package init(_ scope: Scope, _ actions: [Action], endsWith breach: Breach?) {
        self.scope = scope
        self.breach = breach
        var (members, _, sent) = scope.start()
        steps = [Step(sentence: scope.beginning, members: members.map { MemberView($0.raft) }, sent: sent)]
        for action in actions {
            let before = members[action.member].raft
            let turn = Turn(of: members[action.member], action, in: scope)
            members[action.member] = turn.member
            steps.append(
                Step(
                    action: action, sentence: Sentence(action, before, turn, sent, in: scope).text,
                    members: members.map { MemberView($0.raft) }, sent: turn.sent))
            sent += turn.sent
        }
    }

    private var ending: String? { breach.map { "\($0.property.rawValue): \($0.detail)" } }

    /// Numbered lines, each step with the members after it.
    package var text: String {
        var lines: [String] = []
        for (number, step) in steps.enumerated() {
            lines.append("\(number). \(step.sentence).")
            for member in step.members { lines.append("       \(member.id)  \(member.line)") }
        }
        if let ending { lines.append("   => \(ending)") }
        return lines.joined(separator: "\n")
    }

    package var page: StoryPage {
        let last = steps.count - 1
        return StoryPage(
            title: breach.map { "\(scope.name): \($0.property.rawValue) is broken" } ?? scope.name,
            about: scope.about,
            steps: steps.enumerated().map { number, step in
                StoryPage.Step(
                    sentence: step.sentence, actor: step.action?.member, members: step.members,
                    broken: number == last ? ending : nil)
            }, messages: messages)
    }

    private var messages: [StoryPage.Message] {
        var messages: [StoryPage.Message] = []
        var slots: [Packet: Int] = [:]
        for (number, step) in steps.enumerated() {
            if case .message(let packet) = step.action?.input, let slot = slots[packet] {
                messages[slot].arrives.append(number)
            }
            for packet in step.sent where slots[packet] == nil {
                slots[packet] = messages.count
                messages.append(
                    StoryPage.Message(
                        from: packet.from, to: packet.to,
                        label: packet.raft?.body.label ?? "forward",
                        left: number))
            }
        }
        return messages
    }
}
