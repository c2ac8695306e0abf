import XCTest

@testable import mini_maelstrom

final class NemesisTests: XCTestCase {
    private var random = SeededRandom(seed: 1)

    /// The number of nodes that each hears, itself included.
    private func heard(_ cuts: Cuts) -> [Int] {
        (0..<cuts.nodes).map { node in
            (0..<cuts.nodes).count { $0 == node || !cuts.contains(from: $0, to: node) }
        }
    }

    private func isSymmetric(_ cuts: Cuts) -> Bool {
        (0..<cuts.nodes).allSatisfy { one in
            (0..<cuts.nodes).allSatisfy {
                cuts.contains(from: one, to: $0) == cuts.contains(from: $0, to: one)
            }
        }
    }

    func testOneNodeIsCutOffFromAllOthers() {
        for nodes in 2...9 {
            let cuts = Partition.one.cuts(nodes: nodes, random: &random)
            XCTAssertEqual(heard(cuts).sorted(), [1] + Array(repeating: nodes - 1, count: nodes - 1))
            XCTAssertTrue(isSymmetric(cuts))
        }
    }

    func testAMajorityAndTheRestDoNotHearEachOther() {
        for nodes in 2...9 {
            let cuts = Partition.majority.cuts(nodes: nodes, random: &random)
            let less = nodes / 2
            let sizes =
                Array(repeating: less, count: less) + Array(repeating: nodes - less, count: nodes - less)
            XCTAssertEqual(heard(cuts).sorted(), sizes)
            XCTAssertTrue(isSymmetric(cuts))
        }
    }

    func testFewerThanAThirdAreCutOffAndOfThreeNone() {
        for (nodes, size) in [(1, 0), (2, 0), (3, 0), (4, 1), (5, 1), (6, 1), (7, 2), (9, 2), (10, 3)] {
            let cuts = Partition.minorityThird.cuts(nodes: nodes, random: &random)
            XCTAssertEqual(cuts.count, 2 * size * (nodes - size), "\(nodes)")
        }
    }

    func testInAMajoritiesRingEveryNodeHearsAnotherMajority() {
        for nodes in [3, 4, 5] {
            let cuts = Partition.majoritiesRing.cuts(nodes: nodes, random: &random)
            XCTAssertEqual(heard(cuts), Array(repeating: nodes / 2 + 1, count: nodes))
            let sets = Set(
                (0..<nodes).map { node in (0..<nodes).filter { !cuts.contains(from: $0, to: node) } })
            XCTAssertEqual(sets.count, nodes)
        }
    }

    func testInALargerMajoritiesRingLinksWorkBothWaysAndEveryNodeHearsAMajority() {
        for nodes in 6...11 {
            let cuts = Partition.majoritiesRing.cuts(nodes: nodes, random: &random)
            XCTAssertTrue(isSymmetric(cuts))
            XCTAssertTrue(heard(cuts).allSatisfy { $0 >= nodes / 2 + 1 }, "\(nodes)")
            XCTAssertFalse(cuts.isEmpty)
        }
    }

    func testOneNodeAloneCannotBeCutOffFromAnything() {
        for partition in Partition.allCases {
            XCTAssertTrue(partition.cuts(nodes: 1, random: &random).isEmpty)
        }
    }

    func testCutsArePrintedAsByMaelstrom() {
        XCTAssertEqual(
            Partition.split([2, 0, 1], at: 1).maelstrom(NodeNames()),
            #"{"n0" #{"n2"}, "n1" #{"n2"}, "n2" #{"n0" "n1"}}"#
        )
    }

    func testPartitionsBeginAtOnceAndChangeAtTheMeanInterval() {
        var nemesis = Nemesis(
            faults: [.partition], nodes: 5, interval: 3, random: SeededRandom(seed: 5))
        XCTAssertEqual(nemesis.next, 0)
        var last: UInt64 = 0
        for turn in 0..<2000 {
            let due = nemesis.next ?? 0
            XCTAssertTrue(due - last <= 6_000_000_000)
            if due > 0 { XCTAssertNil(nemesis.act(at: due - 1)) }
            switch nemesis.act(at: due) {
            case .startPartition: XCTAssertEqual(turn % 2, 0)
            case .stopPartition: XCTAssertEqual(turn % 2, 1)
            case .kill, .start, .pause, .resume, .lose, .duplicate, .changeMembership, .transfer, nil:
                XCTFail("no partition")
            }
            last = due
        }
        XCTAssertEqual(Double(last) / 2000 / 1e9, 3, accuracy: 0.2)
    }

    func testWithoutFaultsNothingHappens() {
        var nemesis = Nemesis(faults: [], nodes: 5, interval: 3, random: SeededRandom(seed: 5))
        XCTAssertNil(nemesis.next)
        XCTAssertNil(nemesis.act(at: .max))
    }

    func testEachFaultBeginsAndEndsInTurnsAndCutsHaveTimesOfTheirOwn() {
        var nemesis = Nemesis(
            faults: [.pause, .partition, .kill], nodes: 5, interval: 3, random: SeededRandom(seed: 5))
        var ongoing: Set<Nemesis.Fault> = []
        var acts: [Nemesis.Fault: Int] = [:]
        var last: UInt64 = 0
        for _ in 0..<4000 {
            last = nemesis.next ?? 0
            let (fault, begins): (Nemesis.Fault, Bool)
            switch nemesis.act(at: last) {
            case .startPartition: (fault, begins) = (.partition, true)
            case .stopPartition: (fault, begins) = (.partition, false)
            case .kill: (fault, begins) = (.kill, true)
            case .start: (fault, begins) = (.kill, false)
            case .pause: (fault, begins) = (.pause, true)
            case .resume: (fault, begins) = (.pause, false)
            case .lose, .duplicate, .changeMembership, .transfer, nil: return XCTFail("not asked for")
            }
            XCTAssertEqual(ongoing.insert(fault).inserted, begins)
            if !begins { ongoing.remove(fault) }
            acts[fault, default: 0] += 1
        }
        // Two schedules with an event every three seconds; kill and pause share one.
        XCTAssertEqual(Double(last) / 4000 / 1e9, 1.5, accuracy: 0.1)
        XCTAssertEqual(Double(acts[.partition] ?? 0), 2000, accuracy: 150)
        XCTAssertEqual(Double(acts[.kill] ?? 0), 1000, accuracy: 150)
        XCTAssertEqual(Double(acts[.pause] ?? 0), 1000, accuracy: 150)
    }

    func testEveryTargetIsDrawnAndPicksTheRightNumberOfNodes() {
        var nemesis = Nemesis(faults: [.kill], nodes: 5, interval: 1, random: random)
        var drawn: Set<Target> = []
        for _ in 0..<200 {
            if case .kill(let target, _) = nemesis.act(at: .max) { drawn.insert(target) }
        }
        XCTAssertEqual(drawn, Set(Target.allCases))
        for nodes in 1...9 {
            let sizes = Target.allCases.map { $0.pick(Array(0..<nodes), leader: 0).count }
            XCTAssertEqual(sizes, [1, (nodes - 1) / 2, nodes / 2 + 1, 1, nodes])
        }
    }

    func testALeaderFaultPicksTheLeaderOrElseTheFirstNode() {
        XCTAssertEqual(Target.leader.pick([4, 1, 3, 0, 2], leader: 3), [3])
        XCTAssertEqual(Target.leader.pick([4, 1, 3, 0, 2], leader: nil), [4])
    }

    func testTheSameSeedGivesTheSameFaults() {
        func acts() -> [Nemesis.Act?] {
            var nemesis = Nemesis(
                faults: Nemesis.Fault.allCases, nodes: 7, interval: 1, random: SeededRandom(seed: 3))
            return (0..<500).map { _ in nemesis.act(at: .max) }
        }
        XCTAssertEqual(acts(), acts())
    }

    func testLossAndDuplicationBeginAtOnceAndEndInTurns() {
        var nemesis = Nemesis(faults: [.loss], nodes: 5, interval: 1, random: random)
        XCTAssertEqual(nemesis.next, 0)
        XCTAssertEqual(
            (0..<4).map { _ in nemesis.act(at: .max) },
            [.lose(true), .lose(false), .lose(true), .lose(false)])
        nemesis = Nemesis(faults: [.duplicate], nodes: 5, interval: 1, random: random)
        XCTAssertEqual((0..<2).map { _ in nemesis.act(at: .max) }, [.duplicate(true), .duplicate(false)])
    }

    func testRequestsOfOperatorsComeAfterAWaitAndInAnyOrder() {
        var nemesis = Nemesis(faults: [.transfer, .membership], nodes: 5, interval: 1, random: random)
        XCTAssertNotEqual(nemesis.next, 0)
        var transfers = 0
        for _ in 0..<1000 {
            switch nemesis.act(at: .max) {
            case .transfer(let order):
                XCTAssertEqual(order.sorted(), Array(0..<5))
                transfers += 1
            case .changeMembership(let plan): XCTAssertEqual(plan.order.sorted(), Array(0..<5))
            case let other: XCTFail("\(String(describing: other))")
            }
        }
        XCTAssertEqual(Double(transfers), 500, accuracy: 80)
    }

    func testOnlyTheChosenPartitionsAreDrawn() {
        var nemesis = Nemesis(
            faults: [.partition], nodes: 5, interval: 1, partitions: [.majoritiesRing], random: random)
        for _ in 0..<50 {
            guard case .startPartition(let kind, _) = nemesis.act(at: .max) else { return XCTFail("no cut") }
            XCTAssertEqual(kind, .majoritiesRing)
            XCTAssertEqual(nemesis.act(at: .max), .stopPartition)
        }
    }
}
