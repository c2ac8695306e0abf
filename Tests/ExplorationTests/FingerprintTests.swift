import KeyValue
import XCTest

@testable import Consensus
@testable import Exploration

/// What tells two members apart, and what does not.
final class FingerprintTests: XCTestCase {
    private func member(_ id: NodeID = "n0") -> Raft {
        let timing = Timing(electionTimeout: 1_000, heartbeatInterval: 200)
        return Raft(
            settings: Raft.Settings(id: id, members: ["n0", "n1", "n2"], timing: timing, seed: 1), now: 0)
    }

    private func fingerprint(_ raft: Raft) -> Fingerprint {
        Fingerprint { raft.mix(into: &$0) }
    }

    private func rest(_ raft: inout Raft) {
        XCTAssertTrue(raft.drive({ (_: Ready<Outgoing>) in }, then: { _ in }))
    }

    private func append(_ term: Term, durable: Index = 0, commit: Index = 0) -> RaftMessage {
        let entries = [Entry(term: 1, "c1")]
        return RaftMessage(
            id: 1,
            .appendEntries(
                AppendEntries(
                    term: term, leader: "n1", prevLogIndex: 0, prevLogTerm: 0, entries: entries,
                    leaderCommit: commit, leaderDurable: durable)))
    }

    private func after(_ message: RaftMessage) -> Raft {
        var raft = member()
        raft.receive(message, from: "n1", now: 0)
        rest(&raft)
        return raft
    }

    func testWhatDecidesWhatAMemberDoesTellsItApart() {
        let different = [
            member(), after(append(1)), after(append(2)), after(append(1, commit: 1)),
            after(append(1, durable: 1)),
            after(RaftMessage(id: 1, .requestVote(vote(preVote: false)))),
        ]
        for (position, one) in different.enumerated() {
            for other in different[..<position] { XCTAssertNotEqual(fingerprint(one), fingerprint(other)) }
        }
        XCTAssertEqual(
            fingerprint(member()), fingerprint(after(RaftMessage(id: 1, .requestVote(vote(preVote: true))))))
    }

    // The search lets both happen, so the number need not tell members apart.
    func testARequestCountsAsOvertakenOrAsTheNewestWhateverArrivedBefore() {
        func after(_ first: MessageID, isOvertaken: Bool) -> Raft {
            var raft = member()
            for (id, now) in [(first, 0), (5, 999)] {
                raft.expectRequest(isOvertaken: isOvertaken)
                var request = append(1)
                request.id = id
                raft.receive(request, from: "n1", now: now)
                rest(&raft)
            }
            raft.advance(to: 1_000)
            return raft
        }
        for isOvertaken in [false, true] {
            let raft = after(1, isOvertaken: isOvertaken)
            XCTAssertEqual(raft.heardFromLeaderLately, !isOvertaken)
            XCTAssertEqual(fingerprint(raft), fingerprint(after(9, isOvertaken: isOvertaken)))
        }
        XCTAssertFalse(member().heedsOvertakenRequests)
        XCTAssertFalse(after(1, isOvertaken: false).heedsOvertakenRequests)
        XCTAssertTrue(after(1, isOvertaken: true).heedsOvertakenRequests)
    }

    private func vote(preVote: Bool) -> RequestVote {
        RequestVote(term: 1, candidate: "n1", lastLogIndex: 0, lastLogTerm: 0, preVote: preVote)
    }

    func testTheTimeTellsMembersApartOnlyByWhatHasPassed() {
        var raft = after(append(1))
        let before = fingerprint(raft)
        raft.advance(to: 999)
        XCTAssertEqual(fingerprint(raft), before)
        // It has lost its faith in its leader now, and votes.
        raft.advance(to: 1_000)
        XCTAssertNotEqual(fingerprint(raft), before)
    }

    /// Whoever adds a field says here that it is mixed in, or in Raft+Fingerprint.swift why it need not be.
    func testEveryFieldIsMixedInOrLeftOutForAReason() {
        XCTAssertEqual(
            fields(of: member()),
            [
                "commitIndex", "durableIndex", "electionDeadline", "generator", "hardState",
                "hasExtendedDeadlineAfterStall", "hasVotedForTransferTarget", "hasYieldedPreVote", "inStore",
                "incomingSnapshot", "isLeaderless", "isShuttingDown", "lastApplied", "lastLeaderContact",
                "leaderDurableIndex", "log", "memberships",
                "newestLeaderRequest", "nextMessageID", "now", "pending", "pendingTimeoutNow",
                "quorumDeadline", "reads",
                "refusedSnapshot", "role", "sentVoteRequests", "settings", "snapshot",
                "storageUpdates", "timing",
            ])
        let progress = Progress(id: "n1", nextIndex: 1, lastContact: 0, limits: Limits())
        XCTAssertEqual(
            fields(of: progress),
            [
                "answered", "awaits", "expectedInterval", "firstProbe", "held", "id", "inFlight",
                "lastContact",
                "lastSent", "limits", "loss", "losses", "lostLog", "matchIndex", "mode", "nextIndex",
                "roundTrip",
                "sampler", "saysLostLog", "timed", "toldCommit", "toldDurable",
            ])
        XCTAssertEqual(
            fields(of: Leadership(progress: [progress], noOpIndex: 1)),
            [
                "catchUp", "noOpIndex", "progress", "rounds", "slots", "transfer", "uncommittedBytes",
                "unsentReads",
            ])
        XCTAssertEqual(
            fields(of: ReadQueue(limits: Limits())),
            ["confirmations", "confirmationsAfterFailure", "confirmed", "questions", "waiting"])
        XCTAssertEqual(
            fields(of: Campaign(firstRequest: 1, votes: [:])), ["firstRequest", "votes"])
        XCTAssertEqual(
            fields(of: IncomingSnapshot(position: LogPosition(index: 1, term: 1), term: 1)),
            ["early", "earlyBytes", "offset", "position", "term"])
    }

    private func replica() -> Replica {
        let timing = Timing(electionTimeout: 1_000_000, heartbeatInterval: 200_000)
        return Replica(
            settings: Raft.Settings(id: "n0", members: ["n0", "n1"], timing: timing, seed: 1), now: 0)
    }

    private func fingerprint(_ replica: Replica) -> Fingerprint {
        Fingerprint { replica.mix(into: &$0) }
    }

    func testWhatWaitsAtAReplicaTellsItApart() {
        func after(_ number: Int, _ operation: ClientOperation) -> Fingerprint {
            var replica = replica()
            replica.receive(ClientRequest(client: "c1", messageID: number, operation), now: 0)
            return fingerprint(replica)
        }
        let key = JSONValue(canonical: "1")
        let write = ClientOperation.update(.write(key: key, value: key))
        XCTAssertEqual(after(1, write), after(1, write))
        let different = [
            fingerprint(replica()), after(1, write), after(2, write), after(1, .query(.read(key: key))),
        ]
        XCTAssertEqual(Set(different).count, different.count)
    }

    /// Whoever adds a field says here that it is mixed in, or at `Replica.mix(into:)` why it need not be.
    func testEveryFieldOfAReplicaIsMixedInOrLeftOutForAReason() {
        XCTAssertEqual(
            fields(of: replica()),
            ["detours", "outbox", "raft", "requestLog", "requests", "snapshots", "transfers"])
    }

    private func fields(of value: Any) -> [String] {
        Mirror(reflecting: value).children.compactMap(\.label).sorted()
    }
}
