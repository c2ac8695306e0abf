import Consensus
import Simulation
import XCTest

@testable import Exploration

final class SearchTests: XCTestCase {
    /// Two of three stand in term 1, which do not hear each other.
    private func rivals(_ set: (inout Scope) -> Void = { _ in }) -> Scope {
        Scope("rivals", "", members: 3, terms: 1, logLength: 1, candidates: [0, 1]) {
            $0.budget.electionTimeouts = 2
            $0.cuts = [[0, 1]]
            set(&$0)
        }
    }

    func testASmallScopeIsExhaustedAndNothingIsBroken() {
        let scope = Scope("one", "", members: 3, terms: 1, logLength: 1, candidates: [0]) {
            $0.budget.electionTimeouts = 1
            $0.cuts = [[0, 1]]
        }
        let result = Search(scope).run()
        XCTAssertTrue(result.isExhausted)
        XCTAssertNil(result.violation)
        XCTAssertGreaterThan(result.states, 5)
        XCTAssertGreaterThan(result.transitions, result.states)
    }

    func testEverySearchOfAScopeVisitsTheSameStates() {
        let scope = rivals { $0.budget.electionTimeouts = 1 }
        let (one, other) = (Search(scope).run(), Search(scope).run())
        XCTAssertEqual(one.states, other.states)
        XCTAssertEqual(one.transitions, other.transitions)
        XCTAssertEqual(one.depth, other.depth)
    }

    /// n0 and n1 both need n2, which votes for n0, crashes, and has forgotten that.
    func testAVoteThatACrashTakesAwayElectsTwoLeadersAndTheShortestStoryIsTold() throws {
        let scope = rivals {
            $0.budget.crashes = 1
            $0.crashing = [2]
            $0.crashesLoseVotes = true
        }
        let violation = try XCTUnwrap(Search(scope).run().violation)
        XCTAssertEqual(violation.breach.property, .electionSafety)
        // A timeout, two messages for the pre-vote and two for the vote of each, and a crash.
        XCTAssertEqual(violation.actions.count, 11)
        let text = Story(scope, violation.actions, endsWith: violation.breach).text
        XCTAssertTrue(text.contains("n2 crashes, and starts again."), text)
        XCTAssertTrue(text.contains("hears n2's yes to its vote, and leads term 1."), text)
        XCTAssertTrue(text.contains("=> election safety: both n0 and n1 lead term 1"), text)
        XCTAssertTrue(text.contains("n0  leader        term 1  vote n0  log [1]"), text)
    }

    func testWhereVotesAreKeptNoTwoLeadOneTerm() {
        let scope = rivals {
            $0.budget.electionTimeouts = 1
            $0.budget.crashes = 1
            $0.crashing = [2]
        }
        let result = Search(scope).run()
        XCTAssertTrue(result.isExhausted)
        XCTAssertNil(result.violation)
    }

    /// Members, promises and budgets, without what is on its way.
    private func reached(in scope: Scope, answersAtOnce: Bool) -> (parts: Set<[String]>, states: Int) {
        var cluster = Cluster(scope, answersAtOnce: answersAtOnce)
        var states = [cluster.start()]
        var known = Set(states)
        var next = 0
        while next < states.count {
            cluster.expand(states[next]) { cluster, _, breach in
                XCTAssertNil(breach)
                if known.insert(cluster.next).inserted { states.append(cluster.next) }
                return true
            }
            next += 1
        }
        let parts = states.map { state in
            (0..<scope.members).map { "\(cluster.member($0, in: state).fingerprint)" } + [
                cluster.rest(of: state)
            ]
        }
        return (Set(parts), states.count)
    }

    func testAnswersGivenAtOnceLeaveOutNothingButMessagesThatAreStillToCome() {
        for scope in [
            rivals(),
            rivals {
                $0.budget.electionTimeouts = 1
                $0.budget.crashes = 1
                $0.budget.commands = 1
                $0.crashing = [0, 2]
            },
        ] {
            let all = reached(in: scope, answersAtOnce: false)
            let some = reached(in: scope, answersAtOnce: true)
            XCTAssertEqual(all.parts, some.parts)
            XCTAssertLessThan(some.states, all.states)
        }
    }

    func testTheStoryWithTheFewestStepsIsTold() throws {
        let scope = rivals {
            $0.budget.crashes = 1
            $0.crashing = [2]
            $0.crashesLoseVotes = true
        }
        let found = try XCTUnwrap(Search(scope).run().violation)
        let plain = try XCTUnwrap(Search(scope, answersAtOnce: false).run().violation)
        let (fewest, isCertain) = Search.fewest(found, in: scope)
        XCTAssertTrue(isCertain)
        XCTAssertEqual(fewest.actions.count, plain.actions.count)
        XCTAssertFalse(Search.fewest(found, in: scope) { _ in false }.isCertain)
    }

    /// n0's last turn ends while it waits for its disk, and n1's request is still on its way to n0: a member takes no
    /// other turn before one is over.
    func testNothingReachesAMemberWhoseTurnBrokeOff() throws {
        let scope = rivals {
            $0.cuts = []
            $0.forbidsLeaders = true
        }
        var (members, _, _) = scope.start()
        var way: [Action] = []
        var sent: [Packet] = []
        var breach: Breach?
        func take(_ member: Int, _ input: Action.Input) {
            let action = Action(member: member, input: input)
            let turn = Turn(of: members[member], action, in: scope)
            way.append(action)
            members[member] = turn.member
            sent += turn.sent
            breach = turn.breach
        }
        func deliver(from: Int, to: Int) throws {
            take(to, .message(try XCTUnwrap(sent.last { $0.from == from && $0.to == to })))
        }
        take(1, .deadline(.electionTimeout))
        take(0, .deadline(.electionTimeout))
        // The pre-vote, and the vote.
        for _ in 0..<2 {
            try deliver(from: 0, to: 2)
            try deliver(from: 2, to: 0)
        }
        XCTAssertEqual(breach?.property, .electionSafety)
        let answered = Search(scope).withAnswers(way)
        XCTAssertEqual(answered.last, way.last)
        let text = Story(scope, answered, endsWith: breach).text
        XCTAssertTrue(text.contains("=> election safety: n0 leads with the votes of n0 n2 alone"), text)
    }

    func testWhoHasAskedEnoughDoesNothingMore() {
        let all = Search(rivals()).run()
        let some = Search(rivals { $0.questions = 4 }).run()
        XCTAssertTrue(some.isExhausted)
        XCTAssertLessThan(some.states, all.states)
    }

    /// It has told nobody that it leads, and another may come to lead the term.
    func testALoneVoterThatCrashesBeforeItHasStoredItsTermDoesNotLeadIt() {
        let scope = Scope(
            "lone", "", members: 2, voters: [0], terms: 2, logLength: 3, changes: [[1]]
        ) {
            $0.leader = 0
            $0.budget.electionTimeouts = 2
            $0.budget.changes = 1
            $0.budget.crashes = 1
            $0.crashing = [0]
        }
        let result = Search(scope).run()
        XCTAssertNil(result.violation)
        XCTAssertTrue(result.isExhausted)
    }

    /// What the leader sent to n2 in the election is still on its way.
    func testWhoIsLateHasHeardOfNothing() throws {
        let scope = Scope("late", "", members: 3, terms: 1, logLength: 1) {
            $0.leader = 0
            $0.late = [2]
        }
        let (members, _, sent) = scope.start()
        XCTAssertEqual(members.map(\.raft.log.lastIndex), [1, 1, 0])
        XCTAssertEqual(members[2].raft.currentTerm, 0)
        XCTAssertFalse(sent.isEmpty)
        XCTAssertEqual(Set(sent.map(\.to)), [2])
        var cluster = Cluster(scope)
        let start = cluster.start()
        XCTAssertEqual(Set(cluster.packets(in: start)), Set(sent))
        let text = Story(scope, [], endsWith: nil).text
        XCTAssertTrue(text.hasPrefix("0. n0 leads, and nothing has reached n2 yet.\n"), text)
        XCTAssertTrue(Search(scope).run().isExhausted)
    }

    func testWhatWasCommittedBeforeTheStartMayNotBeMissed() {
        let scope = Scope("before", "", members: 3, terms: 2, logLength: 1, candidates: [1]) {
            $0.committed = 1
            $0.budget.electionTimeouts = 1
            $0.disks = [Disk(term: 1, log: [1]), Disk(term: 1, log: []), Disk(term: 1, log: [])]
        }
        // n1 and n2 hold nothing, though a quorum must: the leader that they elect lacks it.
        XCTAssertEqual(Search(scope).run().violation?.breach.property, .leaderCompleteness)
    }

    func testALinkMayLoseWhatGoesOneWay() {
        let scope = rivals {
            $0.cuts = []
            $0.unheard = [[0, 1]]
        }
        XCTAssertTrue(scope.isCut(0, 1))
        XCTAssertFalse(scope.isCut(1, 0))
        var free = scope
        free.free()
        XCTAssertFalse(free.isCut(0, 1))
    }

    func testASearchEndsWhereItIsToldTo() {
        let result = Search(rivals()).run { _ in false }
        XCTAssertFalse(result.isExhausted)
        XCTAssertNil(result.violation)
    }

    /// The tables only spare work: what they say is what the code does.
    func testAReplayOfAnyScheduleGivesTheSameMembers() {
        let scope = Scope("walk", "", members: 3, terms: 3, logLength: 4) {
            $0.budget.electionTimeouts = 4
            $0.budget.contactLapses = 3
            $0.budget.heartbeats = 3
            $0.budget.commands = 2
            $0.budget.crashes = 3
            $0.budget.reads = 2
            $0.budget.transfers = 1
            $0.budget.snapshots = 2
        }
        for seed in 1...6 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var cluster = Cluster(scope)
            var state = cluster.start()
            var members = (0..<3).map { Member($0, Disk(), in: scope) }
            for _ in 0..<40 {
                var all: [(Action, [UInt32])] = []
                cluster.expand(state) { cluster, move, breach in
                    XCTAssertNil(breach)
                    all.append((cluster.action(move), cluster.next))
                    return true
                }
                guard let (action, next) = all.randomElement(using: &generator) else { break }
                members[action.member] = Turn(of: members[action.member], action, in: scope).member
                state = next
                for index in 0..<3 {
                    XCTAssertEqual(members[index].fingerprint, cluster.member(index, in: state).fingerprint)
                }
            }
        }
    }
}
