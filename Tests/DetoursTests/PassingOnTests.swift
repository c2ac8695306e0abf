import Consensus
import XCTest

@testable import Detours

/// To whom a member passes on the lists of others, and how often.
final class PassingOnTests: XCTestCase {
    // A link between two members that do not talk fails unnoticed: n2 seems to hear n0.
    func testAListIsForwardedOnceAlsoToMembersThatSeemToHearItsOwner() {
        var member = Detours(id: "n1", members: ["n0", "n1", "n2"], now: 0)
        member.receive(told("n0", 7, ["n2"]), from: "n0", at: 100)
        var passed: [LinkStateAdvertisement] = []
        for now in stride(from: 100, to: 5_000, by: 100) {
            member.heard("n0", at: now)
            member.heard("n2", at: now)
            for (to, hello) in member.advance(to: now, expecting: .one("n0"), window: 1_000) where to == "n2"
            {
                passed += hello.others
            }
        }
        XCTAssertEqual(passed, [LinkStateAdvertisement(member: "n0", number: 7, missed: ["n2"])])
    }

    /// By the lists of n0 and n1 these would pass the list on, but n4 does not hear them, so their lists may be old.
    func testMembersThatItDoesNotHearAreNotReliedOnToPassOnAList() {
        var member = Detours(id: "n4", members: ["n0", "n1", "n2", "n3", "n4"], now: 0)
        var passed: [String] = []
        for now in stride(from: 100, to: 3_000, by: 100) {
            member.heard("n2", at: now)
            member.heard("n3", at: now)
            if now == 2_000 {
                member.receive(told("n3", 5, ["n2"]), from: "n3", at: now)
                member.receive(told("n2", 7, ["n3"]), from: "n2", at: now)
            }
            for (to, hello) in member.advance(to: now, expecting: .all, window: 1_000) where to == "n3" {
                passed += hello.others.map(\.member)
            }
        }
        XCTAssertTrue(passed.contains("n2"), "n3 misses n2, and is told nothing of it")
    }

    /// n1 hears n0 and n2, which miss each other. Until n2 says that it holds n0's list, that may be lost.
    func testAListOfAnotherIsPassedOnUntilItIsConfirmed() {
        var member = Detours(id: "n1", members: ["n0", "n1", "n2"], now: 0)
        var (now, passed, last) = (0, 0, told("n1", 0, []))
        func pass(_ time: Int) {
            passed = 0
            let end = now + time
            while now < end {
                now += 1_000
                member.heard("n0", at: now)
                member.heard("n2", at: now)
                for (to, hello) in member.advance(to: now, expecting: .one("n0"), window: 10_000)
                where to == "n2" {
                    passed += hello.others.count { $0.member == "n0" }
                    last = hello
                }
            }
        }
        pass(10_000)
        member.receive(told("n2", 5, ["n0"]), from: "n2", at: now)
        member.receive(told("n0", 7, ["n2"]), from: "n0", at: now)
        pass(10 * Detours.longestWait)
        XCTAssertTrue((10...30).contains(passed), "\(passed)")
        // n2 now holds what n1 does.
        var answer = told("n2", 5, ["n0"])
        answer.total = last.total
        member.receive(answer, from: "n2", at: now)
        pass(10 * Detours.longestWait)
        XCTAssertEqual(passed, 0)
        // A newer list is passed on again.
        member.receive(told("n0", 9, ["n2"]), from: "n0", at: now)
        pass(10_000)
        XCTAssertGreaterThan(passed, 0)
    }

    func testAMemberConfirmsTheListsOfOthersThatItHolds() {
        var member = Detours(id: "n2", members: ["n0", "n1", "n2"], now: 0)
        let list = LinkStateAdvertisement(member: "n0", number: 7, missed: [])
        var (now, hello) = (0, told("n1", 5, [], [list]))
        func answers() -> [Int?] {
            member.receive(hello, from: "n1", at: now)
            return (1...100).flatMap { _ in
                now += 100
                member.heard("n0", at: now)
                member.heard("n1", at: now)
                return member.advance(to: now, expecting: .one("n0"), window: 1_000).map(\.1.total)
            }
        }
        hello.total = 13
        // It passes on each list once.
        XCTAssertNotEqual(answers(), [])
        XCTAssertEqual(answers(), [], "n1 holds another list")
        hello.total = 12
        XCTAssertEqual(answers(), [12])
        hello.others = []
        XCTAssertEqual(answers(), [])
    }
}
