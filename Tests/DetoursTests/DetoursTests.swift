import XCTest

@testable import Detours

/// Members that tell each other whom they miss, over links that each work in one direction.
struct World {
    var now = 0
    var windows: [Int]
    var members: [Detours]
    /// Who tells whom, and arrives.
    var isLinked: (Int, Int) -> Bool = { _, _ in true }
    /// How many messages each has told in all, and how many ids of members and numbers they held.
    private(set) var told: [Int]
    private(set) var words = 0

    init(_ size: Int) {
        let ids = (0..<size).map { "n\($0 < 10 && size > 10 ? "0" : "")\($0)" }
        members = ids.map { Detours(id: $0, members: ids, now: 0) }
        windows = ids.map { _ in 75_000 }
        told = ids.map { _ in 0 }
    }

    var tellings: Int { told.reduce(0, +) }

    func slot(_ id: String) -> Int { members.firstIndex { $0.id == id }! }

    /// Lets time pass, during which `leader` speaks with everybody and hears everybody, as far as links and ways go.
    mutating func run(for time: Int, leader: Int?) {
        let end = now + time
        while now < end {
            now += 5_000
            if let leader {
                for other in members.indices where other != leader {
                    talk(from: leader, to: other)
                    talk(from: other, to: leader)
                }
            }
            for from in members.indices {
                let expected: Expectation =
                    leader.map { $0 == from ? .all : .one(members[$0].id) } ?? .nobody
                let hellos = members[from].advance(to: now, expecting: expected, window: windows[from])
                told[from] += hellos.count
                for (to, hello) in hellos {
                    words += 4 + hello.own.missed.count + hello.others.reduce(0) { $0 + 2 + $1.missed.count }
                    let to = slot(to)
                    guard isLinked(from, to) else { continue }
                    members[to].heard(members[from].id, at: now)
                    members[to].take(hello, from: members[from].id, at: now)
                }
            }
        }
    }

    /// One word of consensus, on the way that its sender knows.
    private mutating func talk(from: Int, to: Int) {
        guard arrives(from: from, to: to) else { return }
        var at = from
        for next in members[from].routes[members[to].id] ?? [members[to].id] {
            members[slot(next)].heard(members[at].id, at: now)
            at = slot(next)
        }
        members[to].heardOnDetour(members[from].id, at: now)
    }

    /// Whether a message from one to the other would arrive, going the way that its sender knows.
    func arrives(from: Int, to: Int) -> Bool {
        var at = from
        for next in members[from].routes[members[to].id] ?? [members[to].id] {
            guard isLinked(at, slot(next)) else { return false }
            at = slot(next)
        }
        return at == to
    }

    /// Who can reach whom over links.
    func isJoined(_ from: Int, _ to: Int) -> Bool {
        var reached: Set<Int> = [from]
        var open = [from]
        while let at = open.popLast() {
            for next in members.indices where !reached.contains(next) && isLinked(at, next) {
                reached.insert(next)
                open.append(next)
            }
        }
        return reached.contains(to)
    }
}

final class DetoursTests: XCTestCase {
    func testAHealthyNetworkPaysNothing() {
        var world = World(5)
        world.run(for: 2_000_000, leader: 0)
        XCTAssertEqual(world.tellings, 0)
    }

    func testInARingOfThreeEachReachesEach() {
        var world = World(3)
        world.run(for: 1_000_000, leader: 0)
        world.isLinked = { ($0 + 1) % 3 == $1 }
        world.run(for: 300_000, leader: 0)
        XCTAssertEqual(world.members[0].routes, ["n2": ["n1", "n2"]])
        for member in world.members { XCTAssertEqual(member.unreached, []) }
        world.isLinked = { _, _ in true }
        world.run(for: 1_500_000, leader: 0)
        for member in world.members { XCTAssertEqual(member.routes, [:]) }
        let before = world.tellings
        world.run(for: 5_000_000, leader: 0)
        XCTAssertEqual(world.tellings, before, "they talk on when nobody misses anybody")
    }

    func testMembersWithDifferentWindowsFindTheirWays() {
        for hasty in 0..<4 {
            var world = World(4)
            world.windows = (0..<4).map { $0 == hasty ? 75_000 : 330_000 }
            world.isLinked = { ($0 + 1) % 4 == $1 }
            world.run(for: 3_000_000, leader: nil)
            for _ in 0..<200 {
                world.run(for: 5_000, leader: nil)
                for from in 0..<4 {
                    XCTAssertEqual(world.members[from].unreached, [], "\(hasty) is hasty")
                    for to in 0..<4 where from != to { XCTAssertTrue(world.arrives(from: from, to: to)) }
                }
            }
        }
    }

    func testOverAnyLinksMessagesArriveWhereverThereIsAWayThereAndBack() {
        var generator = SystemRandomNumberGenerator()
        for size in 2...7 {
            for _ in 0..<60 {
                var world = World(size)
                // Later cuts and mends are found as the first are.
                for _ in 0..<3 {
                    let share = Int.random(in: 10...90, using: &generator)
                    let links = (0..<size).map { _ in
                        (0..<size).map { _ in Int.random(in: 0..<100, using: &generator) < share }
                    }
                    world.isLinked = { links[$0][$1] }
                    world.run(for: 2_400_000, leader: nil)
                    check(world, "\(links)")
                }
            }
        }
    }

    private func check(_ world: World, _ links: String) {
        for from in world.members.indices {
            for to in world.members.indices where from != to {
                let id = world.members[to].id
                guard world.isJoined(to, from) else {
                    XCTAssertTrue(world.members[from].unreached.contains(id), "\(from) to \(to) by \(links)")
                    continue
                }
                // Whoever hears from the other in some way knows whether its words arrive there.
                let isKnown = !world.members[from].unreached.contains(id)
                XCTAssertEqual(isKnown, world.isJoined(from, to), "\(from) to \(to) by \(links)")
                XCTAssertEqual(world.arrives(from: from, to: to), isKnown, "\(from) to \(to) by \(links)")
            }
        }
    }

    func testWhoTellsMustBeHeardOfByWhoeverItMisses() {
        var world = World(3)
        world.run(for: 100_000, leader: 0)
        world.isLinked = { $0 != 2 && $1 != 2 }
        world.run(for: 500_000, leader: 0)
        XCTAssertEqual(world.members[0].unreached, ["n2"])
        XCTAssertEqual(world.members[1].unreached, ["n2"])
        XCTAssertEqual(world.members[2].unreached, ["n0", "n1"])
    }

    private func told(
        _ member: String, _ number: Int, _ missed: [String], holds: Int = 0, asks: Bool = false,
        _ others: [LinkStateAdvertisement] = []
    ) -> Hello {
        Hello(
            own: LinkStateAdvertisement(member: member, number: number, missed: missed), holds: holds,
            asks: asks,
            others: others)
    }

    func testAnOlderListDoesNotReplaceANewerOne() {
        var member = Detours(id: "n0", members: ["n0", "n1", "n2"], now: 0)
        func other(_ number: Int, _ missed: [String]) -> LinkStateAdvertisement {
            LinkStateAdvertisement(member: "n2", number: number, missed: missed)
        }
        member.take(told("n1", 9, [], [other(5, ["n0"])]), from: "n1", at: 100)
        member.take(told("n1", 9, [], [other(4, [])]), from: "n1", at: 100)
        _ = member.advance(to: 101, expecting: .one("n1"), window: 1_000)
        XCTAssertEqual(member.routes, ["n2": ["n1", "n2"]])
    }

    // With its numbers of an earlier life, when its clock was ahead, nobody would heed what it tells.
    func testWhoHasStartedAgainWithASlowerClockIsHeeded() {
        var member = Detours(id: "n0", members: ["n0", "n1"], now: 0)
        member.take(told("n1", 3, [], holds: 5_000), from: "n1", at: 10)
        let hellos = member.advance(to: 11, expecting: .one("n1"), window: 1_000)
        XCTAssertEqual(hellos.map(\.1.own.number), [5_001])
    }

    func testWhoMissesNobodyAnyMoreSaysSoUntilItIsConfirmed() {
        var member = Detours(id: "n0", members: ["n0", "n1"], now: 0)
        _ = member.advance(to: 1, expecting: .one("n1"), window: 1_000)
        XCTAssertEqual(
            member.advance(to: 1_002, expecting: .one("n1"), window: 1_000).map(\.1.own.missed), [["n1"]])
        member.heard("n1", at: 1_003)
        var said: [Hello] = []
        for now in stride(from: 1_300, to: 4_000, by: 50) {
            member.heard("n1", at: now)
            said += member.advance(to: now, expecting: .one("n1"), window: 1_000).map(\.1)
        }
        XCTAssertTrue(said.allSatisfy { $0.own.missed == [] && $0.asks })
        XCTAssertGreaterThan(said.count, 2)
        member.take(told("n1", 7, [], holds: said[0].own.number), from: "n1", at: 4_000)
        for now in stride(from: 4_000, to: 40_000, by: 500) {
            member.heard("n1", at: now)
            XCTAssertEqual(member.advance(to: now, expecting: .one("n1"), window: 1_000).count, 0)
            XCTAssertGreaterThan(member.deadline(expecting: .one("n1"), window: 1_000) ?? .max, now)
        }
    }

    // Followers say nothing to each other, so a way that leads over two of them may have gone without a word.
    func testAWayThatWordsDoNotComeOnAnyMoreIsFoundAnew() {
        for broken in [(1, 2), (2, 1)] {
            var world = World(5)
            world.run(for: 500_000, leader: 0)
            world.isLinked = { !(min($0, $1) == 0 && max($0, $1) == 2) }
            world.run(for: 600_000, leader: 0)
            XCTAssertEqual(world.members[0].routes["n2"], ["n1", "n2"])
            XCTAssertEqual(world.members[2].routes["n0"], ["n1", "n0"])
            world.isLinked = {
                !(min($0, $1) == 0 && max($0, $1) == 2) && !($0 == broken.0 && $1 == broken.1)
            }
            world.run(for: 600_000, leader: 0)
            XCTAssertTrue(world.arrives(from: 0, to: 2))
            XCTAssertTrue(world.arrives(from: 2, to: 0))
        }
    }

    func testStrangersAndOnesOwnListAreIgnored() {
        var member = Detours(id: "n0", members: ["n0", "n1"], now: 0)
        member.take(
            told(
                "n1", 0, [],
                [
                    LinkStateAdvertisement(member: "n0", number: 9, missed: ["n1"]),
                    LinkStateAdvertisement(member: "n7", number: 9, missed: ["n0"]),
                ]),
            from: "n1", at: 0)
        member.take(told("n7", 8, ["n0"], asks: true), from: "n7", at: 0)
        member.take(told("n0", 8, ["n1"]), from: "n1", at: 0)
        member.heard("n7", at: 5)
        XCTAssertEqual(member.advance(to: 10, expecting: .one("n1"), window: 1_000).count, 0)
        XCTAssertEqual(member.unreached, [])
    }

    func testALoneMemberHasNothingToWaitFor() {
        let member = Detours(id: "n0", members: ["n0"], now: 0)
        XCTAssertNil(member.deadline(expecting: .nobody, window: 1_000))
    }
}
