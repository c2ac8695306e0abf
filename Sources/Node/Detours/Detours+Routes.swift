import Consensus

/// The routes that follow from the lists.
extension Detours {
    /// This member's slot; the others have 0 up to this.
    private var ownSlot: Int { others.count }

    /// Whether messages of `sender` arrive at `receiver` directly, by the latest list of `receiver`.
    private func hears(_ receiver: Int, _ sender: Int) -> Bool {
        receiver == ownSlot ? !neighbors[sender].isMissed : !neighbors[receiver].missed.contains(sender)
    }

    mutating func computeRoutes() {
        areRoutesStale = false
        routes = [:]
        unreached = []
        isConnected = others.map { _ in true }
        if neighbors.contains(where: { $0.isMissed || !$0.missed.isEmpty }) {
            findConnected()
            findRoutes()
        }
        findListsToPassOn()
    }

    /// Searches from this member to those that it hears, from these to those that they hear, and so on. The list of a
    /// member that is not found may be out of date, so it does not count.
    private mutating func findConnected() {
        isConnected = others.map { _ in false }
        var open = [ownSlot]
        while let receiver = open.popLast() {
            for sender in others.indices
            where !isConnected[sender] && sender != receiver && hears(receiver, sender) {
                isConnected[sender] = true
                open.append(sender)
            }
        }
    }

    /// Searches in breadth from this member to those that hear it, from these to those that hear them, and so on.
    private mutating func findRoutes() {
        var found: [[NodeID]?] = others.map { _ in nil }
        var reached = [ownSlot]
        var next = 0
        while next < reached.count {
            let sender = reached[next]
            next += 1
            let route = sender == ownSlot ? [] : found[sender] ?? []
            for receiver in others.indices
            where found[receiver] == nil && isConnected[receiver] && hears(receiver, sender) {
                found[receiver] = route + [others[receiver]]
                reached.append(receiver)
                if sender != ownSlot { routes[others[receiver]] = found[receiver] }
            }
        }
        for slot in others.indices where found[slot] == nil { unreached.insert(others[slot]) }
    }

    /// A member that hears a list's owner has the list from there, unless that link has just failed and nobody has
    /// noticed. So each list is passed on once at least, and to members that may lack it until they confirm it. Those
    /// that cannot confirm it, for nothing of them arrives here, are sent all lists in turn.
    private mutating func findListsToPassOn() {
        for receiver in others.indices {
            let owners = others.indices.filter { owner in
                deliveries[receiver, owner] != .confirmed && neighbors[owner].number > 0 && owner != receiver
                    && (mayLack(receiver, listOf: owner) || deliveries[receiver, owner] == .due)
                    && passesOn(listOf: owner, to: receiver)
            }
            let due = owners.filter { deliveries[receiver, $0] == .due }
            listsToPassOn[receiver] = due + owners.filter { deliveries[receiver, $0] != .due }
            if !due.isEmpty { neighbors[receiver].wait = 0 }
        }
    }

    func mayLack(_ receiver: Int, listOf owner: Int) -> Bool {
        neighbors[receiver].isMissed || !isConnected[receiver] || !hears(receiver, owner)
    }

    /// Whether this member is one of the two that pass this list on: of the members that hear `owner` and are heard by
    /// `receiver`, the two with the lowest ids. Only the lists of members that it hears directly are sure to be
    /// current, so only these members count.
    private func passesOn(listOf owner: Int, to receiver: Int) -> Bool {
        guard !neighbors[receiver].isMissed else { return true }
        var earlier = 0
        for slot in 0..<othersBefore where slot != owner && slot != receiver {
            if !neighbors[slot].isMissed, hears(slot, owner), hears(receiver, slot) { earlier += 1 }
            if earlier == 2 { return false }
        }
        return true
    }
}
