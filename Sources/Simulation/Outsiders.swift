import KeyValue
import Raft

/// Members that the links which are left do not join to a majority: what they are asked will not happen, and they
/// must say so.
struct Outsiders {
    var members: [Int] = []
    /// The requests that they were asked.
    var operations: [Int] = []
}

extension Network {
    /// Cuts links at random, each in its own direction, but for a circle through `core`.
    /// - Returns: `core`, and whoever is joined to it, there and back.
    mutating func thin(around core: [Int], _ dice: inout Dice) -> [Int] {
        let share = dice.pick([30, 50, 70, 85])
        for from in 0..<size {
            for to in 0..<size where from != to && dice.below(100) < share { cut(from: from, to: to) }
        }
        var circle = core
        dice.shuffle(&circle)
        for (place, from) in circle.enumerated() { mend(from: from, to: circle[(place + 1) % circle.count]) }
        let there = reach(from: core[0]) { !drops(from: $0, to: $1) }
        let back = reach(from: core[0]) { !drops(from: $1, to: $0) }
        return there.intersection(back).sorted()
    }

    private func reach(from start: Int, _ isLinked: (Int, Int) -> Bool) -> Set<Int> {
        var reached: Set<Int> = [start]
        var open = [start]
        while let at = open.popLast() {
            for next in 0..<size where next != at && isLinked(at, next) && reached.insert(next).inserted {
                open.append(next)
            }
        }
        return reached
    }
}

extension Simulation {
    /// Asks the outsiders, once they have had time to find out that they are.
    func questionOutsiders() {
        guard !outsiders.members.isEmpty else { return }
        let timeouts = outsiders.members.compactMap { members[$0].run?.timing.electionTimeout }
        lastAskedAt = max(time, demandsBeganAt + 20 * (timeouts.max() ?? 0) + 20 * scenario.latency.mean)
        for place in outsiders.members.indices {
            queue.add(.clientActs(client: clients.count + demands.count + place), at: lastAskedAt)
        }
    }

    func askOutsider(_ place: Int) throws {
        let member = outsiders.members[place]
        let key = dice.below(scenario.keys)
        let operation = ledger.ask(
            client: clients.count + demands.count + place, key: key, .write, isNumbered: true,
            floor: truth.keys[key])
        outsiders.operations.append(operation)
        try send(operation, to: member)
    }

    var areOutsidersAsked: Bool { outsiders.operations.count == outsiders.members.count }

    func checkOutsider(_ operation: Int, _ body: ClientReply.Body, of member: Member) throws {
        guard outsiders.operations.contains(operation) else { return }
        if case .error(.temporarilyUnavailable, _) = body { return }
        throw Breach(.honesty, "\(member.id), which reaches no majority, answers \(body)")
    }
}
