import Consensus
import KeyValue
import XCTest

@testable import Simulation

/// The checks find wrong answers to operators and wrong changes of membership.
final class ChangeChecksTests: XCTestCase {
    private let old = ["n0", "n1", "n2"]
    private let new = ["n0", "n3"]

    private func asked(_ changes: [[NodeID]]) -> ChangeLedger {
        var ledger = ChangeLedger(initialVoters: old)
        for voters in changes {
            let number = ledger.ask(.change(voters), isNumbered: true)
            ledger.send(number, to: 0, life: 1)
        }
        return ledger
    }

    private func membership(_ number: Int, _ voters: [NodeID], of outgoing: [NodeID] = []) -> Membership {
        Membership(voters: voters, outgoing: outgoing, change: "o\(number) \(number) 5f")
    }

    private func answer(_ ledger: inout ChangeLedger, _ number: Int, _ body: ClientReply.Body) throws {
        let reply = ClientReply(to: "o\(number)", inReplyTo: number, body)
        try ledger.answered(reply, by: 0, life: 1, Elections(members: 4))
    }

    private func complete(_ ledger: inout ChangeLedger, _ number: Int, _ voters: [NodeID]) throws {
        let index = ledger.memberships[ledger.memberships.count - 1].index
        try ledger.recordCommit(of: membership(number, voters, of: ledger.membership.incoming), at: index + 1)
        try ledger.recordCommit(of: membership(number, voters), at: index + 2)
    }

    func testAChangeIsMadeInTwoSteps() throws {
        var ledger = asked([new])
        try complete(&ledger, 0, new)
        XCTAssertEqual(ledger.membership.voters, new)
        XCTAssertEqual(ledger.membership(at: 1).voters, ["n0", "n1", "n2", "n3"])
        try answer(&ledger, 0, .changeMembershipOK(new))
        XCTAssertEqual(ledger.changesMade, 1)
    }

    func testAChangeThatNobodyRequestedIsFound() {
        var ledger = asked([new])
        for change in ["", "o1 1 5f", "o0 1 5f", "c0 0 5f"] {
            let stray = Membership(voters: new, outgoing: old, change: change)
            expect(.atMostOnce) { try ledger.recordCommit(of: stray, at: 1) }
        }
        expect(.atMostOnce) { try ledger.recordCommit(of: membership(0, ["n1"], of: old), at: 1) }
    }

    func testAChangeOutOfOrderIsFound() throws {
        var ledger = asked([new, ["n1"]])
        expect(.oneChange) { try ledger.recordCommit(of: membership(0, new), at: 1) }
        expect(.oneChange) { try ledger.recordCommit(of: membership(0, new, of: ["n0"]), at: 1) }
        try ledger.recordCommit(of: membership(0, new, of: old), at: 1)
        expect(.oneChange) { try ledger.recordCommit(of: membership(1, ["n1"], of: old), at: 2) }
        expect(.oneChange) { try ledger.recordCommit(of: membership(1, ["n1"]), at: 2) }
    }

    func testAChangeThatIsMadeAgainIsFound() throws {
        var ledger = asked([new, old])
        try complete(&ledger, 0, new)
        try complete(&ledger, 1, old)
        expect(.atMostOnce) { try complete(&ledger, 0, new) }
    }

    func testAChangeThatWasRefusedAndIsMadeIsFound() throws {
        var ledger = asked([new, new])
        try ledger.refuses(RequestID(client: "o0", number: 0), at: 1)
        try answer(&ledger, 0, .error(.abort, ""))
        expect(.honesty) { try ledger.recordCommit(of: membership(0, new, of: old), at: 2) }
        try answer(&ledger, 1, .error(.temporarilyUnavailable, ""))
        ledger = asked([new])
        try answer(&ledger, 0, .error(.temporarilyUnavailable, ""))
        expect(.honesty) { try ledger.recordCommit(of: membership(0, new, of: old), at: 2) }
    }

    func testAFalseAnswerIsFound() throws {
        var ledger = asked([new])
        expect(.honesty) { try answer(&ledger, 0, .error(.abort, "")) }
        ledger = asked([new])
        try ledger.recordCommit(of: membership(0, new, of: old), at: 1)
        expect(.honesty) { try answer(&ledger, 0, .changeMembershipOK(new)) }
        ledger = asked([new])
        expect(.honesty) { try answer(&ledger, 0, .error(.malformedRequest, "")) }
        ledger = asked([new])
        try complete(&ledger, 0, new)
        expect(.honesty) { try answer(&ledger, 0, .changeMembershipOK(old)) }
        expect(.answers) { try answer(&ledger, 0, .changeMembershipOK(new)) }
        let transfer = ledger.ask(.transfer(to: "n3"), isNumbered: true)
        ledger.send(transfer, to: 0, life: 1)
        expect(.honesty) { try answer(&ledger, transfer, .transferLeadershipOK(leader: "n3")) }
    }

    func testAJointQuorumNeedsAMajorityOfBothSets() {
        let joint = Membership(voters: new, outgoing: old)
        XCTAssertTrue(Simulation.isQuorum(of: joint) { ["n0", "n1", "n3"].contains($0) })
        XCTAssertFalse(Simulation.isQuorum(of: joint) { ["n0", "n1", "n2"].contains($0) })
        XCTAssertFalse(Simulation.isQuorum(of: joint) { ["n0", "n3"].contains($0) })
    }
}
