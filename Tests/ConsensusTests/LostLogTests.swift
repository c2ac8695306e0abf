import XCTest

@testable import Consensus

/// Members that restart without their disk, or with an older copy.
final class LostLogTests: XCTestCase {
    /// A cluster led by n0 whose members all hold three commands.
    private func written(_ count: Int = 3, voters: Int? = nil) -> Cluster {
        let cluster = led(count, voters: voters)
        for text in ["a", "b", "c"] { cluster.propose(text, to: "n0") }
        cluster.settle()
        cluster.run(for: 100_000)
        return cluster
    }

    private func findings(_ cluster: Cluster, at id: NodeID = "n0") -> [NodeID] {
        (cluster.events[id] ?? []).compactMap {
            if case .lostLog(let member, _, _) = $0 { member } else { nil }
        }
    }

    private func isTold(_ cluster: Cluster, _ id: NodeID) -> Bool {
        (cluster.events[id] ?? []).contains { if case .ownLogLost = $0 { true } else { false } }
    }

    func testALeaderDetectsThatAFollowerLostItsLogAndTellsIt() {
        let cluster = written()
        cluster.replaceDisk(of: "n2", keeping: 0)
        cluster.run(for: 500_000)
        XCTAssertEqual(findings(cluster), ["n2"])
        XCTAssertTrue(isTold(cluster, "n2"))
        XCTAssertEqual(cluster["n2"].log.lastIndex, cluster["n0"].log.lastIndex, "it is served all the same")
        XCTAssertEqual(cluster["n2"].commitIndex, cluster["n0"].commitIndex)
        XCTAssertNotNil(cluster.stored["n2"]?.hardState.lostLog, "it keeps that in mind")
    }

    // After a snapshot of the whole log, an append would come too late: its entries are committed by then.
    func testASnapshotTellsItsReceiverThatItLostItsLog() throws {
        var leader = Hand()
        let appends = leader.makeLeader()
        for member in ["n1", "n2"] { leader.acknowledge(appends, by: member) }
        let end = LogPosition(index: leader.raft.commitIndex, term: leader.raft.currentTerm)
        leader.raft.compact(Snapshot(position: end, source: Pieces(["all"])), keeping: 0)
        let probe = try XCTUnwrap(leader.wait(leader.raft.timing.heartbeatInterval).first { $0.to == "n1" })
        let refusal = leader.answer(false, hint: LogPosition(index: 0, term: 0))
        let sent = leader.hear(refusal, from: "n1", inReplyTo: probe.message.id)
        let piece = try XCTUnwrap(sent.lazy.compactMap(\.piece).first)
        XCTAssertEqual(piece.lostLog, end.index)

        var member = Hand("n1")
        _ = member.hear(.installSnapshot(piece), from: "n0")
        XCTAssertEqual(member.raft.commitIndex, end.index)
        XCTAssertTrue(member.raft.hasLostLog)
    }

    func testACopyThatLacksOneEntryIsDetectedToo() {
        let cluster = written()
        cluster.replaceDisk(of: "n2", keeping: cluster["n2"].log.lastIndex - 1)
        cluster.run(for: 500_000)
        XCTAssertEqual(findings(cluster), ["n2"])
    }

    func testAMemberThatKeptItsDiskIsNeverReportedAsLost() {
        let cluster = written()
        for _ in 0..<3 {
            cluster.crash("n2")
            cluster.propose("x", to: "n0")
            cluster.run(for: 50_000)
            cluster.restart("n2")
            cluster.run(for: 300_000)
        }
        XCTAssertEqual(findings(cluster), [])
        XCTAssertFalse(isTold(cluster, "n2"))
    }

    // A refusal sent before an acknowledgement does not contradict it.
    func testALateOrRepeatedRefusalDoesNotReportALostLog() throws {
        var hand = Hand(log: [1, 1, 1])
        let first = try XCTUnwrap(hand.makeLeader().first { $0.to == "n1" })
        let refusal = hand.answer(false, hint: LogPosition(index: 1, term: 1))
        let second = hand.hear(refusal, from: "n1", inReplyTo: first.message.id)
        hand.acknowledge(second, by: "n1")
        XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, 4)
        for append in [first] + second.filter({ $0.to == "n1" }) {
            _ = hand.hear(refusal, from: "n1", inReplyTo: append.message.id)
        }
        XCTAssertEqual(hand.progress(of: "n1")?.isUncounted, false)
        XCTAssertEqual(hand.progress(of: "n1")?.matchIndex, 4)
    }

    func testAMemberThatLostItsLogIsNotCountedForCommitsAndReads() {
        let cluster = written()
        cluster.replaceDisk(of: "n2", keeping: 0)
        cluster.run(for: 500_000)
        let commit = cluster["n0"].commitIndex
        cluster.crash("n1")
        cluster.propose("d", to: "n0")
        cluster.with("n0") { $0.read(1) }
        cluster.with("n2") { $0.read(1) }
        cluster.settle()
        XCTAssertEqual(cluster["n2"].log.lastIndex, commit + 1, "it gets the entry")
        XCTAssertEqual(cluster["n0"].commitIndex, commit)
        XCTAssertEqual(cluster["n2"].commitIndex, commit, "nor does it conclude anything by itself")
        XCTAssertEqual(cluster.reads["n0"] ?? [], [])
        XCTAssertEqual(cluster.reads["n2"] ?? [], [])
        cluster.run(for: 3_000_000)
        XCTAssertEqual(cluster.leaderIDs, [], "no quorum is left, so nobody leads")
        cluster.restart("n1")
        cluster.run(for: 3_000_000)
        XCTAssertEqual(cluster.leaderIDs.count, 1)
        XCTAssertFalse(cluster["n2"].isLeader)
        XCTAssertEqual(cluster.reads["n2"] ?? [], [1], "a quorum answers for it")
    }

    // Such a member knows of no term in which it asked anything.
    func testNoLateAnswerMatchesAQuestionOfAMemberThatLostItsDisk() {
        let cluster = written()
        func askHoldingAnswers(_ read: ReadID) -> [Packet] {
            cluster.with("n2") { $0.read(read) }
            var held: [Packet] = []
            while !cluster.network.isEmpty {
                held += cluster.intercept(\.isReadAnswer)
                if !cluster.network.isEmpty { cluster.deliver(cluster.network.removeFirst()) }
            }
            return held
        }
        let late = askHoldingAnswers(1)
        XCTAssertFalse(late.isEmpty)
        cluster.replaceDisk(of: "n2", keeping: 0)
        cluster.run(for: 500_000)
        cluster.propose("d", to: "n0")
        cluster.settle()
        let fresh = askHoldingAnswers(2)
        for packet in late { cluster.deliver(packet) }
        XCTAssertEqual(cluster.reads["n2"] ?? [], [])
        for packet in fresh { cluster.deliver(packet) }
        XCTAssertEqual(cluster.reads["n2"] ?? [], [2])
    }

    func testAMemberThatLostItsLogNeitherVotesNorCampaigns() {
        var hand = Hand("n1", term: 3, log: [1, 2])
        let append = AppendEntries(
            term: 3, leader: "n0", prevLogIndex: 2, prevLogTerm: 2, leaderCommit: 1, lostLog: 5)
        XCTAssertEqual(hand.append(append)?.lostLog, 5)
        _ = hand.hear(.timeoutNow(TimeoutNow(term: 3, leader: "n0")), from: "n0")
        XCTAssertTrue(hand.raft.isFollower)
        for _ in 0..<3 { XCTAssertEqual(hand.wait(1_000_000).filter { $0.requestVote != nil }, []) }
        for preVote in [true, false] {
            let request = RequestVote(
                term: 9, candidate: "n2", lastLogIndex: 9, lastLogTerm: 8, preVote: preVote)
            XCTAssertEqual(hand.vote(request)?.voteGranted, false)
        }
        XCTAssertEqual(hand.raft.currentTerm, 9)
        XCTAssertTrue(hand.raft.hasLostLog, "a later term changes nothing")
        let question = RaftMessage.Body.readIndex(ReadIndex(term: 9))
        XCTAssertEqual(hand.hear(question, from: "n2"), [], "its word is worth nothing")
    }

    func testALaterLeaderDoesNotCountAMemberThatLostItsLog() {
        let cluster = written(4, voters: 3)
        cluster.replaceDisk(of: "n2", keeping: 0)
        cluster.run(for: 500_000)
        XCTAssertTrue(cluster.with("n0") { $0.transferLeadership(to: "n1") })
        cluster.run(for: 500_000)
        XCTAssertEqual(cluster.leaderIDs, ["n1"])
        XCTAssertFalse(cluster.with("n1") { $0.transferLeadership(to: "n2") })
        cluster.crash("n0")
        let commit = cluster["n1"].commitIndex
        cluster.propose("d", to: "n1")
        cluster.settle()
        XCTAssertEqual(cluster["n1"].commitIndex, commit)
    }

    /// Removes n2 and adds it again.
    private func replace(_ cluster: Cluster) {
        cluster.complete("n0", to: ["n0", "n1"], "c1 1")
        cluster.run(for: 300_000)
        XCTAssertFalse(cluster["n2"].hasLostLog, "its removal is committed")
        XCTAssertEqual(cluster.stored["n2"]?.hardState.lostLog, nil)
        cluster.change("n0", to: ["n0", "n1", "n2"], "c1 2")
        cluster.run(for: 300_000)
        XCTAssertEqual(cluster["n0"].membership.voters, ["n0", "n1", "n2"])
        XCTAssertTrue(cluster.hasCommittedMembership("n0"))
    }

    func testAMemberThatLostItsLogCountsAgainAfterRemovalAndAddition() {
        let cluster = written()
        cluster.replaceDisk(of: "n2", keeping: 0)
        cluster.run(for: 500_000)
        replace(cluster)
        XCTAssertEqual(cluster.failedChanges, [])
        cluster.crash("n1")
        let commit = cluster["n0"].commitIndex
        cluster.propose("d", to: "n0")
        cluster.settle()
        XCTAssertEqual(cluster["n0"].commitIndex, commit + 1)
        cluster.crash("n0")
        cluster.restart("n1")
        cluster.run(for: 3_000_000)
        XCTAssertEqual(cluster.leaderIDs, ["n2"], "and votes, and stands")
    }

    // The member receives old memberships again with the log; only a later one ends its lost state.
    func testAMembershipFromBeforeItsAdditionDoesNotEndTheLostState() {
        let cluster = written(3, voters: 2)
        cluster.change("n0", to: ["n0", "n1", "n2"])
        cluster.run(for: 300_000)
        XCTAssertEqual(cluster["n0"].membership.voters, ["n0", "n1", "n2"])
        cluster.replaceDisk(of: "n2", keeping: 0)
        cluster.run(for: 500_000)
        XCTAssertEqual(cluster["n2"].commitIndex, cluster["n0"].commitIndex)
        XCTAssertTrue(cluster["n2"].hasLostLog)
        cluster.propose("d", to: "n0")
        cluster.run(for: 300_000)
        XCTAssertTrue(cluster["n2"].hasLostLog)
    }

    func testAMemberThatLostItsLogIsAddedOnlyOnceItKnowsOfItsRemoval() {
        let cluster = written()
        cluster.replaceDisk(of: "n2", keeping: 0)
        cluster.run(for: 500_000)
        cluster.isolate("n2")
        cluster.complete("n0", to: ["n0", "n1"], "c1 1")
        XCTAssertTrue(cluster["n2"].hasLostLog)
        cluster.heal()
        cluster.change("n0", to: ["n0", "n1", "n2"], "c1 2")
        cluster.run(for: 500_000)
        XCTAssertEqual(cluster["n0"].membership.voters, ["n0", "n1", "n2"])
        XCTAssertFalse(cluster["n2"].hasLostLog)
    }

    func testAMemberThatStillReportsALostLogIsNotMadeAVoter() throws {
        var hand = Hand(voters: ["n0", "n1"])
        hand.acknowledge(hand.makeLeader(), by: "n1")
        hand.acknowledge(hand.propose("x"), by: "n1")
        XCTAssertEqual(
            hand.raft.changeMembership(to: ["n0", "n1", "n2"], change: "c1 1"), .underWay)
        func settle(saying lostLog: Index?) {
            var sent = hand.wait(hand.raft.timing.heartbeatInterval)[...]
            while let append = sent.popFirst() {
                guard append.to == "n2", append.appendEntries != nil else { continue }
                let reply = AppendEntriesReply(term: hand.raft.currentTerm, success: true, lostLog: lostLog)
                sent += hand.hear(.appendEntriesReply(reply), from: "n2", inReplyTo: append.message.id)
            }
        }
        for _ in 0..<3 { settle(saying: 1) }
        XCTAssertEqual(hand.raft.membership.voters, ["n0", "n1"])
        settle(saying: nil)
        XCTAssertEqual(hand.raft.membership.voters, ["n0", "n1", "n2"])
    }

    func testALearnerThatLostItsLogReceivesItAgain() {
        let cluster = written(4, voters: 3)
        cluster.replaceDisk(of: "n3", keeping: 0)
        cluster.run(for: 500_000)
        XCTAssertEqual(cluster["n3"].log.lastIndex, cluster["n0"].log.lastIndex)
        XCTAssertEqual(findings(cluster), [])
        XCTAssertFalse(cluster["n3"].hasLostLog)
    }

    func testAMemberThatForgetsThatItLostItsLogIsToldAgain() {
        let cluster = written()
        for _ in 0..<2 {
            cluster.replaceDisk(of: "n2", keeping: 0)
            cluster.run(for: 500_000)
            XCTAssertTrue(cluster["n2"].hasLostLog)
        }
        XCTAssertEqual(findings(cluster), ["n2", "n2"])
    }

    // MARK: - Voters outside node_ids

    func testNothingIsSentToAVoterThatIsNoMember() {
        var hand = Hand("n0", voters: ["n0", "n1", "n9"])
        XCTAssertTrue(hand.step().ready.events.contains(.absentVoters(["n9"])))
        var sent = hand.waitForDeadline()
        XCTAssertEqual(sent.compactMap { $0.requestVote == nil ? nil : $0.to }, ["n1"])
        sent += hand.makeLeader()
        hand.raft.read(1)
        sent += hand.settle()
        XCTAssertFalse(sent.contains { $0.to == "n9" })
    }
}
