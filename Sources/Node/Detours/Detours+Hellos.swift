import Consensus

/// Which hellos a member sends, and when.
extension Detours {
    private func needsHello(_ slot: Int) -> Bool {
        neighbors[slot].isOwedAnswer || asks(slot) || !listsToPassOn[slot].isEmpty
    }

    private func asks(_ slot: Int) -> Bool {
        neighbors[slot].holds != number || neighbors[slot].isProbed || neighbors[slot].isMissed
    }

    private func helloDue(_ slot: Int, _ window: Microseconds) -> Microseconds? {
        guard needsHello(slot) else { return nil }
        return neighbors[slot].lastSent + max(neighbors[slot].wait, Self.quarter(of: window))
    }

    static func quarter(of window: Microseconds) -> Microseconds { max(window / 4, 1) }

    /// When the next hello to the member at `slot` leaves, within the limit per quarter.
    func nextHello(to slot: Int, _ window: Microseconds) -> Microseconds? {
        guard let due = helloDue(slot, window) else { return nil }
        guard sentInQuarter >= hellosPerQuarter else { return due }
        return max(due, quarterBegan + Self.quarter(of: window))
    }

    /// Makes the hellos that are due. Where the limit does not allow all, those that have waited longest go first.
    mutating func makeHellos(_ now: Microseconds, _ window: Microseconds) -> [(to: NodeID, Hello)] {
        let quarter = Self.quarter(of: window)
        if now - quarterBegan >= quarter {
            quarterBegan = now
            sentInQuarter = 0
        }
        let room = hellosPerQuarter - sentInQuarter
        guard room > 0 else { return [] }
        let due = neighbors.indices.filter { slot in helloDue(slot, window).map { $0 <= now } ?? false }
        guard !due.isEmpty else { return [] }
        let chosen =
            due.count <= room
            ? due : Array(due.sorted { neighbors[$0].lastSent < neighbors[$1].lastSent }.prefix(room))
        sentInQuarter += chosen.count
        let own = list(of: nil)
        let total = self.total
        return chosen.map { (others[$0], makeHello(to: $0, own, total, now, window)) }
    }

    private mutating func makeHello(
        to slot: Int, _ own: LinkStateAdvertisement, _ total: Int, _ now: Microseconds, _ window: Microseconds
    ) -> Hello {
        let passedOn = listsToPassOn[slot].prefix(Self.listsPerHello)
        for owner in passedOn { deliveries[slot, owner] = .passedOn }
        let rest = listsToPassOn[slot].dropFirst(passedOn.count)
        let hello = Hello(
            own: own, holds: neighbors[slot].number, asks: asks(slot), others: passedOn.map { list(of: $0) },
            total: total)
        listsToPassOn[slot] = rest + passedOn.filter { mayLack(slot, listOf: $0) }
        if hello.asks, neighbors[slot].awaitedSince == nil { neighbors[slot].awaitedSince = now }
        neighbors[slot].isOwedAnswer = false
        neighbors[slot].lastSent = now
        let longest = max(Self.longestWait, window)
        let isMoreDue = rest.contains { deliveries[slot, $0] == .due }
        neighbors[slot].wait =
            isMoreDue ? 0 : min(2 * max(neighbors[slot].wait, Self.quarter(of: window)), longest)
        return hello
    }

    /// The latest list of the member at `slot`; nil is this member.
    private func list(of slot: Int?) -> LinkStateAdvertisement {
        guard let slot else {
            return LinkStateAdvertisement(
                member: id, number: number,
                missed: neighbors.indices.filter { neighbors[$0].isMissed }.map { others[$0] })
        }
        let missed = neighbors[slot].missed.map { $0 == others.count ? id : others[$0] }.sorted()
        return LinkStateAdvertisement(member: others[slot], number: neighbors[slot].number, missed: missed)
    }
}
