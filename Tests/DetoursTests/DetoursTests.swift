import Consensus
import TestPrograms
import XCTest

@testable import Detours

final class DetoursTests: XCTestCase {
    func testAHealthyNetworkSendsNoHellos() {
        var world = World(5)
        world.run(for: 2_000_000, leader: 0)
        XCTAssertEqual(world.tellings, 0)
    }

    func testInARingOfThreeEachReachesTheOthers() {
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

    func testMembersWithDifferentWindowsFindRoutes() {
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

    func testMessagesArriveWhereverLinksLeaveARouteThereAndBack() {
        var generator = SeededGenerator(seed: 1)
        var clusters: [[[[Bool]]]] = []
        for size in (2...7).reversed() {
            for _ in 0..<8 {
                clusters.append(
                    (0..<3).map { _ in
                        let share = Int.random(in: 10...90, using: &generator)
                        return (0..<size).map { _ in
                            (0..<size).map { _ in Int.random(in: 0..<100, using: &generator) < share }
                        }
                    })
            }
        }
        _ = concurrently(clusters) { rounds in
            var world = World(rounds[0].count)
            // The first round starts from nothing; later ones change the links of a running cluster.
            for links in rounds {
                world.isLinked = { links[$0][$1] }
                world.run(for: 6_000_000, leader: nil)
                Self.check(world, "\(links)")
            }
        }
    }

    // Each member once assumed that others forward lists that they did not have.
    func testListsSpreadRoundAnUnknownRing() {
        var world = World(7)
        let links = [[0, 4], [0, 6], [2, 1], [2, 5], [2, 6], [3, 2], [6, 3]]
        world.isLinked = { links.contains([$0, $1]) }
        world.run(for: 6_000_000, leader: nil)
        Self.check(world, "\(links)")
    }

    private static func check(_ world: World, _ links: String) {
        for from in world.members.indices {
            // A member without any two-way neighbour cannot learn whether its messages arrive.
            let hasCompany = world.members.indices.contains {
                $0 != from && world.isJoined(from, $0) && world.isJoined($0, from)
            }
            for to in world.members.indices where from != to && hasCompany {
                let id = world.members[to].id
                guard world.isJoined(to, from) else {
                    XCTAssertTrue(world.members[from].unreached.contains(id), "\(from) to \(to) by \(links)")
                    continue
                }
                // A member that hears from another, directly or not, knows whether its messages arrive there.
                let isKnown = !world.members[from].unreached.contains(id)
                XCTAssertEqual(isKnown, world.isJoined(from, to), "\(from) to \(to) by \(links)")
                XCTAssertEqual(world.arrives(from: from, to: to), isKnown, "\(from) to \(to) by \(links)")
            }
        }
    }

    func testAListReachesTheMembersThatItsSenderMisses() {
        var world = World(3)
        world.run(for: 100_000, leader: 0)
        world.isLinked = { $0 != 2 && $1 != 2 }
        world.run(for: 500_000, leader: 0)
        XCTAssertEqual(world.members[0].unreached, ["n2"])
        XCTAssertEqual(world.members[1].unreached, ["n2"])
        XCTAssertEqual(world.members[2].unreached, ["n0", "n1"])
    }

    func testAnOlderListDoesNotReplaceANewerOne() {
        var member = Detours(id: "n0", members: ["n0", "n1", "n2"], now: 0)
        func other(_ number: Int, _ missed: [String]) -> LinkStateAdvertisement {
            LinkStateAdvertisement(member: "n2", number: number, missed: missed)
        }
        member.receive(told("n1", 9, [], [other(5, ["n0"])]), from: "n1", at: 100)
        member.receive(told("n1", 9, [], [other(4, [])]), from: "n1", at: 100)
        _ = member.advance(to: 101, expecting: .one("n1"), window: 1_000)
        XCTAssertEqual(member.routes, ["n2": ["n1", "n2"]])
    }

    // Numbers from before the restart, when its clock was ahead, would be higher.
    func testListsOfARestartedMemberWithASlowerClockCount() {
        var member = Detours(id: "n0", members: ["n0", "n1"], now: 0)
        member.receive(told("n1", 3, [], holds: 5_000), from: "n1", at: 10)
        let hellos = member.advance(to: 11, expecting: .one("n1"), window: 1_000)
        XCTAssertEqual(hellos.map(\.1.own.number), [5_001])
    }

    func testAMemberThatMissesNobodyAnnouncesThatUntilConfirmed() {
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
        member.receive(told("n1", 7, [], holds: said[0].own.number), from: "n1", at: 4_000)
        for now in stride(from: 4_000, to: 40_000, by: 500) {
            member.heard("n1", at: now)
            XCTAssertEqual(member.advance(to: now, expecting: .one("n1"), window: 1_000).count, 0)
            XCTAssertGreaterThan(member.deadline(expecting: .one("n1"), window: 1_000) ?? .max, now)
        }
    }

    /// n0 leads; n2 sends messages on a detour for as long as it holds a list of n0 that names it.
    func testAMemberIsNotMissedAgainBeforeItKnowsThatItIsHeard() {
        var member = Detours(id: "n0", members: ["n0", "n1", "n2"], now: 0)
        var (now, number, isMissed) = (0, 0, false)
        func pass(_ time: Int, _ hear: (inout Detours) -> Void = { _ in }) {
            for _ in 0..<time / 100 {
                now += 100
                member.heard("n1", at: now)
                hear(&member)
                for (_, hello) in member.advance(to: now, expecting: .all, window: 1_000) {
                    (number, isMissed) = (hello.own.number, hello.own.missed == ["n2"])
                }
            }
        }
        pass(2_000)
        XCTAssertTrue(isMissed)
        // It answers a question directly, but the list that names it no longer is lost.
        member.receive(told("n2", 1, [], holds: number), from: "n2", at: now)
        member.heard("n2", at: now)
        pass(1_100) { $0.heardOnDetour("n2", at: now) }
        XCTAssertFalse(isMissed)
        // Now it has that list, so its messages must come directly.
        member.receive(told("n2", 1, [], holds: number), from: "n2", at: now)
        member.heard("n2", at: now)
        pass(1_200) { $0.heardOnDetour("n2", at: now) }
        XCTAssertTrue(isMissed)
    }

    // Where many learn of one change, each would otherwise ask all others for each list.
    func testOnlyMembersThatWereNotHeardAMomentAgoAreAsked() {
        var member = Detours(id: "n0", members: ["n0", "n1", "n2", "n3"], now: 0)
        _ = member.advance(to: 1, expecting: .one("n3"), window: 1_000)
        member.heard("n1", at: 800)
        member.heard("n3", at: 1_000)
        member.receive(told("n3", 7, ["n1"]), from: "n3", at: 1_000)
        let hellos = member.advance(to: 1_000, expecting: .one("n3"), window: 1_000)
        XCTAssertEqual(hellos.filter(\.1.asks).map(\.to), ["n2"])
    }

    /// n1 does not hear n0, and n0 asks it because n2 has missed it. It says something by itself now and then.
    func testAMemberThatDoesNotHearQuestionsMayTakeLongerToSpeak() throws {
        var member = Detours(id: "n0", members: ["n0", "n1", "n2"], now: 0)
        var asked: Int?
        var missed: Int?
        member.receive(told("n1", 7, ["n0"]), from: "n1", at: 0)
        for now in stride(from: 1_000, through: 2 * Detours.longestWait, by: 500) {
            member.heard("n2", at: now)
            if now == 1_000 { member.receive(told("n2", 7, ["n1"]), from: "n2", at: now) }
            for (to, hello) in member.advance(to: now, expecting: .one("n2"), window: 1_000) {
                if to == "n1", hello.asks { asked = asked ?? now }
                if hello.own.missed == ["n1"] { missed = missed ?? now }
            }
        }
        let silence = try XCTUnwrap(missed) - XCTUnwrap(asked)
        XCTAssertGreaterThan(silence, Detours.longestWait)
        XCTAssertLessThan(silence, Detours.longestWait + 2_000)
    }

    // The lists that others sent while it was cut off are lost.
    func testAMemberThatHearsAgainLearnsWhoStillMissesIt() {
        for size in [3, 5, 12] {
            var world = World(size)
            world.run(for: 500_000, leader: 1)
            world.isLinked = { $0 != 0 && $1 != 0 }
            // Until hellos to the missed are as rare as they become.
            world.run(for: 4 * Detours.longestWait, leader: 1)
            world.isLinked = { $0 != 0 && ($1 != 0 || $0 == 1) }
            world.run(for: 4 * Detours.longestWait, leader: 1)
            XCTAssertEqual(world.members[0].unreached, Set(world.members.dropFirst().map(\.id)), "\(size)")
        }
    }

    // Followers do not talk to each other, so a route over two of them may fail unnoticed.
    func testARouteThatStopsDeliveringIsReplaced() {
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

    // n1 never hears n0, and n0 sends it no questions, so only n0's list shows the failed link.
    func testAMemberWhoseNewListOnlyOthersForwardIsMissed() {
        var member = Detours(id: "n1", members: ["n0", "n1", "n2"], now: 0)
        let list = LinkStateAdvertisement(member: "n0", number: 7, missed: ["n1"])
        var said: [Hello] = []
        for now in stride(from: 100, to: 3_000, by: 100) {
            member.heard("n2", at: now)
            member.receive(told("n2", 5, [], [list]), from: "n2", at: now)
            said += member.advance(to: now, expecting: .one("n2"), window: 1_000).map(\.1)
        }
        XCTAssertTrue(said.contains { $0.own.missed == ["n0"] }, "\(said)")
    }

    func testAMemberWhoseListArrivesSoonAfterAForwardedCopyIsNotMissed() {
        var member = Detours(id: "n1", members: ["n0", "n1", "n2"], now: 0)
        let list = LinkStateAdvertisement(member: "n0", number: 7, missed: [])
        member.receive(told("n2", 5, [], [list]), from: "n2", at: 100)
        member.heard("n0", at: 900)
        member.receive(told("n0", 7, []), from: "n0", at: 900)
        for now in stride(from: 1_000, to: 5_000, by: 100) {
            member.heard("n2", at: now)
            for (_, hello) in member.advance(to: now, expecting: .one("n2"), window: 1_000) {
                XCTAssertEqual(hello.own.missed, [])
            }
        }
    }

    func testListsOfStrangersAndTheMembersOwnListAreIgnored() {
        var member = Detours(id: "n0", members: ["n0", "n1"], now: 0)
        member.receive(
            told(
                "n1", 0, [],
                [
                    LinkStateAdvertisement(member: "n0", number: 9, missed: ["n1"]),
                    LinkStateAdvertisement(member: "n7", number: 9, missed: ["n0"]),
                ]),
            from: "n1", at: 0)
        member.receive(told("n7", 8, ["n0"], asks: true), from: "n7", at: 0)
        member.receive(told("n0", 8, ["n1"]), from: "n1", at: 0)
        member.heard("n7", at: 5)
        XCTAssertEqual(member.advance(to: 10, expecting: .one("n1"), window: 1_000).count, 0)
        XCTAssertEqual(member.unreached, [])
    }

    /// How long a member without a leader waits until it asks who is there, in windows.
    private func waits(among count: Int) -> Int? {
        let (window, members) = (75_000, (0..<count).map { "n\($0)" })
        var detours = Detours(id: "n0", members: members, now: 0)
        return (1...100).first {
            !detours.advance(to: $0 * window, expecting: .nobody, window: window).isEmpty
        }
    }

    func testTheLargerTheClusterTheMoreTimeAnElectionIsGivenBeforeAllAreAsked() {
        XCTAssertEqual([3, 16, 40, 100].map(waits), [4, 4, 12, 28])
    }

    func testALoneMemberHasNothingToWaitFor() {
        let member = Detours(id: "n0", members: ["n0"], now: 0)
        XCTAssertNil(member.deadline(expecting: .nobody, window: 1_000))
    }
}
