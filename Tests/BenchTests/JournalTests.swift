import XCTest

@testable import mini_maelstrom

final class JournalTests: XCTestCase {
    private func send(_ journal: inout Journal, _ time: UInt64, _ kind: String = "gossip") -> Int {
        journal.send(
            from: .node(0), to: .node(1), kind: kind, text: #"{"body":{"type":"gossip"}}"#.utf8, at: time)
    }

    func testTheFirstAndTheLastMessagesAreKeptAndAllAreCounted() {
        var journal = Journal(first: 3, last: 4)
        for time in 0..<20 { XCTAssertEqual(send(&journal, UInt64(time)), time) }
        XCTAssertEqual(journal.count, 20)
        XCTAssertEqual(journal.known.map(\.number), [0, 1, 2, 16, 17, 18, 19])
        XCTAssertEqual(journal.betweenNodes, ["gossip": 20])
    }

    func testTheArrivalOfADiscardedMessageChangesNoOther() {
        var journal = Journal(first: 1, last: 2)
        for time in 0..<5 { _ = send(&journal, UInt64(time)) }
        journal.arrive(1, at: 9)
        XCTAssertEqual(journal.known.map(\.arrived), [nil, nil, nil])
        journal.arrive(3, at: 10)
        journal.arrive(4, dropped: true, at: 11)
        XCTAssertEqual(journal.known.map(\.arrived), [nil, 10, 11])
        XCTAssertEqual(journal.known.map(\.wasDropped), [false, false, true])
        journal.arrive(3, at: 12)
        XCTAssertEqual(journal.known.map(\.wasRepeated), [false, true, false])
        XCTAssertEqual(journal.known[1].arrived, 10)
    }

    func testAnExcerptHoldsTheStartTheEndAndInterestingMoments() {
        var journal = Journal(first: 10_000, last: 10)
        for time in 0..<5000 { _ = send(&journal, 1_000_000 + UInt64(time) * 1_000_000, "k\(time % 2)") }
        let moment = MessageExcerpt.Moment(name: "a leader", from: 2999.5, to: 3003.5)
        let excerpt = MessageExcerpt(journal, start: 1_000_000, moments: [moment])
        XCTAssertEqual(excerpt.total, 5000)
        XCTAssertEqual(excerpt.messages.count, 800 + 4 + 300)
        XCTAssertEqual(excerpt.messages[800...803].map(\.sent), [3000, 3001, 3002, 3003])
        XCTAssertEqual(excerpt.messages.prefix(2).map(\.kind), ["k0", "k1"])
        XCTAssertEqual(excerpt.messages[0].text, #"{"type":"gossip"}"#)
        XCTAssertEqual(excerpt.messages[0].source, "n0")
    }
}
