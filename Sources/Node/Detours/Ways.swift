import Consensus

/// The ways that follow from the lists.
extension Detours {
    /// Stands for this member where places of others are meant.
    private var here: Int { others.count }

    /// Whether what `from` says itself arrives at `to`, as `to` says, or said last.
    private func hears(_ to: Int, _ from: Int) -> Bool {
        to == here ? !neighbors[from].isMissed : !neighbors[to].missed.contains(from)
    }

    mutating func findWays() {
        areWaysStale = false
        routes = [:]
        unreached = []
        isConnected = others.map { _ in true }
        if neighbors.contains(where: { $0.isMissed || !$0.missed.isEmpty }) {
            findWhoseWordsArrive()
            findRoutes()
        }
        findWhatToPassOn()
    }

    /// Goes from this member to those that it hears, from there to those that these hear, and so on. The list of
    /// anybody else may have changed since: what it says counts for nothing.
    private mutating func findWhoseWordsArrive() {
        isConnected = others.map { _ in false }
        var open = [here]
        while let to = open.popLast() {
            for from in others.indices where !isConnected[from] && from != to && hears(to, from) {
                isConnected[from] = true
                open.append(from)
            }
        }
    }

    /// Goes from this member to those that hear it, from there to those that hear these, and so on.
    private mutating func findRoutes() {
        var ways: [[NodeID]?] = others.map { _ in nil }
        var reached = [here]
        var next = 0
        while next < reached.count {
            let from = reached[next]
            next += 1
            let way = from == here ? [] : ways[from] ?? []
            for to in others.indices where ways[to] == nil && isConnected[to] && hears(to, from) {
                ways[to] = way + [others[to]]
                reached.append(to)
                if from != here { routes[others[to]] = ways[to] }
            }
        }
        for slot in others.indices where ways[slot] == nil { unreached.insert(others[slot]) }
    }

    /// A member that hears whose list it is has it from there, unless that link has just failed unnoticed: so each
    /// list is passed on once at least, and on to those that may lack it several times.
    private mutating func findWhatToPassOn() {
        for to in others.indices {
            let before = passing[to].count
            passing[to] = others.indices.filter { of in
                triesLeft[to, of] > 0 && neighbors[of].number > 0 && of != to
                    && (mayLack(to, of) || triesLeft[to, of] == Self.tries)
                    && isToPassOn(of, to: to)
            }
            if passing[to].count > before { neighbors[to].wait = 0 }
        }
    }

    func mayLack(_ to: Int, _ of: Int) -> Bool {
        neighbors[to].isMissed || !isConnected[to] || !hears(to, of)
    }

    /// Of those that hear the one and are heard by the other the two with the lowest ids suffice. Only of those that
    /// this member hears itself it knows for certain whom they hear.
    private func isToPassOn(_ of: Int, to: Int) -> Bool {
        guard !neighbors[to].isMissed else { return true }
        var better = 0
        for slot in others.indices where others[slot] < id && slot != of && slot != to {
            if !neighbors[slot].isMissed, hears(slot, of), hears(to, slot) { better += 1 }
            if better == 2 { return false }
        }
        return true
    }
}
