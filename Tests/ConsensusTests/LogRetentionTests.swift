import XCTest

@testable import Consensus

/// How much log a leader retains for members that lag.
final class LogRetentionTests: XCTestCase {
    /// A leader of n1 and n2, which both hold its first entry.
    private func leader(_ configure: (inout Raft.Settings) -> Void = { _ in }) -> Hand {
        var hand = Hand(configure: configure)
        let appends = hand.makeLeader()
        hand.acknowledge(appends, by: "n1")
        hand.acknowledge(appends, by: "n2")
        XCTAssertEqual(hand.raft.commitIndex, 1)
        return hand
    }

    /// Commits entries of `size` bytes with n1, while n2 acknowledges none.
    private func write(_ count: Int, of size: Int = 100, _ hand: inout Hand) {
        for _ in 0..<count {
            hand.acknowledge(hand.propose(String(repeating: "x", count: size - 16)), by: "n1")
        }
    }

    private func compact(_ hand: inout Hand, _ texts: [String] = ["abc", "def"]) {
        let position = LogPosition(index: hand.raft.commitIndex, term: hand.raft.currentTerm)
        hand.raft.compact(Snapshot(position: position, source: Pieces(texts)), keeping: 0)
    }

    private func answer(_ piece: Outgoing, offset: Int, installed: Bool, _ hand: inout Hand) -> [Outgoing] {
        let reply = InstallSnapshotReply(term: hand.raft.currentTerm, offset: offset, installed: installed)
        return hand.hear(.installSnapshotReply(reply), from: piece.to, inReplyTo: piece.message.id)
            .filter { $0.to == piece.to }
    }

    /// A leader that sends n2 a snapshot up to entry 11.
    private func sending(
        _ configure: (inout Raft.Settings) -> Void = { _ in }
    ) throws -> (hand: Hand, piece: Outgoing) {
        var hand = Hand(log: Array(repeating: 1, count: 10), configure: configure)
        let appends = hand.makeLeader()
        hand.acknowledge(appends, by: "n1")
        XCTAssertEqual(hand.raft.commitIndex, 11)
        compact(&hand)
        let probe = try XCTUnwrap(appends.first { $0.to == "n2" })
        let refusal = hand.answer(false, hint: LogPosition(index: 2, term: 1))
        let sent = hand.hear(refusal, from: "n2", inReplyTo: probe.message.id)
        return (hand, try XCTUnwrap(sent.first { $0.piece != nil }))
    }

    func testALogKnowsTheSizeOfItsEntries() {
        var log = Log(lastIncludedIndex: 3, lastIncludedTerm: 1, entries: entries([1, 1, 1], from: 4))
        XCTAssertEqual(log.bytes(after: 3, upTo: 6), 3 * 18)
        log.append(Entry(term: 1, "abc"))
        log.forget(upTo: 4)
        XCTAssertEqual(log.bytes(after: 4, upTo: 7), 2 * 18 + 19)
        log.forget(upTo: 6)
        XCTAssertEqual(log.bytes(after: 6, upTo: 7), 19)
        log.truncate(from: 7)
        log.append(contentsOf: entries([2, 2], from: 7))
        XCTAssertEqual(log.bytes(after: 6, upTo: 8), 36)
        XCTAssertEqual(log.bytes(after: 7, upTo: 7), 0)
        log.forget(upTo: 8)
        log.append(Entry(term: 2, "abcd"))
        XCTAssertEqual(log.bytes(after: 8, upTo: 9), 20)
    }

    // Otherwise each snapshot would be out of date on arrival, and so would the next.
    func testTheLogAfterASnapshotStaysUntilTheSnapshotHasArrived() throws {
        var (hand, piece) = try sending()
        for _ in 0..<5 {
            write(10, &hand)
            compact(&hand)
        }
        XCTAssertEqual(hand.raft.log.lastIncludedIndex, 11)
        let second = answer(piece, offset: 3, installed: false, &hand)
        XCTAssertEqual(second.map { $0.piece?.lastIncluded.index }, [11], "it is sent to its end")
        let appends = answer(second[0], offset: 6, installed: true, &hand)
        XCTAssertEqual(appends.map { $0.appendEntries?.prevLogIndex }, [11])
        XCTAssertEqual(appends.first?.appendEntries?.entries.count, 50)
        write(1, &hand)
        compact(&hand)
        XCTAssertEqual(hand.raft.log.lastIncludedIndex, 11, "what follows it has not arrived")
        hand.acknowledge(appends, by: "n2")
        write(1, &hand)
        compact(&hand)
        XCTAssertEqual(hand.raft.log.lastIncludedIndex, 61)
    }

    func testUnacknowledgedLogStays() {
        var hand = leader()
        write(10, &hand)
        compact(&hand)
        XCTAssertEqual(hand.raft.log.lastIncludedIndex, 1)
    }

    func testNoLogIsKeptForAMemberThatIsSilentForLong() {
        var hand = leader()
        let end = hand.now + hand.raft.settings.limits.retentionSilence
        while hand.now < end { hand.acknowledge(hand.wait(hand.raft.timing.heartbeatInterval), by: "n1") }
        write(10, &hand)
        compact(&hand)
        XCTAssertEqual(hand.raft.log.lastIncludedIndex, 11)
    }

    func testTheRetainedLogIsBounded() {
        for (count, base) in [(10, 1), (11, 12)] {
            // The bound is `retainedLogBytes` plus 4 times the 6 bytes of the snapshot.
            var hand = leader { $0.limits.retainedLogBytes = 1_000 - 24 }
            write(count, &hand)
            compact(&hand)
            XCTAssertEqual(hand.raft.log.lastIncludedIndex, base, "\(count) entries of 100 bytes")
        }
    }

    func testATransferWhoseLogIsGoneRestartsWithTheLatestSnapshot() throws {
        var (hand, piece) = try sending { $0.limits.retainedLogBytes = 0 }
        XCTAssertEqual(piece.piece?.lastIncluded.index, 11)
        write(10, &hand)
        compact(&hand, ["ABC", "DEF"])
        let anew = hand.settle().filter { $0.piece != nil }
        XCTAssertEqual(anew.map { $0.piece?.data }, ["ABC"])
        XCTAssertEqual(answer(piece, offset: 3, installed: false, &hand), [], "that was of the other")
        XCTAssertEqual(answer(anew[0], offset: 3, installed: false, &hand).map { $0.piece?.data }, ["DEF"])
    }

    func testTwoMembersAreSentTheSameSnapshotWhileItsLogIsRetained() throws {
        var (hand, _) = try sending()
        write(5, &hand)
        compact(&hand)
        XCTAssertEqual(hand.raft.snapshot?.position.index, 16)
        let snapshot = try XCTUnwrap(hand.raft.snapshotToSend)
        XCTAssertEqual(snapshot.position.index, 11, "no third is kept")
    }
}
