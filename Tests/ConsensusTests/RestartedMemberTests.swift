import XCTest

@testable import Consensus

/// Found by the simulation: answers to what a member asked before it started again.
final class RestartedMemberTests: XCTestCase {
    /// A member that starts with what it had stored, follows `n1` and asks it about a read.
    private func member(seed: UInt64, committed: Index) -> (raft: Raft, question: MessageID?) {
        let entries = (1...9).map { Entry(term: 3, "c1 \($0) write 1 \($0)") }
        var raft = Raft(
            settings: Raft.Settings(id: "n0", members: ["n0", "n1", "n2"], seed: seed),
            hardState: HardState(term: 3), log: Log(entries: entries), now: 0)
        let append = AppendEntries(
            term: 3, leader: "n1", prevLogIndex: 9, prevLogTerm: 3, leaderCommit: committed)
        raft.receive(RaftMessage(id: 1, .appendEntries(append)), from: "n1", now: 0)
        raft.read(1)
        let question = raft.drain().sent.first {
            if case .readIndex = $0.message.body { true } else { false }
        }
        return (raft, question?.message.id)
    }

    // Both runs numbered their messages from 1, so an answer that told the first where the log ended released a
    // read of the second, asked after more had been committed.
    func testALateAnswerToAnEarlierRunReleasesNoRead() throws {
        let before = try XCTUnwrap(member(seed: 1, committed: 5).question)
        var (after, question) = member(seed: 2, committed: 7)
        let answer = RaftMessage(inReplyTo: before, .readIndexReply(ReadIndexReply(term: 3, index: 5)))
        after.receive(answer, from: "n1", now: 1)
        XCTAssertEqual(after.drain().reads, [])
        let own = RaftMessage(inReplyTo: question, .readIndexReply(ReadIndexReply(term: 3, index: 7)))
        after.receive(own, from: "n1", now: 1)
        XCTAssertEqual(after.drain().reads.map(\.index), [7])
    }
}
