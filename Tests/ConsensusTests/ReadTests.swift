import XCTest

@testable import Consensus

/// Reads without log entries (§8; dissertation, 6.4).
final class ReadTests: XCTestCase {
    private let timeout = Timing.shortestElectionTimeout

    /// A leader of three that has committed in its term, with up-to-date followers.
    private func leading() -> Hand {
        var hand = Hand(of: 3)
        let appends = hand.makeLeader()
        for follower in ["n1", "n2"] {
            var news = hand.acknowledge(appends, by: follower)
            while !news.isEmpty { news = hand.acknowledge(news, by: "n1") + hand.acknowledge(news, by: "n2") }
        }
        XCTAssertEqual(hand.raft.commitIndex, 1)
        return hand
    }

    // Scenario 51
    func testANewLeaderDelaysReadsUntilItHasCommittedInItsTerm() {
        // The previous leader committed all of this log, which the new one does not know.
        var hand = Hand(of: 3, log: [1, 1])
        hand.makeLeader()
        hand.raft.read(1)
        // A follower without the no-op answers the round, which confirms the read.
        for request in hand.settle() where request.to == "n1" {
            hand.hear(hand.answer(true), from: "n1", inReplyTo: request.message.id)
        }
        XCTAssertEqual(hand.raft.commitIndex, 0)
        XCTAssertEqual(hand.reads, [], "what is committed was not known yet")
        var appends = hand.wait(hand.raft.timing.heartbeatInterval)
        while !appends.isEmpty { appends = hand.acknowledge(appends, by: "n1") }
        XCTAssertEqual(hand.raft.commitIndex, 3)
        XCTAssertEqual(hand.reads, [ReadyRead(id: 1, index: 3)])
    }

    // Scenario 51
    func testTheReadIndexOfANewLeaderIsItsNoOp() {
        let cluster = Cluster(3, logs: ["n0": entries([1]), "n1": entries([1]), "n2": entries([1])])
        cluster.wait(2 * timeout)
        cluster.timeOut("n0")
        var held: [Packet] = []
        while !cluster.network.isEmpty {
            held += cluster.intercept { $0.append?.entries.isEmpty == false }
            if let first = cluster.network.first {
                cluster.network.removeFirst()
                cluster.deliver(first)
            }
        }
        XCTAssertTrue(cluster["n0"].isLeader)
        cluster.with("n0") { $0.read(7) }
        // Answered heartbeats confirm the read; the no-op is held back.
        while !cluster.network.isEmpty {
            held += cluster.intercept { $0.append?.entries.isEmpty == false }
            if !cluster.network.isEmpty { cluster.deliver(cluster.network.removeFirst()) }
        }
        XCTAssertEqual(cluster.reads["n0"] ?? [], [])
        for packet in held { cluster.deliver(packet) }
        cluster.settle()
        XCTAssertEqual(cluster.reads["n0"], [7])
    }

    func testAFollowerAcceptsAReadIndexOnlyFromItsLeader() {
        var hand = Hand(of: 3)
        hand.append(heartbeat(term: 1, from: "n1"))
        hand.raft.read(1)
        let question = hand.settle().first { $0.to == "n1" }?.message.id
        XCTAssertNotNil(question)
        hand.hear(.readIndexReply(ReadIndexReply(term: 1, index: 0)), from: "n2", inReplyTo: question)
        XCTAssertEqual(hand.reads, [], "n2 does not lead")
        hand.hear(.readIndexReply(ReadIndexReply(term: 1, index: 0)), from: "n1", inReplyTo: question)
        XCTAssertEqual(hand.reads.map(\.id), [1])
    }

    /// While a change from three voters to five is uncommitted, a follower among the three may still commit with its
    /// leader.
    func testTheReadIndexIsSafeForEveryUncommittedMembership() throws {
        let cluster = led(5, voters: 3)
        cluster.settle()
        cluster.firewall = { $0.append?.entries.isEmpty != false }
        cluster.change("n0", to: cluster.ids)
        cluster.settle()
        XCTAssertTrue(cluster["n0"].membership.isJoint || !cluster["n0"].unsettledMemberships.isEmpty)
        XCTAssertGreaterThan(cluster["n0"].log.lastIndex, cluster["n0"].commitIndex)
        cluster.with("n0") { [now = cluster.now] in
            let question = ReadIndex(term: $0.currentTerm)
            $0.receive(RaftMessage(id: 99, .readIndex(question)), from: "n1", now: now)
        }
        let answers = cluster.network.compactMap { packet -> Index? in
            guard case .readIndexReply(let answer) = packet.message.body, packet.to == "n1" else {
                return nil
            }
            return answer.index
        }
        XCTAssertEqual(answers, [cluster["n0"].log.lastIndex])
    }

    // Scenario 52
    func testOnlyAnswersToMessagesSentAfterAReadConfirmIt() {
        var hand = leading()
        let earlier = hand.wait(hand.raft.timing.heartbeatInterval)
        XCTAssertEqual(earlier.count, 2)
        hand.raft.read(1)
        let round = hand.settle()
        for _ in 0..<2 {
            for request in earlier {
                hand.hear(hand.answer(true), from: request.to, inReplyTo: request.message.id)
            }
        }
        XCTAssertEqual(hand.reads, [], "an answer to an earlier heartbeat confirmed a read")
        hand.hear(hand.answer(true), from: "n2", inReplyTo: round.first { $0.to == "n2" }?.message.id)
        XCTAssertEqual(hand.reads.map(\.id), [1])
    }

    func testALeaderDropsReadsThatHaveExpired() {
        var hand = leading()
        hand.raft.read(1)
        let round = hand.settle()
        // The next reads wait for the next round. The other member's question is not affected.
        hand.raft.read(2)
        hand.raft.read(3)
        hand.raft.receive(
            RaftMessage(id: 9, .readIndex(ReadIndex(term: 1, confirm: true))), from: "n1", now: hand.now)
        hand.raft.forgetReads(below: 3)
        hand.acknowledge(round, by: "n2")
        XCTAssertEqual(hand.reads, [])
        let answers = hand.acknowledge(hand.wait(hand.raft.timing.heartbeatInterval), by: "n2")
        XCTAssertEqual(hand.reads.map(\.id), [3])
        XCTAssertEqual(answers.filter { $0.message.inReplyTo == 9 }.map(\.to), ["n1"])
    }

    // Scenario 52
    func testALostQuestionIsRepeatedWithANewID() {
        let cluster = led(3)
        cluster.with("n1") { $0.read(1) }
        let questions = cluster.intercept(\.isReadQuestion)
        XCTAssertEqual(questions.count, 1)
        cluster.run(for: 3 * timeout)
        XCTAssertEqual(cluster.reads["n1"], [1], "it did not ask again")
        let asked = cluster.sent.filter(\.isReadQuestion).map(\.message.id)
        XCTAssertEqual(Set(asked).count, asked.count)
        // The late answer to the first question is harmless.
        cluster.deliver(questions[0])
        cluster.settle()
        XCTAssertEqual(cluster.reads["n1"], [1])
    }

    // Scenario 53
    func testALeaderInAMinorityAnswersNoRead() {
        let cluster = led(5)
        for other in ["n2", "n3", "n4"] { cluster.cut("n0", other) }
        cluster.with("n0") { $0.read(1) }
        cluster.run(for: timeout / 2)
        XCTAssertEqual(cluster.reads["n0"] ?? [], [])
        // The member forwards the read to the next leader by itself.
        cluster.run(for: 2 * timeout)
        cluster.heal()
        cluster.run(for: 20 * timeout)
        XCTAssertEqual(cluster.reads["n0"], [1])
    }

    // Scenario 54
    func testAFollowerAnswersAReadOnlyAtTheLeadersReadIndex() {
        let cluster = led(3)
        cluster.firewall = { !($0.isAppend && $0.to == "n1") }
        cluster.propose("a", to: "n0")
        cluster.settle()
        XCTAssertEqual(cluster["n0"].commitIndex, 2)
        cluster.with("n1") { $0.read(1) }
        cluster.settle()
        XCTAssertTrue(cluster.sent.contains(where: \.isReadAnswer))
        XCTAssertEqual(cluster.reads["n1"] ?? [], [])
        cluster.heal()
        cluster.run(for: timeout / 2)
        XCTAssertEqual(cluster["n1"].commitIndex, 2)
        XCTAssertEqual(cluster.reads["n1"], [1])
    }

    func testTheReadIndexIsTheLastIndexOfTheLeadersLogAtArrival() {
        var hand = leading()
        _ = hand.propose("a")
        hand.raft.read(1)
        let round = hand.settle()
        _ = hand.propose("b")
        for request in round {
            hand.hear(hand.answer(false), from: request.to, inReplyTo: request.message.id)
        }
        XCTAssertEqual(hand.reads, [], "an entry before the read may be committed elsewhere already")
        var appends = hand.wait(hand.raft.timing.heartbeatInterval)
        while !appends.isEmpty { appends = hand.acknowledge(appends, by: "n1") }
        XCTAssertEqual(hand.reads, [ReadyRead(id: 1, index: 2)])
    }

    // Scenario 55
    func testReadsThatWaitAtStepDownAreNotAnsweredByTheOldLeader() {
        var hand = leading()
        hand.raft.read(1)
        let round = hand.settle()
        hand.append(heartbeat(term: 2, from: "n2"))
        for request in round {
            hand.hear(
                .appendEntriesReply(AppendEntriesReply(term: 1, success: true)), from: request.to,
                inReplyTo: request.message.id)
        }
        XCTAssertEqual(hand.reads, [])
        // It has already asked the new leader instead.
        XCTAssertEqual(hand.raft.leader, "n2")
    }

    // Scenario 56
    func testAReadIsAnsweredOnceAcrossAChangeOfLeader() {
        let cluster = led(3)
        cluster.with("n1") { $0.read(1) }
        cluster.with("n0") { $0.read(2) }
        _ = cluster.intercept { $0.isReadQuestion || $0.isAppendReply }
        cluster.isolate("n0")
        cluster.run(for: 10 * timeout)
        let next = cluster.leaderIDs[0]
        XCTAssertNotEqual(next, "n0")
        cluster.propose("a", to: next)
        cluster.settle()
        cluster.heal()
        cluster.run(for: 10 * timeout)
        XCTAssertEqual(cluster.reads["n1"], [1])
        XCTAssertEqual(cluster.reads["n0"], [2])
        XCTAssertEqual(cluster["n0"].commitIndex, cluster[next].commitIndex)
    }

    // Scenario 56
    func testAnAnswerOfAnEarlierTermIsIgnored() {
        var hand = Hand()
        hand.append(heartbeat(term: 1, from: "n1"))
        hand.raft.read(1)
        let question = hand.settle()[0]
        hand.append(heartbeat(term: 2, from: "n2"))
        let answer = ReadIndexReply(term: 1, index: 0)
        hand.hear(.readIndexReply(answer), from: "n1", inReplyTo: question.message.id)
        XCTAssertEqual(hand.reads, [])
        // An answer from a member that does not lead is ignored too.
        let other = ReadIndexReply(term: 2, index: 0)
        hand.hear(.readIndexReply(other), from: "n1", inReplyTo: (question.message.id ?? 0) + 1)
        XCTAssertEqual(hand.reads, [])
    }

    // Scenario 58
    func testARestartedLoneMemberReadsOnlyAfterCommittingItsOldLog() {
        var hand = Hand(of: 1, log: [1, 1, 1])
        hand.raft.read(1)
        hand.raft.advance(to: hand.now)
        XCTAssertEqual(hand.raft.commitIndex, 0)
        let effects = hand.step().effects
        XCTAssertEqual(effects.committed, 1..<5)
        XCTAssertEqual(effects.reads, [ReadyRead(id: 1, index: 4)])
    }

    // Scenario 59
    func testManyReadsOfOneTurnCostOneRoundAndNoEntry() {
        var hand = leading()
        for id in 0..<100 { hand.raft.read(id) }
        let round = hand.settle()
        XCTAssertEqual(round.map(\.to), ["n1", "n2"])
        XCTAssertTrue(round.allSatisfy { $0.appendEntries?.entries.isEmpty == true })
        hand.hear(hand.answer(true), from: "n1", inReplyTo: round[0].message.id)
        XCTAssertEqual(hand.reads.map(\.id), Array(0..<100))
        XCTAssertEqual(hand.raft.log.lastIndex, 1)
    }

    // Scenario 60
    func testNoReadIsConfirmedByAnEarlierAnswer() {
        // There are no leases: an answer from this very microsecond does not confirm a later read.
        var hand = leading()
        XCTAssertTrue(hand.raft.transferLeadership(to: "n1"))
        hand.raft.read(1)
        let round = hand.settle().filter { $0.appendEntries != nil }
        XCTAssertEqual(hand.reads, [])
        hand.hear(hand.answer(true), from: "n2", inReplyTo: round.first { $0.to == "n2" }?.message.id)
        XCTAssertEqual(hand.reads.map(\.id), [1])
    }

    func testAReadAndAWriteOfOneTurnShareTheirMessages() {
        var hand = leading()
        hand.raft.read(1)
        _ = hand.raft.propose(Command("a"))
        XCTAssertEqual(hand.settle().compactMap(\.appendEntries).map(\.entries.count), [1, 1])
    }

    func testALearnersAnswerConfirmsNoRead() {
        var hand = Hand(of: 4, voters: ["n0", "n1", "n2"])
        hand.acknowledge(hand.makeLeader(), by: "n1")
        hand.raft.read(1)
        let round = hand.settle()
        XCTAssertEqual(round.map(\.to).filter { $0 == "n3" }, [])
        for request in round {
            hand.hear(hand.answer(true), from: "n3", inReplyTo: (request.message.id ?? 0) + 1)
            hand.hear(hand.answer(true), from: "n3", inReplyTo: request.message.id)
        }
        XCTAssertEqual(hand.reads, [])
    }

    // On fast links, a message to each member costs more than a second round trip.
    func testOnFastLinksAFollowerOfFiveAsksOnlyTheLeader() {
        for (mean, asked) in [(3_000, ["n1"]), (10_000, ["n1", "n2", "n3", "n4"])] {
            var hand = Hand(of: 5)
            var request = heartbeat(term: 1, from: "n1")
            request.roundTrip = Estimate(mean: mean, deviation: 100)
            hand.append(request)
            hand.raft.read(1)
            let questions = hand.settle()
            XCTAssertEqual(questions.map(\.to), asked)
            for question in questions {
                guard case .readIndex(let body) = question.message.body else { return XCTFail("no question") }
                XCTAssertEqual(body.confirm, asked.count == 1)
            }
        }
    }
}
