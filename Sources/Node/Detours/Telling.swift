import Consensus

/// What a member tells, whom, and how often.
extension Detours {
    private func needs(_ slot: Int) -> Bool {
        let neighbor = neighbors[slot]
        return neighbor.isOwedAnswer || asks(neighbor) || !passing[slot].isEmpty
    }

    private func asks(_ neighbor: Neighbor) -> Bool {
        neighbor.holds != number || neighbor.isProbed || neighbor.isMissed
    }

    private func due(_ slot: Int, _ window: Microseconds) -> Microseconds? {
        guard needs(slot) else { return nil }
        let neighbor = neighbors[slot]
        return neighbor.lastTold + max(neighbor.wait, Self.quarter(of: window))
    }

    static func quarter(of window: Microseconds) -> Microseconds { max(window / 4, 1) }

    /// When the member at `slot` is to be told something.
    func tellingAt(_ slot: Int, _ window: Microseconds) -> Microseconds? {
        guard let due = due(slot, window) else { return nil }
        guard toldInQuarter >= Self.hellosPerQuarter else { return due }
        return max(due, quarterBegan + Self.quarter(of: window))
    }

    /// Tells those whose time has come, those first that have waited longest.
    mutating func tell(_ now: Microseconds, _ window: Microseconds) -> [(to: NodeID, Hello)] {
        let quarter = Self.quarter(of: window)
        if now - quarterBegan >= quarter {
            quarterBegan = now
            toldInQuarter = 0
        }
        let room = Self.hellosPerQuarter - toldInQuarter
        guard room > 0 else { return [] }
        let ready = neighbors.indices.filter { slot in due(slot, window).map { $0 <= now } ?? false }
        guard !ready.isEmpty else { return [] }
        let chosen =
            ready.count <= room
            ? ready : Array(ready.sorted { neighbors[$0].lastTold < neighbors[$1].lastTold }.prefix(room))
        toldInQuarter += chosen.count
        let own = list(of: nil)
        return chosen.map { (others[$0], hello(to: $0, own, now, window)) }
    }

    private mutating func hello(
        to slot: Int, _ own: LinkStateAdvertisement, _ now: Microseconds, _ window: Microseconds
    ) -> Hello {
        let passed = passing[slot].prefix(Self.listsPerHello)
        for other in passed { triesLeft[slot, other] -= 1 }
        let rest = passing[slot].dropFirst(passed.count)
        let again = passed.filter { triesLeft[slot, $0] > 0 && mayLack(slot, $0) }
        let hello = Hello(
            own: own, holds: neighbors[slot].number, asks: asks(neighbors[slot]),
            others: passed.map { list(of: $0) })
        passing[slot] = rest + again
        if hello.asks, neighbors[slot].awaitedSince == nil { neighbors[slot].awaitedSince = now }
        neighbors[slot].isOwedAnswer = false
        neighbors[slot].lastTold = now
        let longest = max(Self.longestWait, window)
        neighbors[slot].wait =
            rest.isEmpty ? min(2 * max(neighbors[slot].wait, Self.quarter(of: window)), longest) : 0
        return hello
    }

    /// The list of one of the others, or of this member.
    private func list(of slot: Int?) -> LinkStateAdvertisement {
        guard let slot else {
            return LinkStateAdvertisement(
                member: id, number: number,
                missed: neighbors.indices.filter { neighbors[$0].isMissed }.map { others[$0] })
        }
        let missed = neighbors[slot].missed.compactMap { name($0) }.sorted()
        return LinkStateAdvertisement(member: others[slot], number: neighbors[slot].number, missed: missed)
    }

    private func name(_ slot: Int) -> NodeID? {
        others.indices.contains(slot) ? others[slot] : slot == others.count ? id : nil
    }
}
