import XCTest

@testable import Detours

/// Members that tell each other whom they hear, over links that each work in one direction.
private struct World {
    var now = 0
    var windows: [Int]
    var members: [Detours]
    /// Who tells whom, and arrives.
    var isLinked: (Int, Int) -> Bool = { _, _ in true }
    /// How many lists were told in all.
    private(set) var tellings = 0

    init(_ size: Int) {
        let ids = (0..<size).map { "n\($0)" }
        members = ids.map { Detours(id: $0, members: ids, now: 0) }
        windows = ids.map { _ in 75_000 }
    }

    func slot(_ id: String) -> Int { members.firstIndex { $0.id == id }! }

    /// Lets time pass, during which `leader` speaks with everybody and hears everybody, as far as links go.
    mutating func run(for time: Int, leader: Int?) {
        let end = now + time
        while now < end {
            now += 5_000
            if let leader {
                for other in members.indices where other != leader {
                    say(from: leader, to: other, nil)
                    say(from: other, to: leader, nil)
                }
            }
            for from in members.indices {
                let expected = leader.flatMap { $0 == from ? nil : members[$0].id }
                let window = windows[from]
                guard let lists = members[from].advance(to: now, expecting: expected, window: window) else {
                    continue
                }
                tellings += 1
                for to in members.indices where to != from { say(from: from, to: to, lists) }
            }
        }
    }

    private mutating func say(from: Int, to: Int, _ lists: [LinkStateAdvertisement]?) {
        guard isLinked(from, to) else { return }
        members[to].heard(members[from].id, at: now)
        if let lists { members[to].take(lists, from: members[from].id, at: now) }
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
        world.run(for: 300_000, leader: 0)
        for member in world.members { XCTAssertEqual(member.routes, [:]) }
        let before = world.tellings
        world.run(for: 1_000_000, leader: 0)
        XCTAssertEqual(world.tellings, before, "they talk on when nobody misses anybody")
    }

    // Found by the simulation: three that had once measured a slow network told their lists so seldom that the
    // fourth, which had not, took them for old each time.
    func testMembersWithDifferentWindowsFindTheirWays() {
        for hasty in 0..<4 {
            var world = World(4)
            world.windows = (0..<4).map { $0 == hasty ? 75_000 : 330_000 }
            world.isLinked = { ($0 + 1) % 4 == $1 }
            world.run(for: 2_000_000, leader: nil)
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
                let share = Int.random(in: 10...90, using: &generator)
                let links = (0..<size).map { _ in
                    (0..<size).map { _ in Int.random(in: 0..<100, using: &generator) < share }
                }
                world.isLinked = { links[$0][$1] }
                world.run(for: 600_000, leader: nil)
                for from in 0..<size {
                    for to in 0..<size where from != to && world.isJoined(to, from) {
                        // Whoever hears from the other in some way knows whether its words arrive there.
                        let isKnown = !world.members[from].unreached.contains("n\(to)")
                        XCTAssertEqual(isKnown, world.isJoined(from, to), "\(from) to \(to) by \(links)")
                        XCTAssertEqual(
                            world.arrives(from: from, to: to), isKnown, "\(from) to \(to) by \(links)")
                    }
                    for to in 0..<size where from != to && !world.isJoined(to, from) {
                        XCTAssertTrue(world.members[from].unreached.contains("n\(to)"), "\(from) to \(to)")
                    }
                }
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
        XCTAssertGreaterThan(world.tellings, 10)
    }

    func testAnOlderListDoesNotReplaceANewerOne() {
        var member = Detours(id: "n0", members: ["n0", "n1", "n2"], now: 0)
        member.heard("n1", at: 100)
        member.take(
            [LinkStateAdvertisement(member: "n1", number: 9, window: 1_000, heard: ["n0", "n2"])], from: "n1",
            at: 100)
        member.take(
            [LinkStateAdvertisement(member: "n2", number: 5, window: 1_000, heard: ["n1"])], from: "n1",
            at: 100)
        member.take(
            [LinkStateAdvertisement(member: "n2", number: 4, window: 1_000, heard: ["n0"])], from: "n1",
            at: 100)
        _ = member.advance(to: 101, expecting: "n1", window: 1_000)
        XCTAssertEqual(member.routes, ["n2": ["n1", "n2"]])
    }

    func testAListThatIsNotRenewedIsForgotten() {
        var member = Detours(id: "n0", members: ["n0", "n1", "n2"], now: 0)
        let others = LinkStateAdvertisement(member: "n1", number: 9, window: 1_000, heard: ["n0", "n2"])
        member.take(
            [others, LinkStateAdvertisement(member: "n2", number: 5, window: 1_000, heard: ["n1"])],
            from: "n1", at: 0)
        _ = member.advance(to: 1, expecting: "n1", window: 1_000)
        XCTAssertEqual(member.routes, ["n2": ["n1", "n2"]])
        _ = member.advance(to: 2_001, expecting: "n1", window: 1_000)
        XCTAssertEqual(member.routes, [:])
        member.take([others], from: "n1", at: 2_002)
        // Others may tell it on, who learnt it later.
        member.take(
            [LinkStateAdvertisement(member: "n2", number: 5, window: 1_000, heard: ["n1"])], from: "n1",
            at: 2_002)
        _ = member.advance(to: 2_003, expecting: "n1", window: 1_000)
        XCTAssertEqual(member.routes, [:])
        // One that has started again may number its own from anywhere.
        member.take(
            [LinkStateAdvertisement(member: "n2", number: 1, window: 1_000, heard: ["n1"])], from: "n2",
            at: 2_002)
        _ = member.advance(to: 2_003, expecting: "n1", window: 1_000)
        XCTAssertEqual(member.routes, ["n2": ["n1", "n2"]])
    }

    func testAListThatIsForgottenLeavesNoDeadlineBehind() {
        var member = Detours(id: "n0", members: ["n0", "n1", "n2"], now: 0)
        let slow = LinkStateAdvertisement(member: "n1", number: 1, window: 10_000, heard: ["n0", "n2"])
        member.take([slow], from: "n1", at: 0)
        for now in stride(from: 1, to: 40_000, by: 500) {
            _ = member.advance(to: now, expecting: "n2", window: 1_000)
            XCTAssertGreaterThan(member.deadline(expecting: "n2", window: 1_000) ?? .max, now)
        }
    }

    func testWhoMissesNobodyAnyMoreSaysSoOnce() {
        var member = Detours(id: "n0", members: ["n0", "n1"], now: 0)
        XCTAssertEqual(member.advance(to: 1_001, expecting: "n1", window: 1_000)?.map(\.heard), [[]])
        member.heard("n1", at: 1_002)
        XCTAssertEqual(member.advance(to: 1_003, expecting: "n1", window: 1_000)?.map(\.heard), [["n1"]])
        XCTAssertNil(member.advance(to: 1_300, expecting: "n1", window: 1_000))
    }

    func testStrangersAndOnesOwnListAreIgnored() {
        var member = Detours(id: "n0", members: ["n0", "n1"], now: 0)
        member.take(
            [
                LinkStateAdvertisement(member: "n0", number: 9, window: 1_000, heard: []),
                LinkStateAdvertisement(member: "n7", number: 9, window: 1_000, heard: []),
            ],
            from: "n1", at: 0)
        member.heard("n7", at: 5)
        XCTAssertNil(member.advance(to: 10, expecting: "n1", window: 1_000))
    }

    func testALoneMemberHasNothingToWaitFor() {
        let member = Detours(id: "n0", members: ["n0"], now: 0)
        XCTAssertNil(member.deadline(expecting: nil, window: 1_000))
    }
}
