import XCTest

@testable import mini_maelstrom

final class MembershipPlanTests: XCTestCase {
    private func target(_ kind: MembershipPlan.Kind, _ members: Set<Int>, share: Double = 0) -> [Int] {
        MembershipPlan(kind: kind, order: [5, 2, 0, 4, 1, 3], share: share).target(from: members)
    }

    func testEachKindOfChangeDoesWhatItsNameSays() {
        XCTAssertEqual(target(.grow, [0, 1, 2]), [0, 1, 2, 5])
        XCTAssertEqual(target(.grow, [0, 1, 2], share: 0.99), [0, 1, 2, 3, 4, 5])
        XCTAssertEqual(target(.shrink, [0, 1, 2, 3, 4]), [0, 1, 3, 4])
        XCTAssertEqual(target(.shrink, [0, 1, 2, 3, 4], share: 0.99), [1, 3, 4])
        XCTAssertEqual(target(.replace, [0, 1, 2]), [0, 1, 5])
        XCTAssertEqual(target(.move, [0, 1, 2]), [3, 4, 5])
        XCTAssertEqual(target(.move, [0, 1, 2, 3, 4]), [0, 1, 2, 4, 5])
    }

    func testAMembershipThatCannotGrowShrinksAndTheReverse() {
        XCTAssertEqual(target(.grow, [0, 1, 2, 3, 4, 5]), [0, 1, 2, 3, 4])
        XCTAssertEqual(target(.replace, [0, 1, 2, 3, 4, 5]), [0, 1, 2, 3, 4])
        XCTAssertEqual(target(.move, [0, 1, 2, 3, 4, 5], share: 0.99), [1, 3, 4])
        XCTAssertEqual(target(.shrink, [0, 1, 2]), [0, 1, 2, 5])
    }

    func testThereAreAtLeastThreeVotersIfThereAreEnoughNodes() {
        var random = SeededRandom(seed: 1)
        for nodes in 1...9 {
            var members = Set(0..<nodes)
            for _ in 0..<300 {
                members = Set(MembershipPlan(nodes: nodes, random: &random).target(from: members))
                XCTAssertTrue((min(3, nodes)...nodes).contains(members.count), "\(members) of \(nodes)")
            }
        }
    }

    func testEveryAnswerHasItsOutcome() {
        XCTAssertEqual(Operators.Outcome(Reply(type: "change_membership_ok")), .ok)
        XCTAssertEqual(
            Operators.Outcome(Reply(type: "error", code: 14, text: "busy")), .refused("14 busy"))
        XCTAssertEqual(Operators.Outcome(Reply(type: "error", code: 0, text: "late")), .unknown("0 late"))
        XCTAssertEqual(Operators.Outcome(Reply(type: "error")), .unknown("-1 "))
    }

    func testAnUnansweredRequestExpiresOnce() {
        var operators = Operators(nodes: 3)
        let request = Operators.Request(fault: .transfer, node: 0, words: "\"n1\"", deadline: 10, span: 0)
        operators.ask(request, messageID: 4)
        operators.ask(request, messageID: 5)
        XCTAssertEqual(operators.deadline, 10)
        XCTAssertNil(operators.answered(3))
        XCTAssertEqual(operators.answered(5), request)
        XCTAssertEqual(operators.givenUp(at: 9), [])
        XCTAssertEqual(operators.givenUp(at: 10), [request])
        XCTAssertNil(operators.deadline)
    }
}
