import Serializability
import XCTest

/// Each anomaly in the smallest history that has it, and what each model says of it.
final class AnomalyTests: XCTestCase {
    func testDirtyWritesAreG0() throws {
        let history = together("ax1 ay1", "ax2 ay2", "rx12 ry21")
        XCTAssertTrue(try kinds(history, .readCommitted).contains(.g0))
    }

    func testAReadOfAFailedTransactionIsG1a() throws {
        for history in [together("!ax1", "rx1"), together("!wx1", "rx1")] {
            for model in ConsistencyModel.allCases { XCTAssertEqual(try kinds(history, model), [.g1a]) }
        }
    }

    func testACommittedElementAfterAFailedOneIsADirtyUpdate() throws {
        let history = together("!ax1", "?ax2", "ax3", "rx123")
        XCTAssertEqual(try kinds(history, .readCommitted), [.g1a, .dirtyUpdate])
    }

    func testAReadOfWhatItsWriterReplacedIsG1b() throws {
        let list = together("ax1 ax2", "rx1", "rx12")
        XCTAssertEqual(try kinds(list, .readCommitted), [.g1b])
        XCTAssertEqual(try kinds(list, .snapshotIsolation), [.g1b, .gSingle])
        XCTAssertEqual(try kinds(together("wx1 wx2", "rx1")), [.g1b])
        XCTAssertEqual(try kinds(together("ax1 rx1 ax2")), [], "its own")
    }

    func testTransactionsThatReadEachOtherAreG1c() throws {
        for history in [together("ax1 ry1", "ay1 rx1"), together("wx1 ry1", "wy1 rx1")] {
            for model in ConsistencyModel.allCases { XCTAssertEqual(try kinds(history, model), [.g1c]) }
        }
    }

    func testReadSkewIsGSingle() throws {
        for history in [together("ax1 ay1", "rx1 ry"), together("wx1 wy1", "rx1 ry")] {
            XCTAssertEqual(try kinds(history, .readCommitted), [])
            XCTAssertEqual(try kinds(history, .snapshotIsolation), [.gSingle])
            XCTAssertEqual(try kinds(history, .strictSerializable), [.gSingle])
        }
    }

    func testALongForkIsGNonadjacent() throws {
        for history in [
            together("ax1", "ay1", "rx1 ry", "rx ry1"), together("wx1", "wy1", "rx1 ry", "rx ry1"),
        ] {
            XCTAssertEqual(try kinds(history, .readCommitted), [])
            XCTAssertEqual(try kinds(history, .snapshotIsolation), [.gNonadjacent])
            XCTAssertEqual(try kinds(history, .serializable), [.gNonadjacent])
        }
    }

    func testWriteSkewIsG2ItemAndSnapshotIsolationAllowsIt() throws {
        for history in [together("rx ay1", "ry ax1"), together("rx wy1", "ry wx1")] {
            XCTAssertEqual(try kinds(history, .readCommitted), [])
            XCTAssertEqual(try kinds(history, .snapshotIsolation), [])
            XCTAssertEqual(try kinds(history, .serializable), [.g2Item])
            XCTAssertEqual(try kinds(history, .strictSerializable), [.g2Item])
        }
    }

    func testALongForkIsFoundBesideASmallerCycleThatSnapshotIsolationAllows() throws {
        let history = together("ax1 ru aw1", "ay1 rw au1", "rx1 ry", "rx ry1")
        XCTAssertEqual(try kinds(history, .snapshotIsolation), [.gNonadjacent])
    }

    func testTwoThatReplaceTheSameVersionLoseAnUpdate() throws {
        let list = together("ax1", "rx1 ax2", "rx1 ax3", "rx123")
        XCTAssertEqual(try kinds(list, .readCommitted), [])
        XCTAssertEqual(try kinds(list, .snapshotIsolation), [.lostUpdate, .gSingle])
        let register = together("wx1", "rx1 wx2", "rx1 wx3")
        XCTAssertEqual(try kinds(register, .readCommitted), [])
        XCTAssertEqual(try kinds(register, .snapshotIsolation), [.lostUpdate])
        // Each must come before the other.
        XCTAssertEqual(try kinds(register, .serializable), [.lostUpdate, .g2Item])
    }

    func testATransactionThatContradictsItselfIsInternal() throws {
        for text in ["ax1 rx", "rx ax1 rx", "wx1 rx", "ax1 ax2 rx1", "rx ax1 rx1 rx"] {
            XCTAssertTrue(try kinds(together(text)).contains(.internal), text)
        }
        XCTAssertEqual(try kinds(together("wx1", "wx2", "rx1 rx2"), .serializable), [.internal])
        XCTAssertEqual(try kinds(together("wx1", "wx2", "rx1 rx2"), .readCommitted), [])
        for text in ["ax1 rx1", "rx ax1 ax2 rx12", "wx1 wx2 rx2 rx2"] {
            XCTAssertEqual(try kinds(together(text)), [], text)
        }
        XCTAssertEqual(try kinds(together("ax1", "ax2 rx12")), [])
    }

    func testATransactionThatReadsWhatItWritesLaterIsAFutureRead() throws {
        XCTAssertTrue(try kinds(together("rx1 ax1"), .readCommitted).contains(.futureRead))
        XCTAssertTrue(try kinds(together("ay1 rx1 wx1"), .readCommitted).contains(.futureRead))
    }

    func testElementsThatAreThereTwiceOrThatNobodyWroteAreFound() throws {
        XCTAssertEqual(try kinds(together("ax1", "rx11"), .readCommitted), [.duplicateElements])
        XCTAssertEqual(try kinds(together("ax1", "rx17"), .readCommitted), [.garbageRead])
        XCTAssertEqual(try kinds(together("wx1", "rx7"), .readCommitted), [.garbageRead])
        XCTAssertEqual(try kinds(together("rx7"), .readCommitted), [.garbageRead])
    }

    func testReadsThatDoNotContinueEachOtherAreOfIncompatibleOrders() throws {
        XCTAssertEqual(
            try kinds(together("ax1", "ax2", "ax3", "rx123", "rx13"), .readCommitted), [.incompatibleOrder])
        XCTAssertTrue(try kinds(together("ax1", "ax2", "rx1", "rx2")).contains(.incompatibleOrder))
        XCTAssertEqual(try kinds(together("ax1 ax2", "rx21"), .readCommitted), [.incompatibleOrder, .g1b])
    }

    func testAStaleReadIsSerializableAndNotStrictlySo() throws {
        for history in [inTurn("ax1", "rx"), inTurn("wx1", "rx"), inTurn("wx1", "rx1 wx2", "rx1")] {
            XCTAssertEqual(try kinds(history, .serializable), [])
            XCTAssertEqual(try kinds(history), [.gSingleRealtime])
        }
    }

    func testOtherAnomaliesOfRealTimeAreNamed() throws {
        XCTAssertEqual(try kinds(inTurn("rx1", "ax1")), [.g1cRealtime])
        let writes = [
            transaction(0...9, "rx12"), transaction(1...2, "ax2"), transaction(3...4, "ax1"),
        ]
        XCTAssertEqual(try kinds(writes), [.g0Realtime])
        let skew = [
            transaction(0...9, "ax1 ry"), transaction(1...2, "ay1"), transaction(3...4, "rx"),
        ]
        XCTAssertEqual(try kinds(skew), [.g2ItemRealtime])
        for history in [inTurn("rx1", "ax1"), writes, skew] {
            XCTAssertEqual(try kinds(history, .serializable), [])
        }
    }

    func testTheNameOfACycleFollowsFromItsRelations() {
        let (ww, wr, rw, rt) = (
            Relation.writeDependency, Relation.readDependency, Relation.antiDependency, Relation.realtime
        )
        let names: [(AnomalyKind, [Relation])] = [
            (.g0, [ww, ww]), (.g1c, [ww, wr]), (.gSingle, [wr, rw]), (.gNonadjacent, [rw, wr, rw, ww]),
            (.g2Item, [rw, rw]), (.g2Item, [rw, wr, wr, rw]), (.g0Realtime, [ww, rt]),
            (.g1cRealtime, [wr, rt]),
            (.gSingleRealtime, [rw, rt]), (.gNonadjacentRealtime, [rw, rt, rw, wr]),
            (.g2ItemRealtime, [rw, rw, rt]),
        ]
        for (name, relations) in names {
            XCTAssertEqual(try kindOfCycle(relations), name, "\(relations.map(\.name))")
        }
    }

    /// The kind that a cycle of these relations has, by way of a history: each key relates two neighbors.
    private func kindOfCycle(_ relations: [Relation]) throws -> AnomalyKind? {
        var texts = relations.map { _ in "" }
        var readers: [String] = []
        var after: [Int: Set<Int>] = [:]
        for (place, relation) in relations.enumerated() {
            let next = (place + 1) % relations.count
            let key = String(UnicodeScalar(UInt8(97 + place)))
            switch relation {
            case .writeDependency:
                texts[place] += " a\(key)1"
                texts[next] += " a\(key)2"
                readers.append("r\(key)12")
            case .readDependency:
                texts[place] += " a\(key)1"
                texts[next] += " r\(key)1"
            case .antiDependency:
                texts[place] += " r\(key)"
                texts[next] += " a\(key)1"
            default: after[next, default: []].insert(place)
            }
        }
        // Everything is open at once, but for those that must end before another begins.
        let ended = Set(after.values.flatMap(\.self))
        let spans = texts.indices.map { index in
            let begin = after[index] == nil ? index : 100 + index
            return begin...(ended.contains(index) && after[index] == nil ? 50 + index : 200 + index)
        }
        let transactions =
            zip(spans, texts).map { transaction($0, $1) } + [
                transaction(60...300, readers.joined(separator: " "))
            ]
        return try SerializabilityChecker().check(transactions.sorted { $0.invoked < $1.invoked })
            .anomalies.first?.kind
    }
}
