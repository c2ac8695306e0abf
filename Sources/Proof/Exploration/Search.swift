import Consensus
import Simulation

/// A search in breadth through every state that a scope allows. The first violation that it finds is one of those with
/// the fewest steps.
///
/// A state takes some 40 bytes (see `StateTable`). Two states are compared by their numbers; only members, of which
/// there are far fewer, are compared by fingerprints, of 128 bits.
package struct Search {
    package struct Result: Sendable {
        package var states = 0
        /// Actions that were tried, each in one state.
        package var transitions = 0
        package var depth = 0
        /// Turns that the code took; every other transition repeats one of them beside other members and messages.
        package var turns = 0
        /// Different members at rest.
        package var members = 0
        /// Whether every state was visited.
        package var isExhausted = false
        package var violation: Violation?
    }

    package struct Violation: Sendable {
        package var actions: [Action]
        package var breach: Breach
    }

    private let scope: Scope
    private let answersAtOnce: Bool
    private let depth: Int

    /// - Parameters:
    ///   - answersAtOnce: whether to leave out states that others contain; see `Cluster.answerWhatChangesNothing`.
    ///   - depth: how many steps a schedule may have.
    package init(_ scope: Scope, answersAtOnce: Bool = true, depth: Int = .max) {
        self.scope = scope
        self.answersAtOnce = answersAtOnce
        self.depth = depth
    }

    /// Visits states until all are, or a violation is found, or `goesOn`, asked now and then, says no.
    package func run(goesOn: (Result) -> Bool = { _ in true }) -> Result {
        var cluster = Cluster(scope, answersAtOnce: answersAtOnce)
        var states = StateTable(width: cluster.width)
        var result = Result()
        func tally() -> Result {
            result.states = states.count
            result.transitions = cluster.transitions
            result.turns = cluster.tables.turns.count - 1
            result.members = cluster.tables.members.count
            return result
        }
        states.insert(cluster.start(), parent: 0)
        var level = 0..<1
        while !level.isEmpty, result.depth < depth {
            for number in level {
                var violation: (Action, Breach)?
                cluster.expand(states[number]) { cluster, move, breach in
                    if let breach {
                        violation = (cluster.action(move), breach)
                        return false
                    }
                    states.insert(cluster.next, parent: number)
                    return true
                }
                if let (action, breach) = violation {
                    let way = Self.way(to: number, states, &cluster) + [action]
                    result.violation = Violation(actions: withAnswers(way), breach: breach)
                    return tally()
                }
                if states.isFull || number & 0xfff == 0 && !goesOn(tally()) { return tally() }
            }
            level = level.upperBound..<states.count
            if !level.isEmpty { result.depth += 1 }
        }
        result.isExhausted = true
        return tally()
    }

    /// Looks for a violation with fewer steps than `violation`, without leaving out any state.
    ///
    /// - Returns: the one with the fewest, and whether that was shown before `goesOn` said no.
    package static func fewest(
        _ violation: Violation, in scope: Scope, goesOn: (Result) -> Bool = { _ in true }
    ) -> (violation: Violation, isCertain: Bool) {
        let search = Search(scope, answersAtOnce: false, depth: violation.actions.count - 1)
        let result = search.run(goesOn: goesOn)
        return (result.violation ?? violation, result.violation != nil || result.isExhausted)
    }

    /// The actions that lead to state `number`, each found again among all that can happen in the state before.
    private static func way(to number: Int, _ states: StateTable, _ cluster: inout Cluster) -> [Action] {
        var actions: [Action] = []
        var number = number
        while number != 0 {
            let parent = states.parent(of: number)
            let goal = states[number]
            cluster.expand(states[parent]) { cluster, move, breach in
                guard breach == nil, cluster.next == goal else { return true }
                actions.append(cluster.action(move))
                return false
            }
            number = parent
        }
        return actions.reversed()
    }

    /// `way` with those of the answers given at once between its steps without which a later step could not be.
    func withAnswers(_ way: [Action]) -> [Action] {
        guard answersAtOnce else { return way }
        var (members, _, sent) = scope.start()
        var steps: [(action: Action, isAnswer: Bool)] = []
        // The step in which each message left first; before all of them, where it was on its way at the start.
        var origins = Dictionary(uniqueKeysWithValues: sent.map { ($0, -1) })
        func take(_ action: Action, _ turn: Turn, isAnswer: Bool) {
            for packet in turn.sent where origins[packet] == nil {
                origins[packet] = steps.count
                sent.append(packet)
            }
            steps.append((action, isAnswer))
        }
        func answerAll() {
            var position = 0
            while position < sent.count {
                let packet = sent[position]
                let action = Action(member: packet.to, input: .message(packet))
                let turn = Turn(of: members[packet.to], action, in: scope)
                position += 1
                guard turn.changesNothing, turn.sent.contains(where: { origins[$0] == nil }) else { continue }
                take(action, turn, isAnswer: true)
            }
        }
        for action in way {
            let turn = Turn(of: members[action.member], action, in: scope)
            members[action.member] = turn.member
            take(action, turn, isAnswer: false)
            // A turn that breaks something ends in its middle.
            if turn.breach == nil { answerAll() }
        }
        var needed: Set<Int> = []
        var kept: [Action] = []
        for (number, step) in steps.enumerated().reversed() where !step.isAnswer || needed.contains(number) {
            kept.append(step.action)
            if case .message(let packet) = step.action.input, let origin = origins[packet] {
                needed.insert(origin)
            }
        }
        return kept.reversed()
    }
}
