import XCTest

@testable import Consensus

/// A snapshot's text, in pieces chosen by the test.
struct Pieces: SnapshotSource {
    var texts: [String]

    init(_ texts: [String]) {
        self.texts = texts
    }

    var size: Int { texts.reduce(0) { $0 + $1.utf8.count } }

    func piece(at offset: Int) -> (text: String, isLast: Bool)? {
        var start = 0
        for (slot, text) in texts.enumerated() {
            if start == offset { return (text, slot == texts.count - 1) }
            start += text.utf8.count
        }
        return nil
    }
}

extension Hand {
    /// Sends a piece of a snapshot to the member, as n0, leader of `term`.
    mutating func hearPiece(
        _ text: String, at offset: Int = 0, of position: LogPosition, done: Bool, term: Term = 3
    ) -> InstallSnapshotReply? {
        let request = InstallSnapshot(
            term: term, leader: "n0", lastIncluded: position, offset: offset, data: text, done: done)
        for outgoing in hear(.installSnapshot(request), from: "n0") {
            if case .installSnapshotReply(let reply) = outgoing.message.body { return reply }
        }
        return nil
    }
}

/// How a member receives snapshots.
final class SnapshotTests: XCTestCase {
    /// The positions of two snapshots.
    private let older = LogPosition(index: 5, term: 1)
    private let newer = LogPosition(index: 9, term: 2)

    /// The answer of a follower that holds so many bytes and waits for more.
    private func held(_ offset: Int) -> InstallSnapshotReply {
        InstallSnapshotReply(term: 3, offset: offset, installed: false)
    }

    /// A follower with a log of the given terms, of which the first `commit` are committed.
    private func follower(log terms: [Term], commit: Index = 0) -> Hand {
        var hand = Hand("n1", term: 3, log: terms)
        let term = commit == 0 ? 0 : terms[commit - 1]
        let append = AppendEntries(
            term: 3, leader: "n0", prevLogIndex: commit, prevLogTerm: term, leaderCommit: commit)
        XCTAssertEqual(hand.append(append)?.success, true)
        return hand
    }

    // Scenario 62
    func testASnapshotOfCommittedEntriesIsAcknowledgedAndChangesNothing() {
        for index in 1...3 {
            var hand = follower(log: [1, 1, 2, 2], commit: 3)
            let reply = hand.hearPiece("old", of: LogPosition(index: index, term: 1), done: true)
            XCTAssertEqual(reply?.installed, true, "a snapshot up to \(index)")
            XCTAssertEqual(hand.raft.commitIndex, 3)
            XCTAssertEqual(hand.raft.log.terms, [1, 1, 2, 2])
            XCTAssertEqual(hand.installed, [])
            XCTAssertEqual(hand.logResets, [])
        }
    }

    // Scenario 63
    func testALogThatHoldsTheSnapshotsLastEntryKeepsWhatFollowsIt() {
        var hand = follower(log: [1, 1, 2, 2], commit: 1)
        let reply = hand.hearPiece("state", of: LogPosition(index: 3, term: 2), done: true)
        XCTAssertEqual(reply, InstallSnapshotReply(term: 3, offset: 5, installed: true))
        XCTAssertEqual(hand.installed, ["state"])
        XCTAssertEqual(hand.raft.commitIndex, 3)
        XCTAssertEqual(hand.raft.log.lastIncludedIndex, 3)
        XCTAssertEqual(hand.raft.log.terms, [2], "it may have been acknowledged")
        XCTAssertEqual(hand.logResets, [])
    }

    // Scenario 63
    func testALogThatLacksTheSnapshotsLastEntryIsDiscarded() {
        for (terms, position) in [
            ([1, 1, 1, 1], LogPosition(index: 3, term: 2)), ([1, 1], LogPosition(index: 5, term: 2)),
            ([], LogPosition(index: 1, term: 1)),
        ] {
            var hand = follower(log: terms)
            XCTAssertEqual(hand.hearPiece("state", of: position, done: true)?.installed, true)
            XCTAssertEqual(hand.raft.log.lastIncludedIndex, position.index)
            XCTAssertEqual(hand.raft.log.lastIndex, position.index, "\(terms)")
            XCTAssertEqual(hand.raft.log.lastTerm, position.term)
            XCTAssertEqual(hand.raft.commitIndex, position.index)
            XCTAssertEqual(hand.logResets, [position], "the stored log goes too")
        }
    }

    func testASnapshotOfATermBeforeThatOfCommittedEntriesIsRefused() {
        var hand = follower(log: [1, 2, 2], commit: 2)
        let reply = hand.hearPiece("state", of: LogPosition(index: 5, term: 1), done: true)
        XCTAssertEqual(reply, held(0))
        XCTAssertEqual(hand.installed, [])
        XCTAssertEqual(hand.raft.log.terms, [1, 2, 2])
    }

    func testNoOtherSnapshotBeginsWhileACompleteOneIsNotStored() {
        var hand = follower(log: [])
        func piece(_ text: String, of index: Index, done: Bool) -> RaftMessage {
            let position = LogPosition(index: index, term: 2)
            return RaftMessage(
                id: index,
                .installSnapshot(
                    InstallSnapshot(
                        term: 3, leader: "n0", lastIncluded: position, offset: 0, data: text, done: done)))
        }
        hand.raft.receive(piece("older", of: 5, done: true), from: "n0", now: hand.now)
        hand.raft.receive(piece("newer", of: 9, done: true), from: "n0", now: hand.now)
        let replies = hand.settle()
        XCTAssertEqual(hand.installed, ["older"])
        XCTAssertEqual(hand.raft.commitIndex, 5)
        let installed = replies.reduce(into: [MessageID: Bool]()) { found, outgoing in
            if case .installSnapshotReply(let reply) = outgoing.message.body {
                found[outgoing.message.inReplyTo ?? 0] = reply.installed
            }
        }
        XCTAssertEqual(installed, [5: true, 9: false])
    }

    // Scenario 64
    func testAnAppendThatBeginsWithinTheSnapshotMatches() {
        for previous in 0...4 {
            for last in previous...6 {
                var hand = follower(log: [1, 1, 1, 1], commit: 4)
                hand.raft.compact(
                    Snapshot(position: LogPosition(index: 3, term: 1), source: Pieces(["all"])), keeping: 0)
                XCTAssertEqual(hand.raft.log.lastIncludedIndex, 3)
                let all = entries([1, 1, 1, 1, 3, 3])
                let append = AppendEntries(
                    term: 3, leader: "n0", prevLogIndex: previous, prevLogTerm: previous == 0 ? 0 : 1,
                    entries: Array(all[previous..<last]), leaderCommit: 4)
                XCTAssertEqual(hand.append(append)?.success, true, "\(last - previous) after \(previous)")
                XCTAssertEqual(hand.raft.log.lastIndex, max(last, 4))
                XCTAssertEqual(hand.raft.log.terms, [1, 3, 3].prefix(max(last, 4) - 3).map { $0 })
            }
        }
    }

    // Scenario 67
    func testAfterLostRepeatedOrReorderedPiecesTheNextMissingByteIsNamed() {
        var hand = follower(log: [])
        XCTAssertEqual(hand.hearPiece("def", at: 3, of: newer, done: false), held(0), "the first is lost")
        XCTAssertEqual(hand.hearPiece("abc", of: newer, done: false), held(3))
        XCTAssertEqual(hand.hearPiece("abc", of: newer, done: false), held(3), "repeated")
        XCTAssertEqual(hand.hearPiece("ghi", at: 6, of: newer, done: true), held(3), "out of order")
        let whole = InstallSnapshotReply(term: 3, offset: 9, installed: true)
        XCTAssertEqual(hand.hearPiece("def", at: 3, of: newer, done: false), whole, "ghi came early")
        XCTAssertEqual(hand.hearPiece("ghi", at: 6, of: newer, done: true)?.installed, true, "repeated")
        XCTAssertEqual(hand.installed, ["abcdefghi"])
    }

    // Scenario 67
    func testEarlyPiecesAreHeldUpToOneWindow() {
        var hand = Hand("n1", term: 3) { $0.limits.snapshotBytesInFlight = 20 }
        for (slot, text) in ["def", "ghi", "jkl"].enumerated() {
            _ = hand.hearPiece(text, at: 3 * slot + 3, of: newer, done: false)
        }
        XCTAssertEqual(
            hand.hearPiece("abc", of: newer, done: false)?.offset, 3, "it held none before this")
        for (slot, text) in ["jkl", "ghi", "mno"].enumerated() {
            _ = hand.hearPiece(text, at: [9, 6, 12][slot], of: newer, done: false)
        }
        XCTAssertEqual(
            hand.hearPiece("def", at: 3, of: newer, done: false)?.offset, 12, "the last is dropped")
        XCTAssertEqual(hand.hearPiece("mno", at: 12, of: newer, done: true)?.installed, true)
        XCTAssertEqual(hand.installed, ["abcdefghijklmno"])
    }

    func testALateCopyOfAnOlderSnapshotsFirstPieceDoesNotEndTheNewerTransfer() {
        var hand = follower(log: [])
        XCTAssertEqual(hand.hearPiece("abc", of: older, done: false)?.offset, 3)
        XCTAssertEqual(hand.hearPiece("ABC", of: newer, done: false)?.offset, 3)
        XCTAssertEqual(hand.hearPiece("abc", of: older, done: false)?.offset, 0)
        XCTAssertEqual(hand.hearPiece("DEF", at: 3, of: newer, done: false)?.offset, 6)
        // The next leader may have an older one only.
        XCTAssertEqual(hand.hearPiece("abc", of: older, done: false, term: 4)?.offset, 3)
    }

    // Scenario 67
    func testAPieceOfAnOlderTransferDoesNotEnterANewerOne() {
        var hand = follower(log: [])
        XCTAssertEqual(hand.hearPiece("abc", of: older, done: false)?.offset, 3)
        XCTAssertEqual(hand.hearPiece("ABC", of: newer, done: false)?.offset, 3)
        XCTAssertEqual(
            hand.hearPiece("def", at: 3, of: older, done: true),
            held(0))
        XCTAssertEqual(hand.hearPiece("DEF", at: 3, of: newer, done: true)?.installed, true)
        XCTAssertEqual(hand.installed, ["ABCDEF"])
        XCTAssertEqual(hand.raft.commitIndex, 9)
    }

    // Scenario 67
    func testAPieceFromALeaderOfAnEarlierTermIsRefused() {
        var hand = follower(log: [])
        XCTAssertEqual(hand.hearPiece("abc", of: newer, done: false)?.offset, 3)
        XCTAssertEqual(
            hand.hearPiece("xyz", at: 3, of: newer, done: true, term: 2), InstallSnapshotReply(term: 3))
        XCTAssertEqual(hand.hearPiece("def", at: 3, of: newer, done: true)?.installed, true)
        XCTAssertEqual(hand.installed, ["abcdef"])
    }
}
