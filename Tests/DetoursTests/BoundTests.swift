import XCTest

@testable import Detours

/// What the detours cost, in clusters of any size, when members die and come back.
final class BoundTests: XCTestCase {
    private static let window = 75_000

    /// Runs so many windows; in none of them any member may say more than the bound.
    private func run(_ world: inout World, windows: Int, _ text: String) {
        let size = world.members.count
        let messages = Detours.mostHellos(in: Self.window, window: Self.window)
        let wordsPerMessage = 4 + Detours.listsPerHello + Detours.mostIDsPerHello(members: size)
        for _ in 0..<windows {
            let told = world.told
            let words = world.words
            world.run(for: Self.window, leader: 0)
            for slot in 0..<size {
                XCTAssertLessThanOrEqual(world.told[slot] - told[slot], messages, text)
                XCTAssertLessThanOrEqual(
                    world.words[slot] - words[slot], messages * wordsPerMessage, text)
            }
        }
    }

    func testNoMemberSaysMoreThanTheBoundAndNothingWhenAllIsSteady() {
        for size in [5, 9, 15, 40] {
            for dead in [1, (size - 1) / 2] {
                let text = "\(dead) of \(size) dead"
                var world = World(size)
                world.step = 18_750
                run(&world, windows: 2, text)
                XCTAssertEqual(world.tellings, 0, text)
                world.down = Set((size - dead)..<size)
                run(&world, windows: 24, text)
                // One change: each tells each once or a few times, and the dead until they are asked seldom.
                XCTAssertLessThan(world.tellings, 8 * size * size, text)
                for slot in 0..<(size - dead) {
                    XCTAssertEqual(
                        world.members[slot].unreached, Set(world.members.suffix(dead).map(\.id)), text)
                }
                // Now only the dead are asked, seldom.
                let before = world.told
                run(&world, windows: 2 * Detours.longestWait / Self.window, text)
                for slot in 0..<size {
                    XCTAssertLessThanOrEqual(world.told[slot] - before[slot], 3 * dead, text)
                }
                world.down = []
                run(&world, windows: 64, text)
                let after = world.tellings
                run(&world, windows: Detours.longestWait / Self.window, text)
                XCTAssertEqual(world.tellings, after, text)
                for member in world.members { XCTAssertEqual(member.unreached, [], text) }
            }
        }
    }

    func testOnlyFewPassAListOn() {
        let size = 25
        var world = World(size)
        world.run(for: 4 * Self.window, leader: 0)
        world.isLinked = { ![[1, 2], [0, 3]].contains([min($0, $1), max($0, $1)]) }
        run(&world, windows: 48, "two links of \(size) members")
        XCTAssertEqual(world.members[0].routes, ["n03": ["n01", "n03"]])
        // With lists that all pass on it is eleven for each link.
        XCTAssertLessThan(world.words.reduce(0, +), 12 * size * size)
    }
}
