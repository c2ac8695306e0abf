import XCTest

@testable import Consensus

/// Found by the simulation: answers to requests from before a restart.
final class RestartedMemberTests: XCTestCase {
    /// A member that restarts with its stored state, follows `n1`, and asks for a read index.
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

    // Both processes numbered their messages from 1, so a read index for the first released a later read of the second.
    func testALateAnswerToAnEarlierProcessReleasesNoRead() throws {
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
