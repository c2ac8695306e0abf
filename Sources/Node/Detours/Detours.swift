import Consensus

/// The way to members that no link reaches, below Raft, which need not know of it: link-state routing.
///
/// Raft needs paths, and most cuts leave one: where every link of three members works in one direction only, each
/// can still reach each, through the third. While all hear whom they expect to hear, nothing is said. A member that
/// misses somebody tells all others whom it misses, once, and again only to those that do not confirm it (as OSPF
/// floods, RFC 2328, 13). Whoever learns of it asks all whom it has not heard of late for an answer, for followers say
/// nothing to each other, and misses who gives none. So a change costs a few small messages per link, and where
/// nothing changes, only those that are missed are asked now and then.
///
/// Who stands in a member's list knows that its words do not arrive there, and sends them through members that hear
/// it, and so on: the shortest way, fixed by its sender, so that nothing goes in circles.
package struct Detours: Sendable {
    /// The most that a member tells in a quarter of its window (`Timing.silence`), to all others together; in a
    /// larger cluster a round takes several quarters. See `mostHellos` for what follows.
    package static let hellosPerQuarter = 16
    /// Lists of others in one message.
    package static let listsPerHello = 8
    /// How often a list is passed on to one member that may lack it: a message may be lost.
    static let tries: UInt8 = 4
    /// Who does not answer is asked at intervals that double up to this, or a window where that is longer. It is the
    /// same for all, so that everybody knows when one must speak that does not hear it, however their windows differ.
    static let longestWait: Microseconds = 8 * Timing.shortestElectionTimeout
    /// A member without a leader waits so many windows for an election to find one before it asks who is there, and
    /// twice as many until it asks again.
    static let leaderlessWindows = 4

    struct Neighbor: Sendable {
        /// When it was last heard without a detour, and in any way.
        var lastHeard: Microseconds
        var lastWord: Microseconds
        var isMissed = false
        /// Since when an answer is due, while none has come.
        var awaitedSince: Microseconds?
        /// Since when others have passed on a newer list of it than it has told here itself.
        var passedOnSince: Microseconds?
        /// The latest list of it.
        var number = 0
        var missed: Set<Int> = []
        /// How long its answers take, where they have come too late: the slowest of late.
        var slowestAnswer: Microseconds = 0
        /// Which list of this member it holds, as it says.
        var holds = 0
        var isOwedAnswer = false
        /// Whether it shall say that it is there.
        var isProbed = false
        var lastTold: Microseconds = .min / 2
        var wait: Microseconds = 0
        /// Whether words of it that others relay were due, and none came, since it was last heard in any way.
        var isLost = false
    }

    package let id: NodeID
    /// All other members, sorted.
    package let others: [NodeID]
    private let slots: [NodeID: Int]
    var neighbors: [Neighbor]
    /// The number of this member's own list; 0 while it has never missed anybody.
    private(set) var number = 0
    private var expectation = Expectation.nobody
    /// That of the last `advance`.
    private var window: Microseconds = 0
    private var expectedSince: Microseconds
    private var nextSearch: Microseconds?
    /// Told since `quarterBegan`.
    var toldInQuarter = 0
    var quarterBegan: Microseconds = .min / 2
    /// How often the list of one member (column) is still to be passed on to another (row).
    var triesLeft: TriesLeft
    /// The lists that each member shall have passed on now.
    var passing: [[Int]]
    var areWaysStale = false

    /// Those that are reached on a detour, and the members on the way there, the last being the one itself.
    package internal(set) var routes: [NodeID: [NodeID]] = [:]
    /// Those that no way is known to.
    package internal(set) var unreached: Set<NodeID> = []
    /// By place, whether its words arrive here in some way, so that its list is as it says.
    var isConnected: [Bool]

    package init(id: NodeID, members: [NodeID], now: Microseconds) {
        self.id = id
        others = members.filter { $0 != id }.sorted()
        slots = Dictionary(uniqueKeysWithValues: others.enumerated().map { ($1, $0) })
        neighbors = others.map { _ in Neighbor(lastHeard: now, lastWord: now) }
        triesLeft = TriesLeft(members: others.count)
        passing = others.map { _ in [] }
        isConnected = others.map { _ in true }
        expectedSince = now
    }

    package func isOther(_ member: NodeID) -> Bool { slots[member] != nil }

    // MARK: - What comes

    /// A message of `member` came, without a detour.
    package mutating func heard(_ member: NodeID, at now: Microseconds) {
        guard let slot = slots[member] else { return }
        neighbors[slot].lastHeard = now
        heardInAnyWay(slot, at: now)
        if let since = neighbors[slot].passedOnSince ?? neighbors[slot].awaitedSince, isHeard(by: slot) {
            noteAnswer(of: slot, after: now - since)
        }
        neighbors[slot].awaitedSince = nil
        neighbors[slot].passedOnSince = nil
        neighbors[slot].isProbed = false
        if neighbors[slot].isMissed {
            neighbors[slot].isMissed = false
            changeOwnList(now)
        }
    }

    /// A message of `member` came on a detour.
    package mutating func heardOnDetour(_ member: NodeID, at now: Microseconds) {
        if let slot = slots[member] { heardInAnyWay(slot, at: now) }
    }

    private mutating func heardInAnyWay(_ slot: Int, at now: Microseconds) {
        neighbors[slot].lastWord = now
        neighbors[slot].isLost = false
    }

    /// What is slow is missed in vain, so it is given longer the next time; after a few fast ones no more. An answer
    /// that comes after a cut tells little of how long answers take, so none counts for more than four windows.
    private mutating func noteAnswer(of slot: Int, after time: Microseconds) {
        let slowest = neighbors[slot].slowestAnswer
        neighbors[slot].slowestAnswer =
            time > slowest ? min(time, 4 * window) : slowest - (slowest - time) / 2
    }

    /// Takes what `sender` told.
    package mutating func take(_ hello: Hello, from sender: NodeID, at now: Microseconds) {
        guard let slot = slots[sender], hello.own.member == sender else { return }
        neighbors[slot].holds = hello.holds
        if hello.holds > number {
            // That of an earlier life, when the clock was ahead: the next must count as newer.
            number = hello.holds
            changeOwnList(now)
        }
        if hello.asks {
            neighbors[slot].isOwedAnswer = true
            neighbors[slot].wait = 0
        }
        learn(hello.own, from: slot, now)
        for advertisement in hello.others.prefix(Self.listsPerHello) { learn(advertisement, from: slot, now) }
    }

    /// Of each member the list with the highest number counts: an older one may come later, on a longer way.
    private mutating func learn(
        _ advertisement: LinkStateAdvertisement, from sender: Int, _ now: Microseconds
    ) {
        guard let slot = slots[advertisement.member], advertisement.number > neighbors[slot].number else {
            return
        }
        neighbors[slot].number = advertisement.number
        neighbors[slot].missed = Set(advertisement.missed.map { $0 == id ? others.count : slots[$0] ?? -1 })
        areWaysStale = true
        if slot != sender { expectFirstHand(slot, now) }
        for other in others.indices where other != slot {
            triesLeft[other, slot] = Self.tries
        }
        for other in neighbors[slot].missed where others.indices.contains(other) {
            triesLeft[slot, other] = Self.tries
        }
        if !advertisement.missed.isEmpty { probe(now) }
    }

    /// Whoever has a new list tells it to all: where only others bring it, the link from there carries nothing.
    private mutating func expectFirstHand(_ slot: Int, _ now: Microseconds) {
        guard !neighbors[slot].isMissed else { return }
        if neighbors[slot].passedOnSince == nil { neighbors[slot].passedOnSince = now }
        if now - neighbors[slot].lastHeard > window / 2 { neighbors[slot].isProbed = true }
    }

    // MARK: - What is missed

    /// Asks all who may have had no reason to speak for an answer. Who was heard just now need not give one: where many
    /// learn of one change, each would ask all for each.
    private mutating func probe(_ now: Microseconds) {
        for slot in neighbors.indices
        where !neighbors[slot].isMissed && now - neighbors[slot].lastHeard > window / 2 {
            neighbors[slot].isProbed = true
            neighbors[slot].wait = 0
        }
    }

    /// Whom this member hears has changed, or what it hears in vain: all shall know it.
    private mutating func changeOwnList(_ now: Microseconds) {
        number = max(number + 1, now)
        areWaysStale = true
        for slot in neighbors.indices { neighbors[slot].wait = 0 }
    }

    private mutating func miss(_ slot: Int, _ now: Microseconds) {
        neighbors[slot].isMissed = true
        neighbors[slot].isProbed = false
        for other in others.indices { triesLeft[slot, other] = Self.tries }
    }

    /// How long an answer may take: a round trip fits into a window, and all who answer may have others to answer.
    func answerTime(of slot: Int, _ window: Microseconds) -> Microseconds {
        let rounds = others.count / Self.hellosPerQuarter
        return max(
            window * (5 + 2 * rounds) / 4,
            min(2 * neighbors[slot].slowestAnswer, Timing.longestElectionTimeout))
    }

    /// Whether words of this member arrive at `slot`, as that says, or said last.
    private func isHeard(by slot: Int) -> Bool { !neighbors[slot].missed.contains(others.count) }

    /// When `slot` is missed, unless it is heard before; nil where nothing is due from it.
    private func missedAt(_ slot: Int, _ window: Microseconds) -> Microseconds? {
        let neighbor = neighbors[slot]
        if neighbor.isMissed { return nil }
        let asked = neighbor.awaitedSince.map { since in
            // Who does not hear the question asks itself now and then.
            since + answerTime(of: slot, window) + (isHeard(by: slot) ? 0 : max(Self.longestWait, window))
        }
        let told = neighbor.passedOnSince.map { $0 + answerTime(of: slot, window) }
        let answer = [asked, told].compactMap { $0 }.min()
        let isExpected =
            switch expectation {
            case .all: true
            case .one(let leader): others[slot] == leader
            case .nobody: false
            }
        guard isExpected else { return answer }
        let word = max(neighbor.lastHeard, expectedSince) + window
        return min(word, answer ?? word) + 1
    }

    /// When it must look as if a way to this member, or from it, led nowhere; nil while there is no such way.
    private func lostAt(_ slot: Int, _ window: Microseconds) -> Microseconds? {
        let neighbor = neighbors[slot]
        guard neighbor.isMissed, !neighbor.isLost, !unreached.contains(others[slot]) else { return nil }
        switch expectation {
        case .all: break
        case .one(let leader): if others[slot] != leader { return nil }
        case .nobody: return nil
        }
        return max(neighbor.lastWord, expectedSince) + 2 * window + answerTime(of: slot, window) + 1
    }

    private mutating func expect(_ expectation: Expectation, _ now: Microseconds, _ window: Microseconds) {
        if expectation != self.expectation {
            self.expectation = expectation
            expectedSince = now
            nextSearch = nil
        }
        guard expectation == .nobody else { return }
        if nextSearch == nil { nextSearch = expectedSince + Self.leaderlessWindows * window }
        guard let search = nextSearch, search <= now else { return }
        nextSearch = now + 2 * Self.leaderlessWindows * window
        probe(now)
    }

    // MARK: - Time

    /// The time by which `advance` must be called.
    /// - Parameters: see `advance`.
    package func deadline(expecting expectation: Expectation, window: Microseconds) -> Microseconds? {
        guard !others.isEmpty else { return nil }
        if expectation != self.expectation || areWaysStale { return expectedSince }
        var deadline = expectation == .nobody ? nextSearch ?? expectedSince : .max
        for slot in neighbors.indices {
            deadline = min(
                deadline, missedAt(slot, window) ?? .max, lostAt(slot, window) ?? .max,
                tellingAt(slot, window) ?? .max)
        }
        return deadline == .max ? nil : deadline
    }

    /// Takes the time, and finds the ways anew.
    /// - Parameters:
    ///   - expectation: from whom messages must come all the time.
    ///   - window: how long somebody may be silent, where a message was due several times, before it is missed.
    /// - Returns: what others are to be told now; nothing most of the time.
    package mutating func advance(
        to now: Microseconds, expecting expectation: Expectation, window: Microseconds
    ) -> [(to: NodeID, Hello)] {
        guard !others.isEmpty else { return [] }
        self.window = window
        expect(expectation, now, window)
        var isNew = false
        for slot in neighbors.indices {
            if let time = missedAt(slot, window), time <= now {
                miss(slot, now)
                isNew = true
            } else if let time = lostAt(slot, window), time <= now {
                neighbors[slot].isLost = true
                isNew = true
            }
        }
        if isNew {
            changeOwnList(now)
            probe(now)
        }
        if areWaysStale { findWays() }
        return tell(now, window)
    }
}
