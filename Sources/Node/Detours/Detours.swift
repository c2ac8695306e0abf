import Consensus

/// The way to members that no link reaches, below Raft, which need not know of it.
///
/// Raft needs paths, and most cuts leave one: where every link of three members works in one direction only, each
/// can still reach each, through the third. While all hear whom they expect to hear, nothing is said. A member that
/// misses somebody tells all others whom it has heard of late, and passes on what others told;
/// whoever hears that somebody is missed does the same. Who is not in a member's list knows that its words do not
/// arrive there, and sends them through members that hear it, and so on: the shortest way, fixed by its sender, so
/// that nothing goes in circles. It ends when everybody hears everybody again.
package struct Detours: Sendable {
    private struct Told: Sendable {
        var advertisement: LinkStateAdvertisement
        var learnt: Microseconds
    }

    package let id: NodeID
    /// All other members, sorted.
    package let others: [NodeID]
    /// When each of `others` was last heard without a detour.
    private var lastHeard: [Microseconds]
    /// The latest list of each of `others`, while it is fresh.
    private var told: [Told?]
    /// The highest number of each, also when its list is forgotten: those who forget it later would tell it again,
    /// each to the next, for ever.
    private var highest: [Microseconds]
    /// Since when this member misses somebody, or knows one that does; nil while nobody misses anybody.
    private var troubledSince: Microseconds?
    private var nextTelling: Microseconds = 0
    /// When a list last changed, its own or another's.
    private var changedAt: Microseconds = 0
    private var lastTold: [NodeID] = []
    /// When lists came that `advance` has not seen yet.
    private var unseenSince: Microseconds?

    /// Those that are reached on a detour, and the members on the way there, the last being the one itself.
    package private(set) var routes: [NodeID: [NodeID]] = [:]
    /// Those that no way is known to.
    package private(set) var unreached: Set<NodeID> = []

    package init(id: NodeID, members: [NodeID], now: Microseconds) {
        self.id = id
        others = members.filter { $0 != id }.sorted()
        lastHeard = others.map { _ in now }
        told = others.map { _ in nil }
        highest = others.map { _ in .min }
    }

    /// A message of `member` came, without a detour.
    package mutating func heard(_ member: NodeID, at now: Microseconds) {
        if let slot = others.firstIndex(of: member) { lastHeard[slot] = now }
    }

    /// Takes the lists that `sender` told. Of each member the one with the highest number counts: an older one may
    /// come later, on a longer way. One that has started again may number its own anew.
    package mutating func take(
        _ advertisements: [LinkStateAdvertisement], from sender: NodeID, at now: Microseconds
    ) {
        for advertisement in advertisements {
            guard let slot = others.firstIndex(of: advertisement.member),
                advertisement.number > highest[slot] || told[slot] == nil && advertisement.member == sender
            else { continue }
            if told[slot]?.advertisement.heard != advertisement.heard { changedAt = now }
            highest[slot] = advertisement.number
            told[slot] = Told(advertisement: advertisement, learnt: now)
            unseenSince = now
        }
    }

    /// The time by which `advance` must be called.
    /// - Parameters: see `advance`.
    package func deadline(expecting leader: NodeID?, window: Microseconds) -> Microseconds? {
        if let unseenSince { return unseenSince }
        if troubledSince != nil { return nextTelling }
        let expected = leader.map { others.firstIndex(of: $0) } ?? nil
        guard let last = expected.map({ lastHeard[$0] }) ?? lastHeard.min() else { return nil }
        return last + common(window) + 1
    }

    /// The longest window of all that tell. To a member with a shorter one they would seem silent, and their lists
    /// old, from each to the next.
    private func common(_ window: Microseconds) -> Microseconds {
        told.reduce(window) { max($0, min($1?.advertisement.window ?? 0, Timing.longestElectionTimeout)) }
    }

    /// Takes the time, and finds the ways anew.
    /// - Parameters:
    ///   - leader: the one member from whom messages must come all the time; nil where they must from all.
    ///   - window: how long somebody may be silent, where a message was due several times, before it is missed.
    /// - Returns: what every other member is to be told now; nil most of the time.
    package mutating func advance(
        to now: Microseconds, expecting leader: NodeID?, window: Microseconds
    ) -> [LinkStateAdvertisement]? {
        unseenSince = nil
        let oldest = now - 2 * common(window)
        for slot in told.indices {
            if let learnt = told[slot]?.learnt, learnt < oldest { told[slot] = nil }
        }
        let common = common(window)
        guard isTroubled(now, expecting: leader, common) else {
            guard troubledSince != nil else { return nil }
            troubledSince = nil
            routes = [:]
            unreached = []
            // Those who believe that their words do not arrive here shall know that they do.
            return lists(now, window, common)
        }
        if troubledSince == nil { troubledSince = now }
        findWays(now, common)
        guard now >= nextTelling else { return nil }
        return lists(now, window, common)
    }

    /// What is told now. The next time comes soon while something changes, and later while all is as it was.
    private mutating func lists(
        _ now: Microseconds, _ window: Microseconds, _ common: Microseconds
    ) -> [LinkStateAdvertisement] {
        let heard = others.indices.filter { now - lastHeard[$0] <= common }.map { others[$0] }
        if heard != lastTold { changedAt = now }
        lastTold = heard
        nextTelling = now + max(now - changedAt < 4 * window ? window / 4 : window / 2, 1)
        let own = LinkStateAdvertisement(member: id, number: now, window: window, heard: heard)
        return [own] + told.compactMap { $0?.advertisement }
    }

    /// Whether this member misses somebody, or another does and wants to hear from it.
    private func isTroubled(
        _ now: Microseconds, expecting leader: NodeID?, _ window: Microseconds
    ) -> Bool {
        for slot in others.indices {
            if leader == nil || leader == others[slot], now - lastHeard[slot] > window { return true }
            if let told = told[slot], told.advertisement.heard.count < others.count { return true }
        }
        return false
    }

    /// Goes from this member to those that hear it, from there to those that hear these, and so on.
    private mutating func findWays(_ now: Microseconds, _ window: Microseconds) {
        routes = [:]
        var ways: [NodeID: [NodeID]] = [id: []]
        var reached = [id]
        var next = 0
        while next < reached.count {
            let from = reached[next]
            next += 1
            for (slot, other) in others.enumerated() where ways[other] == nil {
                guard let advertisement = told[slot]?.advertisement, advertisement.heard.contains(from) else {
                    continue
                }
                let way = (ways[from] ?? []) + [other]
                ways[other] = way
                reached.append(other)
                if way.count > 1 { routes[other] = way }
            }
        }
        // Who is in no list may only have had nothing to say, until all have begun to tell.
        guard let troubledSince, now - troubledSince >= window * 2 / 3 else { return }
        unreached = Set(
            others.indices.filter { slot in
                // Of one who has told nothing, only its silence says something.
                ways[others[slot]] == nil && (told[slot] != nil || now - lastHeard[slot] > window)
            }.map { others[$0] })
    }
}
