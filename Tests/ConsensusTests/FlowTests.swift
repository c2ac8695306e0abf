import XCTest

@testable import Consensus

/// The flow of appends to one follower: what is in flight, lost, and sent again.
final class FlowTests: XCTestCase {
    /// A leader of two whose follower has acknowledged everything.
    private func replicating() -> Hand {
        var hand = Hand(of: 2)
        hand.acknowledge(hand.acknowledge(hand.makeLeader(), by: "n1"), by: "n1")
        return hand
    }

    // Scenario 37
    func testStaleAndRepeatedAnswersNeverLowerTheMatchIndex() {
        var hand = replicating()
        let first = hand.propose("a")
        let second = hand.propose("b")
        hand.acknowledge(second, by: "n1")
        XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, 3)
        for append in first + second + first {
            hand.hear(hand.answer(true), from: "n1", inReplyTo: append.message.id)
            hand.hear(hand.answer(false), from: "n1", inReplyTo: append.message.id)
            hand.hear(
                hand.answer(false, hint: LogPosition(index: 0, term: 0)), from: "n1",
                inReplyTo: append.message.id)
            XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, 3)
            XCTAssertEqual(hand.progress(of: "n1")?.nextIndex, 4)
            XCTAssertNil(hand.raft.violatedInvariant())
        }
    }

    // Scenario 37
    func testAnAnswerCountsOnlyForTheEntriesOfItsRequest() {
        var hand = replicating()
        let first = hand.propose("a")
        _ = hand.propose("b")
        hand.acknowledge(first, by: "n1")
        XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, 2)
        XCTAssertEqual(hand.raft.commitIndex, 2)
    }

    func testAnswersToUnsentRequestsChangeNothing() {
        var hand = replicating()
        _ = hand.propose("a")
        for request in [.min, -1, 0, 1_000, 1 << 62, .max] as [Int?] + [nil] {
            hand.hear(hand.answer(true), from: "n1", inReplyTo: request)
            hand.hear(hand.answer(false), from: "n1", inReplyTo: request)
        }
        XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, 1)
        XCTAssertEqual(hand.raft.commitIndex, 1)
    }

    /// Of three appends the last arrives first and is refused. The other two still count when they are acknowledged.
    func testAppendsThatWereOvertakenCountWhenTheyAreAcknowledged() {
        var hand = replicating()
        let overtaken = hand.propose("a") + hand.propose("b")
        let refused = hand.propose("c")
        let hint = LogPosition(index: 1, term: hand.raft.currentTerm)
        for append in refused {
            hand.hear(hand.answer(false, hint: hint), from: "n1", inReplyTo: append.message.id)
        }
        XCTAssertEqual(hand.progress(of: "n1")?.nextIndex, 2)
        hand.acknowledge(overtaken, by: "n1")
        XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, 3)
    }

    /// Several overtaken appends may be refused. Only the first refusal moves the next index back.
    func testRefusalsOfAppendsBeforeAProbeAreIgnored() {
        var hand = replicating()
        let first = hand.propose("a")
        let others = hand.propose("b") + hand.propose("c") + hand.propose("d")
        let hint = LogPosition(index: 1, term: hand.raft.currentTerm)
        hand.hear(hand.answer(false, hint: hint), from: "n1", inReplyTo: others[2].message.id)
        hand.acknowledge(first, by: "n1")
        let next = hand.progress(of: "n1")?.nextIndex
        for append in others.prefix(2) {
            hand.hear(hand.answer(false, hint: hint), from: "n1", inReplyTo: append.message.id)
            XCTAssertEqual(hand.progress(of: "n1")?.nextIndex, next)
        }
        XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, 2)
    }

    func testBytesInFlightAreLimitedSoThatHeartbeatsAreNotDelayed() {
        var hand = replicating()
        let value = String(repeating: "x", count: 1 << 20)
        var out = (0..<10).flatMap { _ in hand.propose(value) }.filter { $0.to == "n1" }
        XCTAssertEqual(out.count { $0.appendEntries?.entries.isEmpty == false }, 4)
        var rounds = 0
        while hand.progress(of: "n1")?.matchIndex != hand.raft.log.lastIndex, rounds < 20 {
            out = hand.acknowledge(out, by: "n1").filter { $0.to == "n1" }
            rounds += 1
        }
        XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, hand.raft.log.lastIndex)
    }

    // Scenario 38
    func testAReorderedStreamOfAppendsCommitsInOrder() {
        for seed in 0..<20 as Range<UInt64> {
            let cluster = led(3, seed: seed)
            var generator = SeededGenerator(seed: seed)
            for number in 0..<30 {
                cluster.propose("\(number)", to: "n0")
                if number % 3 == 0, let one = cluster.network.indices.randomElement(using: &generator) {
                    cluster.deliver(cluster.network.remove(at: one))
                }
            }
            var steps = 0
            while let one = cluster.network.indices.randomElement(using: &generator), steps < 10_000 {
                steps += 1
                cluster.deliver(cluster.network.remove(at: one))
            }
            cluster.run(for: 2 * Timing.shortestElectionTimeout)
            for id in cluster.ids { XCTAssertEqual(cluster[id].commitIndex, 31, "\(id), seed \(seed)") }
        }
    }

    func testAStreamOfAppendsDoesNotWaitForAnswers() {
        var hand = replicating()
        for number in 0..<5 {
            let appends = hand.propose("\(number)").compactMap(\.appendEntries)
            XCTAssertEqual(appends.map(\.entries.count), [1])
        }
    }

    func testAProbeWaitsForItsAnswerBeforeMoreEntriesLeave() {
        var hand = Hand(of: 2)
        let probe = hand.makeLeader()
        XCTAssertEqual(probe.compactMap(\.appendEntries).map(\.entries.count), [1])
        XCTAssertEqual(hand.propose("a").count, 0)
        XCTAssertEqual(hand.propose("b").count, 0)
        let rest = hand.acknowledge(probe, by: "n1")
        XCTAssertEqual(rest.compactMap(\.appendEntries).map(\.entries.count), [2])
    }

    // Scenario 39
    func testAFullWindowPausesAndRecoversAfterAllOfItIsLost() {
        let cluster = led(2)
        cluster.isolate("n1")
        for number in 0..<200 { cluster.propose("\(number)", to: "n0") }
        XCTAssertEqual(
            cluster.intercept { $0.append?.entries.isEmpty == false }.count, Limits().appendsInFlight)
        cluster.heal()
        cluster.run(for: Timing.shortestElectionTimeout)
        XCTAssertEqual(cluster.leaderIDs, ["n0"])
        XCTAssertEqual(cluster["n1"].log.lastIndex, 201)
        XCTAssertEqual(cluster["n1"].commitIndex, 201)
    }

    // Scenario 39
    func testAFullWindowReopensWhenItsFirstAppendIsAnswered() {
        var hand = replicating()
        var appends: [Outgoing] = []
        for number in 0..<100 { appends += hand.propose("\(number)") }
        XCTAssertEqual(appends.count, Limits().appendsInFlight)
        let next = hand.acknowledge([appends[0]], by: "n1").compactMap(\.appendEntries)
        // The waiting entries leave in one append.
        XCTAssertEqual(next.map(\.entries.count), [100 - Limits().appendsInFlight])
    }

    // Scenario 40
    func testALostProbeIsRepeatedAfterTheAnswerToAHeartbeat() {
        var hand = Hand(of: 2)
        hand.makeLeader()
        let heartbeats = hand.wait(hand.raft.timing.heartbeatInterval)
        XCTAssertEqual(heartbeats.compactMap(\.appendEntries).map(\.entries.count), [0])
        let again = hand.acknowledge(heartbeats, by: "n1")
        XCTAssertEqual(again.compactMap(\.appendEntries).map(\.entries.count), [1])
        hand.acknowledge(again, by: "n1")
        XCTAssertEqual(hand.raft.commitIndex, 1)
    }

    func testALostAppendIsDetectedByTheNextHeartbeat() {
        let cluster = led(3)
        cluster.propose("a", to: "n0")
        XCTAssertEqual(cluster.intercept(\.isAppend).count, 2)
        cluster.run(for: 2 * cluster["n0"].timing.heartbeatInterval)
        XCTAssertEqual(cluster.ids.map { cluster[$0].commitIndex }, [2, 2, 2])
    }

    func testAFollowerCatchesUpAfterALongSilence() {
        let cluster = led(3)
        cluster.isolate("n2")
        for number in 0..<20 {
            cluster.propose("\(number)", to: "n0")
            cluster.run(for: 10 * Timing.shortestElectionTimeout)
        }
        cluster.heal()
        cluster.run(for: 2 * Timing.shortestElectionTimeout)
        XCTAssertEqual(cluster["n2"].commitIndex, cluster["n0"].commitIndex)
    }

    // Scenario 41
    func testAppendsAreSplitBySizeAndALargerEntryIsSentByItself() {
        var hand = replicating()
        let half = String(repeating: "x", count: Limits().appendBytes / 2 - 100)
        let large = String(repeating: "y", count: 2 * Limits().appendBytes)
        for text in [half, half, half, large, "z"] { _ = hand.raft.propose(Command(text)) }
        let appends = hand.settle().compactMap(\.appendEntries)
        XCTAssertEqual(appends.map(\.entries.count), [2, 1, 1, 1])
        XCTAssertEqual(appends.map(\.prevLogIndex), [1, 3, 4, 5])
    }

    // Scenario 42
    func testCommandsAreRefusedWhileTooManyBytesAreUncommitted() {
        var hand = Hand(of: 2)
        var settings = hand.raft.settings
        settings.limits.uncommittedBytes = 100
        hand.raft = Raft(settings: settings, now: hand.now)
        var appends = hand.makeLeader()
        XCTAssertNotNil(hand.raft.propose(Command(String(repeating: "x", count: 90))))
        XCTAssertNil(hand.raft.propose(Command("y")))
        XCTAssertEqual(hand.raft.log.lastIndex, 2)
        while !appends.isEmpty { appends = hand.acknowledge(appends, by: "n1") }
        XCTAssertEqual(hand.raft.commitIndex, 2)
        XCTAssertNotNil(hand.raft.propose(Command("y")))
    }

    func testManyCommandsOfOneTurnLeaveInOneAppendPerFollower() {
        var hand = Hand(of: 3)
        let appends = hand.makeLeader()
        hand.acknowledge(hand.acknowledge(appends, by: "n1"), by: "n1")
        hand.acknowledge(hand.acknowledge(appends, by: "n2"), by: "n2")
        for number in 0..<100 { _ = hand.raft.propose(Command("\(number)")) }
        XCTAssertEqual(hand.settle().compactMap(\.appendEntries).map(\.entries.count), [100, 100])
    }

    func testFollowersLearnOfACommitAtOnce() {
        var hand = Hand(of: 3)
        let appends = hand.makeLeader()
        let news = hand.acknowledge(appends, by: "n1").filter { $0.to == "n1" }
        XCTAssertEqual(news.compactMap(\.appendEntries).map(\.leaderCommit), [1])
    }

    // Found by the simulation with a small window: the follower was only sent heartbeats for ever.
    func testALostProbeTakesNoRoomInTheWindow() {
        var limits = Limits()
        limits.appendBytesInFlight = 100
        var progress = Progress(id: "n1", nextIndex: 3, lastContact: 0, limits: limits)
        func send(_ id: MessageID, upTo lastIndex: Index, bytes: Int) {
            progress.sent(
                id, prevLogIndex: 2, lastIndex: lastIndex, bytes: bytes, commit: 0, durable: 0, at: 0,
                interval: 1_000)
        }
        send(1, upTo: 3, bytes: 100)
        send(2, upTo: 2, bytes: 0)
        _ = progress.heard(2, at: 10)
        progress.acknowledged(2)
        XCTAssertEqual(progress.nextIndex, 3)
        XCTAssertTrue(progress.mayAppend, "the probe's entries are to be sent again")
        send(3, upTo: 3, bytes: 100)
        XCTAssertFalse(progress.mayAppend, "the window is full")
    }
}
