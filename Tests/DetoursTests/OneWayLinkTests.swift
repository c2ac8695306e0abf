import Consensus
import TestPrograms
import XCTest

@testable import Detours

/// Links that work in one direction only, in every pattern that leaves a way from each member to each other.
final class OneWayLinkTests: XCTestCase {
    /// By sender and receiver, whether the link works.
    private typealias Links = [[Bool]]

    /// The longest until all know their routes; a healed cluster must serve after 6 seconds, elections included.
    private static let longest = 4_000_000
    private static let window = 75_000

    /// The links whose bits are set, counted by sender, then by receiver.
    private static func links(_ bits: Int, among size: Int) -> Links {
        (0..<size).map { from in
            (0..<size).map { to in
                to != from && bits >> (from * (size - 1) + (to < from ? to : to - 1)) & 1 == 1
            }
        }
    }

    /// Whether the links lead from each member to each other.
    private static func joinAll(_ links: Links) -> Bool {
        let all = links.indices
        var reached = all.map { from in all.map { $0 == from || links[from][$0] } }
        for middle in all {
            for from in all where reached[from][middle] {
                for to in all where reached[middle][to] { reached[from][to] = true }
            }
        }
        return reached.allSatisfy { $0.allSatisfy { $0 } }
    }

    private static func allPatterns(of size: Int) -> [Links] {
        (0..<1 << (size * (size - 1))).map { links($0, among: size) }.filter(joinAll)
    }

    private static func somePatterns(_ count: Int, of size: Int, _ generator: inout SeededGenerator)
        -> [Links]
    {
        var patterns: [Links] = []
        while patterns.count < count {
            let share = Int.random(in: 15...85, using: &generator)
            let pattern = (0..<size).map { from in
                (0..<size).map { $0 != from && Int.random(in: 0..<100, using: &generator) < share }
            }
            if joinAll(pattern) { patterns.append(pattern) }
        }
        return patterns
    }

    /// Changes the links, and waits until all reach all; then whichever of them leads, they must go on doing so.
    private static func change(_ world: inout World, to links: Links, leader: Int) {
        let text = links.enumerated().flatMap { from, row in
            row.indices.filter { row[$0] }.map { "n\(from)>n\($0)" }
        }
        world.isLinked = { links[$0][$1] }
        let began = world.now
        repeat {
            world.run(for: window, leader: nil)
        } while !world.isSettled
            && world.now - began < longest
        XCTAssertTrue(world.isSettled, "nobody leads, with \(text)")
        world.run(for: 5 * window, leader: leader)
        XCTAssertTrue(world.isSettled, "n\(leader) leads, with \(text)")
    }

    private static func calmWorld(_ size: Int) -> World {
        var world = World(size)
        world.step = window / 4
        world.run(for: 4 * window, leader: 0)
        return world
    }

    func testOneAfterTheOtherEachPatternOfLinksLetsAllReachAll() {
        var generator = SeededGenerator(seed: 1)
        let five = Self.somePatterns(200, of: 5, &generator)
        let three = Self.allPatterns(of: 3)
        let four = Self.allPatterns(of: 4).shuffled(using: &generator)
        XCTAssertEqual([three.count, four.count], [18, 1606])
        let parts = stride(from: 0, to: four.count, by: 400).map { Array(four[$0...].prefix(400)) }
        _ = concurrently(parts + [three.shuffled(using: &generator), five]) { patterns in
            var world = Self.calmWorld(patterns[0].count)
            for (number, links) in patterns.enumerated() {
                Self.change(&world, to: links, leader: number % links.count)
            }
        }
    }

    /// Each member once went on waiting for answers as long as they had taken on the slow network.
    func testAfterASlowTimeRoutesAreFoundAsSoon() {
        var generator = SeededGenerator(seed: 2)
        for patterns in [
            Self.allPatterns(of: 3), Self.somePatterns(60, of: 4, &generator),
            Self.somePatterns(60, of: 5, &generator),
        ] {
            var world = Self.calmWorld(patterns[0].count)
            let (windows, step) = (world.windows, world.step)
            (world.step, world.latency) = (100_000, 1_500_000)
            world.windows = windows.map { _ in 3_000_000 }
            world.isLinked = { $0 != 0 && $1 != 0 }
            world.run(for: 30_000_000, leader: nil)
            world.isLinked = { _, _ in true }
            world.run(for: 30_000_000, leader: nil)
            (world.windows, world.step, world.latency) = (windows, step, 0)
            world.run(for: 4 * Self.window, leader: 1)
            for (number, links) in patterns.enumerated() {
                var world = world
                Self.change(&world, to: links, leader: number % links.count)
            }
        }
    }
}
