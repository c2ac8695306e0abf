import TestPrograms
import XCTest

@testable import Detours

/// The cost of detours, in clusters of any size, while members fail and recover.
final class BoundTests: XCTestCase {
    private static let window = 75_000

    /// Runs so many windows, and checks the bound of each member in each window.
    private static func run(_ world: inout World, windows: Int, _ text: String) {
        let size = world.members.count
        let messages = Detours.mostHellos(in: window, window: window, members: size)
        let wordsPerMessage = 4 + Detours.listsPerHello + Detours.mostIDsPerHello(members: size)
        for _ in 0..<windows {
            let told = world.told
            let words = world.words
            world.run(for: window, leader: 0)
            for slot in 0..<size {
                XCTAssertLessThanOrEqual(world.told[slot] - told[slot], messages, text)
                XCTAssertLessThanOrEqual(
                    world.words[slot] - words[slot], messages * wordsPerMessage, text)
            }
        }
    }

    func testNoMemberExceedsTheBoundAndNoneSendsWhenAllIsSteady() {
        let clusters = [40, 15, 9, 5].flatMap { size in [(size, 1), (size, (size - 1) / 2)] }
        _ = concurrently(clusters) { Self.checkBound(of: $0, dead: $1) }
    }

    private static func checkBound(of size: Int, dead: Int) {
        // Hellos to all others take so many times as long as in a small cluster.
        let slowness = size > 16 ? 2 : 1
        let text = "\(dead) of \(size) dead"
        var world = World(size)
        world.step = 18_750
        run(&world, windows: 2, text)
        XCTAssertEqual(world.tellings, 0, text)
        world.down = Set((size - dead)..<size)
        run(&world, windows: 24 * slowness, text)
        // One change costs a few messages per link, and more to failed members until they are asked rarely.
        XCTAssertLessThan(world.tellings, 8 * size * size, text)
        for slot in 0..<(size - dead) {
            XCTAssertEqual(world.members[slot].unreached, Set(world.members.suffix(dead).map(\.id)), text)
        }
        // Now only failed members are asked, rarely.
        let before = world.told
        run(&world, windows: 2 * Detours.longestWait / window, text)
        for slot in 0..<size {
            XCTAssertLessThanOrEqual(world.told[slot] - before[slot], 3 * dead, text)
        }
        world.down = []
        run(&world, windows: 64 * slowness, text)
        let after = world.tellings
        run(&world, windows: Detours.longestWait / window, text)
        XCTAssertEqual(world.tellings, after, text)
        for member in world.members { XCTAssertEqual(member.unreached, [], text) }
    }

    /// Otherwise all of a large cluster send so many that answers are late, and members are missed for that.
    func testTheLargerTheClusterTheFewerHellosAMemberSends() {
        XCTAssertEqual(
            [3, 16, 40, 100, 1_000].map { Detours.hellosPerQuarter(members: $0) }, [16, 16, 6, 2, 2])
    }

    func testFewMembersForwardAList() {
        let size = 25
        var world = World(size)
        world.run(for: 4 * Self.window, leader: 0)
        world.isLinked = { ![[1, 2], [0, 3]].contains([min($0, $1), max($0, $1)]) }
        Self.run(&world, windows: 48, "two links of \(size) members")
        XCTAssertEqual(world.members[0].routes, ["n03": ["n01", "n03"]])
        // It would be eleven per link if all members forwarded each list.
        XCTAssertLessThan(world.words.reduce(0, +), 12 * size * size)
    }
}
