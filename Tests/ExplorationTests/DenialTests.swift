import Consensus
import KeyValue
import Simulation
import XCTest

@testable import Exploration

/// Error 11, where a request is asked for more than once: whoever says that it will not happen must know that.
final class DenialTests: XCTestCase {
    private let operations: [StoreOperation] = [.write(1), .change(voters: [0])]

    private func breach(_ steps: (inout ClientHistory) throws -> Void) -> Property? {
        var history = ClientHistory()
        do {
            try steps(&history)
            return nil
        } catch { return (error as? Breach)?.property }
    }

    private let write = Entry(
        term: 1, payload: .command(Command("c1 1 write", of: RequestID(head: "c1 1", digest: 1))))
    private let change = Entry(
        term: 1, payload: .membership(Membership(voters: ["n0"], change: "c2 2 1f")))

    func testWhatIsDeniedForEachCopyMayNotHappen() {
        func found(asks: Int, denials: Int) -> Property? {
            breach {
                for _ in 0..<asks { $0.asks(1) }
                for _ in 0..<denials { try $0.take(1, .willNotHappen, by: 0, [], operations) }
                try $0.checkHonest(write)
            }
        }
        XCTAssertEqual(found(asks: 1, denials: 1), .honesty)
        XCTAssertEqual(found(asks: 2, denials: 2), .honesty)
        XCTAssertNil(found(asks: 2, denials: 1))
        XCTAssertNil(
            breach {
                $0.asks(1)
                try $0.take(1, .willNotHappen, by: 0, [], operations)
                $0.asks(1)
                try $0.checkHonest(write)
            })
    }

    func testAChangeThatIsRefusedMayNotBeMade() {
        XCTAssertEqual(
            breach {
                $0.asks(2)
                try $0.take(2, .refused, by: 0, [], operations)
                try $0.checkHonest(change)
            }, .honesty)
        XCTAssertEqual(
            breach {
                $0.asks(2)
                try $0.take(2, .refused, by: 0, [change], operations)
            }, .honesty)
        XCTAssertNil(StoreOperation.number(of: Entry(term: 1, "c2 2 refuse-change busy 1f")))
    }

    func testAMemberDeniesNothingThatItHasPassedOn() {
        XCTAssertEqual(
            breach {
                try $0.passesOn(1, 0)
                try $0.denies(1, 0)
            }, .honesty)
        XCTAssertNil(
            breach {
                try $0.passesOn(1, 0)
                try $0.denies(1, 1)
            })
        XCTAssertNil(
            breach {
                try $0.passesOn(1, 0)
                $0.crashes(0)
                try $0.denies(1, 0)
            })
    }

    func testAMemberLetsNothingHappenThatItHasDenied() {
        XCTAssertEqual(
            breach {
                try $0.denies(1, 0)
                try $0.appends(1, 0)
            }, .honesty)
        XCTAssertNil(
            breach {
                try $0.denies(1, 0)
                $0.comes(1, to: 0)
                try $0.appends(1, 0)
            })
    }

    /// n1 asks for a change of voters, the leader makes it, and hands over.
    func testReplicasChangeTheirVotersAndHandOver() throws {
        let scope = Scope("change", "", members: 2, terms: 1, logLength: 5, candidates: []) {
            $0.leader = 0
            $0.operations = [.change(voters: [1])]
            $0.asked = [1]
            $0.budget.operations = 1
            $0.budget.transfers = 1
            $0.questions = 7
        }
        var cluster = Cluster(scope, answersAtOnce: true)
        var states = [cluster.start()]
        var known = Set(states)
        var (isChanged, isHandedOver) = (false, false)
        while let state = states.popLast() {
            let members = (0..<2).map { cluster.member($0, in: state).raft }
            isChanged = isChanged || members.contains { $0.membership.voters == ["n1"] }
            isHandedOver = isHandedOver || members[1].isLeader
            cluster.expand(state) { cluster, _, breach in
                XCTAssertNil(breach)
                if known.insert(cluster.next).inserted { states.append(cluster.next) }
                return true
            }
        }
        XCTAssertTrue(isChanged)
        XCTAssertTrue(isHandedOver)
    }
}
