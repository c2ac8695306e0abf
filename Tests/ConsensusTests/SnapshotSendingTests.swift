import XCTest

@testable import Consensus

/// How a leader sends snapshots.
final class SnapshotSendingTests: XCTestCase {
    /// A leader whose log starts after entry 6, with n2 far behind, and the first piece that it sends n2.
    private func sending(_ texts: [String] = ["abc", "def"]) throws -> (hand: Hand, piece: Outgoing) {
        // No log is retained for n2.
        var hand = Hand(log: [1, 1, 1, 1, 1]) {
            $0.limits.retentionSilence = 0
            $0.limits.snapshotBytesInFlight = 12
        }
        let appends = hand.makeLeader()
        hand.acknowledge(appends, by: "n1")
        XCTAssertEqual(hand.raft.commitIndex, 6)
        hand.raft.compact(
            Snapshot(position: LogPosition(index: 6, term: 2), source: Pieces(texts)), keeping: 0)
        let probe = try XCTUnwrap(appends.first { $0.to == "n2" })
        let refusal = hand.answer(false, hint: LogPosition(index: 2, term: 1))
        let sent = hand.hear(refusal, from: "n2", inReplyTo: probe.message.id)
        return (hand, try XCTUnwrap(sent.first { $0.piece != nil }))
    }

    private func answer(
        _ piece: Outgoing, offset: Int, installed: Bool = false, to hand: inout Hand
    ) -> [Outgoing] {
        let reply = InstallSnapshotReply(term: hand.raft.currentTerm, offset: offset, installed: installed)
        return hand.hear(.installSnapshotReply(reply), from: "n2", inReplyTo: piece.message.id)
            .filter { $0.to == "n2" }
    }

    /// Lets time pass while n1 answers and n2 is silent.
    /// - Returns: the pieces sent to n2.
    private func pass(_ time: Microseconds, _ hand: inout Hand) -> [Outgoing] {
        var pieces: [Outgoing] = []
        let end = hand.now + time
        while hand.now < end {
            let sent = hand.wait(1_000)
            pieces += sent.filter { $0.piece != nil }
            hand.acknowledge(sent, by: "n1")
        }
        return pieces
    }

    private func isSending(_ hand: Hand) -> Bool {
        if case .snapshot = hand.progress(of: "n2")?.mode { true } else { false }
    }

    // Scenario 65
    func testAppendsPauseUntilTheSnapshotIsThere() throws {
        var (hand, piece) = try sending()
        XCTAssertEqual(piece.piece?.data, "abc")
        XCTAssertEqual(hand.propose("x").filter { $0.to == "n2" }, [], "it could not use them yet")
        let heartbeats = hand.wait(hand.raft.timing.heartbeatInterval).filter { $0.to == "n2" }
        XCTAssertEqual(heartbeats.map { $0.appendEntries?.entries }, [[]], "but it hears its leader")

        let second = try XCTUnwrap(answer(piece, offset: 3, to: &hand).first)
        XCTAssertEqual(second.piece?.offset, 3)
        XCTAssertEqual(second.piece?.done, true)
        let appends = answer(second, offset: 6, installed: true, to: &hand)
        XCTAssertEqual(appends.map { $0.appendEntries?.prevLogIndex }, [6])
        XCTAssertEqual(appends.first?.appendEntries?.entries.count, 1)
        XCTAssertEqual(hand.progress(of: "n2")?.matchIndex, 6)
    }

    // Scenario 65
    func testASnapshotThatFailedBeginsAgain() throws {
        var (hand, piece) = try sending()
        let second = try XCTUnwrap(answer(piece, offset: 3, to: &hand).first)
        XCTAssertEqual(answer(second, offset: 0, to: &hand), [], "at once it could go on like that for ever")
        let again = pass(hand.raft.timing.retryInterval, &hand)
        XCTAssertEqual(again.map { $0.piece?.offset }, [0])
        XCTAssertEqual(again.first?.piece?.data, "abc")
    }

    // Scenario 65
    func testASnapshotTransferThatStallsIsRestarted() throws {
        var (hand, piece) = try sending()
        let after = answer(piece, offset: 77, to: &hand) + hand.wait(hand.raft.timing.heartbeatInterval)
        XCTAssertEqual(after.first { $0.piece != nil }?.piece?.offset, 0, "no piece begins at 77")
    }

    // Scenario 65
    func testAppendsResumeWhenTheMemberCaughtUpOtherwise() throws {
        var (hand, _) = try sending()
        let heartbeat = try XCTUnwrap(
            hand.wait(hand.raft.timing.heartbeatInterval).first { $0.to == "n2" && $0.appendEntries != nil })
        XCTAssertEqual(heartbeat.appendEntries?.prevLogIndex, 6)
        XCTAssertTrue(isSending(hand))
        hand.acknowledge([heartbeat], by: "n2")
        XCTAssertFalse(isSending(hand))
        XCTAssertEqual(hand.propose("x").first { $0.to == "n2" }?.appendEntries?.entries.count, 1)
    }

    // Scenario 66
    func testAppendsFollowASnapshotOfTheLastEntry() throws {
        var (hand, piece) = try sending(["all"])
        XCTAssertEqual(hand.raft.log.lastIndex, piece.piece?.lastIncluded.index)
        _ = answer(piece, offset: 3, installed: true, to: &hand)
        for text in ["x", "y", "z"] {
            let appends = hand.propose(text).filter { $0.to == "n2" }
            XCTAssertEqual(appends.map { $0.appendEntries?.entries.count }, [1], "\(text) need not wait")
        }
    }

    func testAChangeContinuesAtOnceWhenASnapshotCatchesUpItsQuorum() throws {
        var (hand, _) = try sending(["all"])
        XCTAssertEqual(hand.raft.changeMembership(to: ["n0", "n2"], change: "c1 1"), .underWay)
        let again = try XCTUnwrap(pass(hand.raft.timing.retryInterval, &hand).last)
        XCTAssertFalse(hand.raft.membership.isJoint)
        _ = answer(again, offset: 3, installed: true, to: &hand)
        XCTAssertTrue(hand.raft.membership.isJoint)
    }

    // Scenario 67
    func testAnUnansweredPieceIsSentAgain() throws {
        var (hand, piece) = try sending()
        XCTAssertEqual(pass(hand.raft.timing.retryInterval, &hand).map(\.piece), [piece.piece])
    }

    // Scenario 67
    func testAnAnswerToAnEarlierCopyOfAPieceMovesTheTransfer() throws {
        var (hand, piece) = try sending()
        // Every answer arrives after its piece was sent again.
        XCTAssertEqual(pass(hand.raft.timing.retryInterval, &hand).map { $0.piece?.offset }, [0])
        let second = try XCTUnwrap(answer(piece, offset: 3, to: &hand).first)
        XCTAssertEqual(pass(hand.raft.timing.retryInterval, &hand).map { $0.piece?.offset }, [3])
        _ = answer(second, offset: 6, installed: true, to: &hand)
        XCTAssertFalse(isSending(hand))
    }

    func testAnswersToPiecesAreRoundTripSamples() throws {
        var (hand, piece) = try sending()
        _ = pass(250_000, &hand)
        let before = hand.raft.timing.retryInterval
        _ = answer(piece, offset: 3, to: &hand)
        XCTAssertGreaterThan(hand.raft.timing.retryInterval, before)
    }

    // Scenario 67
    func testALateOrRepeatedAnswerDoesNotMoveATransfer() throws {
        var (hand, piece) = try sending(["abc", "def", "ghi"])
        let next = answer(piece, offset: 3, to: &hand)
        XCTAssertEqual(next.map { $0.piece?.offset }, [3, 6])
        XCTAssertEqual(answer(piece, offset: 3, to: &hand), [], "repeated")
        XCTAssertEqual(answer(piece, offset: 0, to: &hand), [], "late")
        XCTAssertEqual(answer(next[0], offset: 6, to: &hand), [], "the last is out")
        XCTAssertEqual(answer(next[0], offset: 3, to: &hand), [], "late")
        _ = answer(next[1], offset: 9, installed: true, to: &hand)
        XCTAssertFalse(isSending(hand))
    }

    // MARK: - The window

    private func offsets(_ pieces: [Outgoing]) -> [Int?] { pieces.map { $0.piece?.offset } }

    // With one piece per round trip, a snapshot would be out of date on arrival.
    func testPiecesAreSentInAWindowThatGrowsWithAnswers() throws {
        var (hand, piece) = try sending((0..<20).map { "p\($0 % 10)x" })
        XCTAssertEqual(hand.settle(), [], "one, before the member has shown what it can")
        var out = answer(piece, offset: 3, to: &hand)
        XCTAssertEqual(offsets(out), [3, 6])
        out += answer(out[0], offset: 6, to: &hand)
        out += answer(out[1], offset: 9, to: &hand)
        XCTAssertEqual(offsets(out), [3, 6, 9, 12, 15, 18], "as much again as has arrived, and the window")
        for slot in 2..<18 { out += answer(out[slot], offset: 3 * slot + 6, to: &hand) }
        XCTAssertEqual(offsets(out), (1..<20).map { 3 * $0 }, "each once")
        _ = answer(out[18], offset: 60, installed: true, to: &hand)
        XCTAssertFalse(isSending(hand))
    }

    func testOnlyLostPiecesAreSentAgain() throws {
        var (hand, piece) = try sending((0..<20).map { "p\($0 % 10)x" })
        var out = answer(piece, offset: 3, to: &hand)
        out += answer(out[0], offset: 6, to: &hand)
        XCTAssertEqual(offsets(out), [3, 6, 9, 12])
        // The piece at 6 is lost; the member holds the later ones.
        XCTAssertEqual(answer(out[2], offset: 6, to: &hand), [])
        XCTAssertEqual(answer(out[3], offset: 6, to: &hand), [])
        let again = pass(hand.raft.timing.retryInterval, &hand)
        XCTAssertEqual(offsets(again), [6])
        XCTAssertEqual(offsets(answer(again[0], offset: 15, to: &hand)), [15, 18, 21, 24])
    }

    func testASilentMemberIsSentOnlyTheFirstPieceAgain() throws {
        var (hand, piece) = try sending((0..<20).map { "p\($0 % 10)x" })
        XCTAssertEqual(offsets(answer(piece, offset: 3, to: &hand)), [3, 6])
        XCTAssertEqual(offsets(pass(hand.raft.timing.retryInterval, &hand)), [3], "the network may be slow")
    }

    func testARestartedMemberIsSentTheLostPiecesAgain() throws {
        var (hand, piece) = try sending(["abc", "def", "ghi", "jkl"])
        let out = answer(piece, offset: 3, to: &hand)
        // The member restarted: this piece left after the first was acknowledged, so its answer is no late one.
        XCTAssertEqual(answer(out[0], offset: 0, to: &hand), [])
        XCTAssertEqual(offsets(pass(hand.raft.timing.retryInterval, &hand)), [0])
        XCTAssertEqual(answer(out[1], offset: 9, to: &hand), [], "a late answer")
    }

    func testATransferContinuesFromWhatAnotherLeaderSent() throws {
        var (hand, piece) = try sending(["abc", "def", "ghi", "jkl"])
        XCTAssertEqual(offsets(answer(piece, offset: 6, to: &hand)), [6, 9])
    }

    // Scenario 66
    func testAPlainPeerIsSentOnePieceAtATime() throws {
        var (hand, piece) = try sending(["abc", "def", "ghi"])
        func answer(_ piece: Outgoing, _ hand: inout Hand) -> [Outgoing] {
            let reply = InstallSnapshotReply(term: hand.raft.currentTerm)
            return hand.hear(.installSnapshotReply(reply), from: "n2", inReplyTo: piece.message.id)
                .filter { $0.piece != nil }
        }
        let second = answer(piece, &hand)
        XCTAssertEqual(offsets(second), [3])
        XCTAssertEqual(answer(piece, &hand), [], "repeated")
        let third = answer(second[0], &hand)
        XCTAssertEqual(offsets(third), [6])
        XCTAssertEqual(answer(third[0], &hand), [])
        XCTAssertFalse(isSending(hand))
    }
}

extension Outgoing {
    var piece: InstallSnapshot? {
        if case .installSnapshot(let piece) = message.body { piece } else { nil }
    }
}
