import XCTest

@testable import Consensus

/// Found by the simulation: members that lag behind the start of the leader's log.
final class CatchingUpTests: XCTestCase {
    private struct Text: SnapshotSource {
        var size: Int { 12 }

        func piece(at offset: Int) -> (text: String, isLast: Bool)? {
            offset == 0 ? ("all that was", true) : nil
        }
    }

    /// A leader of three with ten entries of term 2. A snapshot covers the first eight.
    private func leader() -> Raft {
        let entries = (1...10).map { Entry(term: 2, "c1 \($0) write 1 \($0)") }
        let position = LogPosition(index: 8, term: 2)
        var raft = Raft(
            settings: Raft.Settings(id: "n0", members: ["n0", "n1", "n2"], seed: 1),
            hardState: HardState(term: 2),
            log: Log(lastIncludedIndex: 8, lastIncludedTerm: 2, entries: Array(entries[8...])),
            snapshot: Snapshot(position: position, source: Text()), now: 0)
        raft.advance(to: 1_000_000)
        for round in 0..<2 {
            for outgoing in raft.drain().sent where outgoing.to == "n1" {
                let reply = RequestVoteReply(term: round == 0 ? 2 : 3, voteGranted: true, preVote: round == 0)
                let answer = RaftMessage(inReplyTo: outgoing.message.id, .requestVoteReply(reply))
                raft.receive(answer, from: "n1", now: 1_000_000)
            }
        }
        XCTAssertTrue(raft.isLeader)
        return raft
    }

    // Scenario 61. A hint below the leader's first index was once searched in the leader's log, and the leader probed
    // its first entry for ever.
    func testAMemberWhoseLogEndsBeforeTheLeadersBeginsGetsTheSnapshot() throws {
        try expectSnapshot(after: LogPosition(index: 3, term: 1), refusals: 1)
    }

    func testAMemberThatConflictsAtTheStartOfTheLeadersLogGetsTheSnapshot() throws {
        try expectSnapshot(after: LogPosition(index: 8, term: 1), refusals: 2)
    }

    /// A member refuses `refusals` times, then gets a snapshot.
    private func expectSnapshot(after hint: LogPosition, refusals: Int) throws {
        var raft = leader()
        var sent = raft.drain().sent.filter { $0.to == "n2" }
        for step in 0..<refusals {
            let probe = try XCTUnwrap(
                sent.last { if case .appendEntries = $0.message.body { true } else { false } })
            let refusal = AppendEntriesReply(term: 3, success: false, hint: hint)
            raft.receive(
                RaftMessage(inReplyTo: probe.message.id, .appendEntriesReply(refusal)), from: "n2",
                now: 1_000_100 + step)
            sent = raft.drain().sent.filter { $0.to == "n2" }
            if sent.contains(where: { if case .installSnapshot = $0.message.body { true } else { false } }) {
                return
            }
        }
        XCTFail("after its refusals it was sent \(sent)")
    }
}
