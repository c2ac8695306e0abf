import Consensus
import Maelstrom
import XCTest

@testable import raft_kv

/// When the process may assume that nobody reads its output.
final class ReaderWatchTests: XCTestCase {
    private func isGivenUp(_ sight: (Int) -> ReaderWatch.Sight) -> Bool {
        var watch = ReaderWatch()
        return (0..<20).contains { watch.isGivenUp(seeing: sight($0)) }
    }

    func testAFullPipeThatNobodyReadsIsGivenUp() {
        XCTAssertTrue(isGivenUp { _ in ReaderWatch.Sight(isBlocked: true, piecesWritten: 3, unread: 65_536) })
    }

    func testAWriterThatDoesNotRunIsNotGivenUp() {
        XCTAssertFalse(isGivenUp { _ in ReaderWatch.Sight(isBlocked: false, piecesWritten: 3, unread: 99) })
    }

    func testASlowReaderIsWaitedFor() {
        func sight(_ pieces: Int, _ unread: Int) -> ReaderWatch.Sight {
            ReaderWatch.Sight(isBlocked: true, piecesWritten: pieces, unread: unread)
        }
        XCTAssertFalse(isGivenUp { sight(3, 65_536 - $0 / 3) })
        XCTAssertFalse(isGivenUp { sight($0 / 3, 65_536) })
    }
}

/// Turns of the node, on a clock that only the tests move.
final class NodeStateTests: XCTestCase {
    private struct Typed {
        var state: NodeState
        var now: Microseconds = 1_000_000
        private var intake = Intake(keepsLines: false)
        private var seen = 0

        init(_ configure: (inout Options) -> Void = { _ in }) {
            var options = Options()
            configure(&options)
            state = NodeState(options)
        }

        /// Runs one turn on the given lines.
        /// - Returns: the messages written in that turn.
        mutating func type(_ lines: [String]) -> [Printed] {
            var batch = Batch()
            for line in lines {
                Array(line.utf8).withUnsafeBytes { intake.decode($0, into: &batch) }
            }
            state.process(batch, at: now)
            let lines = state.writer.bytes[seen...].split(separator: UInt8(ascii: "\n"))
            seen = state.writer.bytes.count
            return lines.compactMap { Printed(String(decoding: $0, as: UTF8.self)) }
        }

        /// Advances the clock to the next deadline.
        mutating func wait() -> [Printed] {
            now = max(now, state.deadline ?? now)
            return type([])
        }

        /// Lets time pass, with a timer that is never late.
        mutating func wait(for time: Microseconds) {
            let end = now + time
            while let deadline = state.deadline, deadline < end { _ = wait() }
            now = end
        }
    }

    private let three = initLine(["n0", "n1", "n2"])

    private func append(_ term: Int, _ more: String = "") -> String {
        line(
            #"{"type":"append_entries","msg_id":1,"term":\#(term),"leader_id":"n1","prev_log_index":0,"#
                + #""prev_log_term":0,"entries":[],"leader_commit":0\#(more)}"#,
            from: "n1")
    }

    private func number(_ request: Printed) -> Int { request["msg_id"] ?? 0 }

    // Once its log was as far ahead as allowed, the node never ended its turn.
    func testALeaderThatCannotCommitEndsItsTurnAndAnswersEveryRequest() throws {
        var node = Typed {
            $0.limits.requestsRemembered = 250
            $0.limits.forwardReach = 100
            $0.limits.logAhead = 100
        }
        let asked = node.type([
            three, append(1), line(#"{"type":"timeout_now","term":1,"leader_id":"n1"}"#, from: "n1"),
        ])
        let vote = try XCTUnwrap(asked.first { $0.type == "request_vote" && $0.destination == "n2" })
        let grant =
            #"{"type":"request_vote_res","in_reply_to":\#(number(vote)),"term":2,"vote_granted":true}"#
        let writes = (0..<200).map { line(#"{"type":"write","msg_id":\#($0),"key":1,"value":\#($0)}"#) }
        var replies = node.type([line(grant, from: "n2")] + writes)
        let end = node.now + 1_000_000
        while node.now < end, node.state.failure == nil { replies += node.wait() }
        let codes = replies.filter { $0.destination == "c1" }.map(\.code)
        XCTAssertEqual(codes.count { $0 == 0 }, 100 - 1)
        XCTAssertEqual(codes.count { $0 == 11 }, 101)
        XCTAssertEqual(node.state.failure?.text, nil)
    }

    func testANodeWhoseTurnNeverEndsStopsWithTheReason() {
        var node = Typed { $0.limits.roundsPerTurn = 0 }
        _ = node.type([initLine(["n0"])])
        XCTAssertEqual(node.state.failure?.exitCode, 70)
        XCTAssertEqual(node.state.failure?.text.contains("within 0 rounds"), true)
    }

    func testANodeWithAViolatedInvariantStopsBeforeItAnswers() {
        var node = Typed()
        _ = node.type([three])
        // The monitor saw a later term before.
        let settings = Raft.Settings(id: "n0", members: ["n0", "n1", "n2"], seed: 1)
        let later = Raft(settings: settings, hardState: HardState(term: 9), now: node.now)
        node.state.monitor = InvariantMonitor()
        XCTAssertNil(node.state.monitor.violation(of: later))
        _ = node.type([line(#"{"type":"read","msg_id":7,"key":1}"#)])
        XCTAssertEqual(node.state.failure?.exitCode, 70)
        XCTAssertEqual(
            node.state.failure?.text, "its state is impossible: the term falls from 9 to 0")
    }

    // Under Maelstrom, one slow answer during the machine's warm-up made the node believe in slow links ever after,
    // so it answered after its clients had given up.
    func testASlowFirstVoteDoesNotMakeClientsWaitLonger() {
        var node = Typed()
        var asked = node.type([three])
        while asked.isEmpty { asked = node.wait() }
        node.wait(for: 300_000)
        _ = node.type(
            asked.map {
                line(
                    #"{"type":"request_vote_res","in_reply_to":\#(number($0)),"term":0,"vote_granted":false,"#
                        + #""pre_vote":true}"#, from: $0.destination)
            })
        for _ in 0..<2 {
            node.wait(for: 30_000)
            _ = node.type([append(1, #","round_trip":[2000,500]"#)])
        }
        let began = node.now
        var replies = node.type([line(#"{"type":"write","msg_id":7,"key":1,"value":1}"#)])
        var stood: Microseconds?
        while !replies.contains(where: { $0.destination == "c1" }), node.now < began + 5_000_000 {
            replies += node.wait()
            if stood == nil, replies.contains(where: { $0.type == "request_vote" }) { stood = node.now }
        }
        XCTAssertLessThanOrEqual(node.now - began, 900_000)
        XCTAssertLessThan((stood ?? .max / 2) - began, 2 * Timing.shortestElectionTimeout)
    }
}
