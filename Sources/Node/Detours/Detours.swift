import Consensus

/// Link-state routing below Raft: routes to members that no direct link reaches.
///
/// Raft needs paths, and most cuts leave one: where each link of three members works in one direction only, each still
/// reaches each other through the third. While every member hears whom it expects to hear, nothing is sent. A member
/// that misses another sends the list of members that it misses to all others, and repeats it only to those that do
/// not confirm it (as OSPF floods: RFC 2328, section 13); lists of others are passed on in the same way. A member that
/// learns of a new list asks all that it has not heard lately for an answer, because followers send nothing to each
/// other, and misses those that give none. So a change costs a few small messages per link, and while nothing changes,
/// only the missed members are asked now and then.
///
/// A member that another one's list names knows that its messages do not arrive there. It sends them through members
/// that hear it, on the shortest route. The sender fixes the whole route, so that no message travels in a circle.
package struct Detours: Sendable {
    /// The most hellos that all members of a large cluster send in a quarter of a window (`Timing.silence`), about. A
    /// change makes each member ask all others, so without this the cost of a change would grow with the square of
    /// their number, and the answers would be so late that more members are missed.
    static let hellosOfAllPerQuarter = 256
    /// The fewest and the most hellos that a member may send in a quarter of its window, to all others together. In a
    /// larger cluster, sending one to each member takes several quarters. `mostHellos` says what follows.
    static let hellosPerQuarterRange = 2...16
    /// The most lists of other members in one hello.
    package static let listsPerHello = 8
    /// A member that does not answer is asked at intervals that double up to this, or up to a window where that is
    /// longer. The same for all members, so that each knows when a member that does not hear it must send something,
    /// however their windows differ.
    static let longestWait: Microseconds = 8 * Timing.shortestElectionTimeout
    /// For how many windows a member without a leader waits for an election before it asks who is there, in a cluster
    /// of up to 16; in larger ones, in which elections take longer, for as many more for every 16. It asks again after
    /// twice as many.
    static let leaderlessWindows = 4

    /// How many quarters of a window hellos to all others take, beyond the first. Answers take as long: who waits too
    /// briefly for them misses members for nothing, and that keeps all busy.
    var roundsToAll: Int { others.count / hellosPerQuarter }

    package let id: NodeID
    /// All other members, sorted. Their position here is their slot.
    package let others: [NodeID]
    private let slots: [NodeID: Int]
    /// See `hellosPerQuarter(members:)`.
    let hellosPerQuarter: Int
    /// How many of the others have lower ids.
    let othersBefore: Int
    var neighbors: [Neighbor]
    /// The number of this member's own list; 0 while it has never missed anybody.
    private(set) var number = 0
    var expectation = Expectation.nobody
    /// The window of the last `advance`.
    private(set) var window: Microseconds = 0
    var expectedSince: Microseconds
    /// When a member without a leader asks next who is there.
    var nextSearch: Microseconds?
    /// How many hellos were sent since `quarterBegan`.
    var sentInQuarter = 0
    var quarterBegan: Microseconds = .min / 2
    var deliveries: Deliveries
    /// By slot of the receiver, the owners of the lists to pass on, those that are due first.
    var listsToPassOn: [[Int]]
    var areRoutesStale = false

    /// The members that are reached on a detour, each with its route: the members on the way, itself last.
    package internal(set) var routes: [NodeID: [NodeID]] = [:]
    /// The members to which no route is known.
    package internal(set) var unreached: Set<NodeID> = []
    /// By slot, whether messages of the member arrive here, directly or relayed, so that its list is current.
    var isConnected: [Bool]

    /// - Parameter members: all members, this one included.
    package init(id: NodeID, members: [NodeID], now: Microseconds) {
        self.id = id
        others = members.filter { $0 != id }.sorted()
        slots = Dictionary(uniqueKeysWithValues: others.enumerated().map { ($1, $0) })
        hellosPerQuarter = Self.hellosPerQuarter(members: members.count)
        othersBefore = others.count { $0 < id }
        neighbors = others.map { _ in Neighbor(lastHeard: now, lastHeardOrRelayed: now) }
        deliveries = Deliveries(members: others.count)
        listsToPassOn = others.map { _ in [] }
        isConnected = others.map { _ in true }
        expectedSince = now
    }

    package func isOther(_ member: NodeID) -> Bool { slots[member] != nil }

    // MARK: - Messages

    /// Notes that a message of `member` came directly.
    package mutating func heard(_ member: NodeID, at now: Microseconds) {
        guard let slot = slots[member] else { return }
        neighbors[slot].lastHeard = now
        heardOrRelayed(slot, at: now)
        if let since = neighbors[slot].passedOnSince ?? neighbors[slot].awaitedSince, isHeard(by: slot) {
            noteAnswer(of: slot, after: now - since)
        }
        neighbors[slot].awaitedSince = nil
        neighbors[slot].passedOnSince = nil
        neighbors[slot].isProbed = false
        if neighbors[slot].isMissed {
            neighbors[slot].isMissed = false
            changeOwnList(now)
            neighbors[slot].unnamedSince = number
        }
    }

    /// Notes that a relayed message of `member` came.
    package mutating func heardOnDetour(_ member: NodeID, at now: Microseconds) {
        if let slot = slots[member] { heardOrRelayed(slot, at: now) }
    }

    private mutating func heardOrRelayed(_ slot: Int, at now: Microseconds) {
        neighbors[slot].lastHeardOrRelayed = now
        neighbors[slot].isLost = false
    }

    package mutating func receive(_ hello: Hello, from sender: NodeID, at now: Microseconds) {
        guard let slot = slots[sender], hello.own.member == sender else { return }
        neighbors[slot].holds = hello.holds
        if hello.holds > number {
            // Made before a restart, when the clock was ahead. The next list must have a higher number.
            number = hello.holds
            changeOwnList(now)
        }
        if hello.asks {
            neighbors[slot].isOwedAnswer = true
            neighbors[slot].wait = 0
        }
        learn(hello.own, from: slot, now)
        for advertisement in hello.others.prefix(Self.listsPerHello) { learn(advertisement, from: slot, now) }
        guard hello.total == total else { return }
        deliveries.confirmAll(to: slot)
        listsToPassOn[slot] = []
        if !hello.others.isEmpty {
            neighbors[slot].isOwedAnswer = true
            neighbors[slot].wait = 0
        }
    }

    /// See `Hello.total`.
    var total: Int {
        neighbors.reduce(number) { ($0 &+ $1.number) & Hello.highestTotal }
    }

    /// Of each member the list with the highest number counts: an older one may arrive later, by a longer route.
    private mutating func learn(
        _ advertisement: LinkStateAdvertisement, from sender: Int, _ now: Microseconds
    ) {
        guard let slot = slots[advertisement.member], advertisement.number > neighbors[slot].number else {
            return
        }
        neighbors[slot].number = advertisement.number
        neighbors[slot].missed = Set(advertisement.missed.compactMap { $0 == id ? others.count : slots[$0] })
        areRoutesStale = true
        if slot != sender { expectFirstHand(slot, now) }
        for receiver in others.indices where receiver != slot {
            deliveries[receiver, slot] = .due
        }
        for owner in neighbors[slot].missed where owner < others.count { deliveries[slot, owner] = .due }
        if !advertisement.missed.isEmpty { probe(now) }
    }

    /// Makes a new list, for all others to receive: whom this member hears has changed.
    mutating func changeOwnList(_ now: Microseconds) {
        number = max(number + 1, now)
        areRoutesStale = true
        for slot in neighbors.indices { neighbors[slot].wait = 0 }
    }

    // MARK: - Time

    /// The time by which `advance` must be called.
    /// - Parameters: see `advance`.
    package func deadline(expecting expectation: Expectation, window: Microseconds) -> Microseconds? {
        guard !others.isEmpty else { return nil }
        if expectation != self.expectation || areRoutesStale { return expectedSince }
        var deadline = expectation == .nobody ? nextSearch ?? expectedSince : .max
        for slot in neighbors.indices {
            deadline = min(
                deadline, missedAt(slot, window) ?? .max, lostAt(slot, window) ?? .max,
                nextHello(to: slot, window) ?? .max)
        }
        return deadline == .max ? nil : deadline
    }

    /// Moves time on, and computes the routes again where something changed.
    /// - Parameters:
    ///   - expectation: from whom messages must come all the time.
    ///   - window: how long a member from which several messages were due may be silent before it is missed.
    /// - Returns: the hellos to send now; none most of the time.
    package mutating func advance(
        to now: Microseconds, expecting expectation: Expectation, window: Microseconds
    ) -> [(to: NodeID, Hello)] {
        guard !others.isEmpty else { return [] }
        self.window = window
        expect(expectation, now, window)
        if findSilent(now, window) {
            changeOwnList(now)
            probe(now)
        }
        if areRoutesStale { computeRoutes() }
        return makeHellos(now, window)
    }
}
