import Consensus
import XCTest

@testable import KeyValue

/// The index of requests in the log that are not applied, as the log grows, is truncated and is applied.
final class UnappliedRequestsTests: XCTestCase {
    private func entry(_ number: Int) -> Entry { Entry(term: 1, payload: .command(command(number))) }

    private func command(_ number: Int) -> Command { Command(line: "c \(number) write 1 \(number)")! }

    private func id(_ number: Int) -> RequestID { command(number).id }

    private func known(_ unapplied: UnappliedRequests) -> [Int] {
        (0..<10).filter { unapplied.contains(id($0)) }
    }

    func testTheIndexFollowsTheLog() {
        var log = Log(entries: [1, 2, 3, 2].map(entry))
        var unapplied = UnappliedRequests(after: 0)
        XCTAssertEqual(unapplied.lag(behind: log), 4)
        unapplied.scan(log)
        XCTAssertEqual(known(unapplied), [1, 2, 3])
        unapplied.forget(upTo: 2)
        XCTAssertEqual(known(unapplied), [2, 3], "a copy of it stands there")
        unapplied.truncate(from: 4)
        log.truncate(from: 4)
        log.append(entry(5))
        unapplied.scan(log)
        XCTAssertEqual(known(unapplied), [3, 5])
        unapplied.forget(upTo: 4)
        XCTAssertEqual(known(unapplied), [])
        log.append(entry(6))
        log.append(Entry(term: 1, payload: .noOp))
        log.append(entry(7))
        // Entries that it has not indexed are applied first.
        unapplied.forget(upTo: 6)
        unapplied.scan(log)
        XCTAssertEqual(known(unapplied), [7])
        unapplied.truncate(from: 7)
        unapplied.truncate(from: 7)
        XCTAssertEqual(known(unapplied), [])
    }

    func testTheIndexAgreesWithASearchOfTheWholeLog() {
        for seed in 0..<300 as Range<UInt64> {
            var dice = SeededGenerator(seed: seed)
            var log = Log()
            var applied = 0
            var unapplied = UnappliedRequests(after: 0)
            for _ in 0..<60 {
                switch Int.random(in: 0..<5, using: &dice) {
                case 0, 1: log.append(entry(Int.random(in: 0..<10, using: &dice)))
                case 2:
                    applied = Int.random(in: applied...log.lastIndex, using: &dice)
                    unapplied.forget(upTo: applied)
                case 3 where applied < log.lastIndex:
                    let index = Int.random(in: (applied + 1)...log.lastIndex, using: &dice)
                    log.truncate(from: index)
                    unapplied.truncate(from: index)
                default: unapplied.scan(log)
                }
            }
            unapplied.scan(log)
            let rest = applied < log.lastIndex ? Array(log[(applied + 1)...log.lastIndex]) : []
            XCTAssertEqual(known(unapplied), (0..<10).filter { rest.contains(entry($0)) }, "seed \(seed)")
        }
    }

    func testTheLogOfARestartedMemberIsIndexedOnDemand() {
        var state = StoredState(hardState: HardState(term: 1), log: Log(entries: (0..<2_000).map(entry)))
        state.initialVoters = ["n0", "n1", "n2"]
        let settings = Raft.Settings(id: "n0", members: ["n0", "n1", "n2"], seed: 1)
        let raft = Raft(settings: settings, hardState: state.hardState, log: state.log, now: 0)
        var log = RequestLog(state, settings.limits)
        XCTAssertEqual(log.unapplied.lag(behind: raft.log), 2_000)
        log.lookAt(raft)
        XCTAssertTrue(log.contains(id(1_999), raft))
    }

    /// How many entries are looked at where a leader is asked for many changes in one turn, while another is under way.
    private func looks(_ changes: Int) -> Int {
        let cluster = led(4, voters: 3)
        cluster.isolate("n3")
        cluster.change(["n0", "n1", "n2", "n3"], at: "n0", 0)
        cluster.settle()
        cluster.with("n0") { [now = cluster.now] replica in
            for number in 1...changes {
                let operation = OperatorRequest.changeMembership(["n0", "n1"])
                replica.receive(ClientRequest(client: "c1", messageID: number, operation), now: now)
            }
        }
        let looks = cluster["n0"].requestLog.unapplied.looks
        cluster.settle()
        for number in 1...changes { XCTAssertEqual(cluster.codes("n0", to: number), [.abort]) }
        return looks
    }

    func testTheCostOfAChangeDoesNotGrowWithTheirNumberInATurn() {
        XCTAssertLessThanOrEqual(looks(2_000), 10 * looks(200) + 100)
    }

    func testALeaderThatLooksAgainAfterItsLogWasCutAsAFollowerSeesWhatItHolds() {
        let settings = Raft.Settings(id: "n0", members: ["n0", "n1", "n2"], seed: 1)
        var raft = Raft(settings: settings, hardState: HardState(term: 1), log: Log(), now: 0)
        var log = RequestLog(StoredState(hardState: HardState(term: 1), log: Log()), settings.limits)
        func append(_ number: Int, term: Term) {
            let append = AppendEntries(
                term: term, leader: "n1", prevLogIndex: 0, prevLogTerm: 0,
                entries: [Entry(term: term, payload: .command(command(number)))], leaderCommit: 0)
            raft.receive(RaftMessage(id: term, .appendEntries(append)), from: "n1", now: 0)
        }
        for term in 2...4 {
            append(term, term: term)
            log.lookAt(raft)
            XCTAssertEqual((2...4).filter { log.contains(id($0), raft) }, [term])
        }
    }
}
