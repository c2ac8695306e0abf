import Consensus
import Simulation

/// A search in breadth through every state that a scope allows. The first violation that it finds is one of those with
/// the fewest steps.
///
/// A state takes some 40 bytes (see `StateTable`). Two states are compared by their numbers; only members, of which there
/// are far fewer, are compared by fingerprints, of 128 bits.
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

    package init(_ scope: Scope) {
        self.scope = scope
    }

    /// Visits states until all are, or a violation is found, or `goesOn`, asked now and then, says no.
    package func run(goesOn: (Result) -> Bool = { _ in true }) -> Result {
        var cluster = Cluster(scope)
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
        while !level.isEmpty {
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
                    let way = Self.way(to: number, states, &cluster)
                    result.violation = Violation(actions: way + [action], breach: breach)
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
}
