import Consensus
import XCTest

@testable import Simulation

final class PartsTests: XCTestCase {
    func testTheQueueOrdersByTimeAndThenByScheduling() {
        var dice = Dice(seed: 1)
        var queue = EventQueue<Int>()
        var expected: [(time: Int, what: Int)] = []
        for number in 0..<500 {
            let time = dice.below(50)
            queue.add(number, at: time)
            expected.append((time, number))
        }
        expected.sort { ($0.time, $0.what) < ($1.time, $1.what) }
        for one in expected {
            let next = queue.next()
            XCTAssertEqual(next?.time, one.time)
            XCTAssertEqual(next?.what, one.what)
        }
        XCTAssertNil(queue.next())
    }

    func testAClockReachesAReadingAtTheTimeThatItComputesForIt() {
        var dice = Dice(seed: 2)
        for _ in 0..<1_000 {
            let start = dice.below(1 << 40)
            var clock = Clock(at: start, showing: dice.below(1 << 40), rate: dice.within(500_000...2_000_000))
            clock.change(rate: dice.within(500_000...2_000_000), at: start + dice.below(1_000_000))
            let reading = clock.reading(at: start + 1_000_000) + dice.below(10_000_000)
            let time = clock.time(of: reading)
            XCTAssertGreaterThanOrEqual(clock.reading(at: time), reading)
            XCTAssertLessThan(clock.reading(at: time - 1), reading)
        }
    }

    func testDiceDrawFromTheStatedDistributions() {
        var dice = Dice(seed: 3)
        let draws = (0..<20_000).map { _ in dice.exponential(mean: 1_000) }
        let mean = draws.reduce(0, +) / draws.count
        XCTAssertTrue((950...1_050).contains(mean), "\(mean)")
        XCTAssertEqual(Set((0..<1_000).map { _ in dice.below(7) }), Set(0..<7))
        let hits = (0..<20_000).count { _ in dice.chance(perMillion: 250_000) }
        XCTAssertTrue((4_700...5_300).contains(hits), "\(hits)")
        for value in [1e-9, 0.01, 0.5, 0.999, 1.0] {
            XCTAssertEqual(Dice.naturalLogarithm(value), logarithm(value), accuracy: 1e-9)
        }
    }

    /// An independent computation of the natural logarithm.
    private func logarithm(_ value: Double) -> Double {
        // ln(v) = 2^k · ln(v^(1/2^k)), and near 1 the series of ln(1 + x) converges quickly.
        var root = value
        for _ in 0..<20 { root = root.squareRoot() }
        let x = root - 1
        return (x - x * x / 2 + x * x * x / 3) * 1_048_576
    }

    func testInAMajoritiesRingEachMemberHearsAMajority() {
        var dice = Dice(seed: 4)
        var seen: Set<String> = []
        for _ in 0..<500 {
            let size = dice.within(1...7)
            let cut = Cut.draw(&dice, size, target: dice.below(size))
            seen.insert(String(cut.description.prefix(8)))
            XCTAssertTrue(cut.links.allSatisfy { $0.from != $0.to && $0.from < size && $0.to < size })
            guard cut.description.hasPrefix("a ring") else { continue }
            for member in 0..<size {
                let unheard = cut.links.filter { $0.to == member }.count
                XCTAssertGreaterThan(size - unheard, size / 2)
            }
        }
        XCTAssertGreaterThanOrEqual(seen.count, 6, "\(seen)")
    }

    func testLostMessagesHaveNoCopiesAndDuplicatesHaveTwo() {
        var dice = Dice(seed: 5)
        var network = Network(
            size: 3, latency: Scenario.Latency(mean: 100, distribution: .constant),
            linkFaults: Scenario.LinkFaults(loss: 1_000_000))
        XCTAssertEqual(network.delays(&dice), [])
        network.linkFaults = Scenario.LinkFaults(duplication: 1_000_000, lateCopy: 1_000_000)
        let delays = network.delays(&dice)
        XCTAssertEqual(delays.dropLast(), [100, 100])
        XCTAssertGreaterThanOrEqual(delays.last ?? 0, 5_000)
        network.cut(from: 0, to: 1)
        XCTAssertTrue(network.drops(from: 0, to: 1))
        XCTAssertFalse(network.drops(from: 1, to: 0))
        network.healAll()
        XCTAssertFalse(network.drops(from: 0, to: 1))
    }
}
