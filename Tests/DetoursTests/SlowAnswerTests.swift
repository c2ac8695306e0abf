import XCTest

@testable import Detours

/// A member of four, n0, whose neighbour n1 answers slowly. n2 leads.
final class SlowAnswerTests: XCTestCase {
    private var window = 1_000
    private var member = Detours(id: "n0", members: ["n0", "n1", "n2", "n3"], now: 0)
    private var now = 0
    /// The number of the lists of others.
    private var began = 0
    /// The number of the member's own list.
    private var number = 0

    private func hear(_ sender: String, missing missed: [String] = []) {
        member.heard(sender, at: now)
        let list = LinkStateAdvertisement(member: sender, number: began, missed: missed)
        member.receive(Hello(own: list, holds: number, asks: false, others: []), from: sender, at: now)
    }

    /// n2 misses n3, so that the member asks n1 for an answer, which comes after so much time.
    /// - Returns: whether n1 is missed meanwhile.
    private func isMissed(answeringAfter time: Int, within windows: Int = 6) -> Bool {
        var isMissed = false
        var asked: Int?
        now += 10 * window
        began = now
        hear("n2", missing: ["n3"])
        for _ in 0..<10 * windows {
            now += window / 10
            hear("n3")
            member.heard("n2", at: now)
            if let since = asked, now - since >= time { hear("n1") }
            for (to, hello) in member.advance(to: now, expecting: .one("n2"), window: window) {
                number = hello.own.number
                isMissed = isMissed || hello.own.missed == ["n1"]
                if to == "n1", hello.asks { asked = asked ?? now }
            }
            hear("n2")
        }
        XCTAssertNotNil(asked, "n1 was not asked")
        return isMissed
    }

    func testAMemberThatAnswersSlowlyIsMissedOnceAndThenGivenMoreTime() {
        let slow = 3 * window / 2
        XCTAssertTrue(isMissed(answeringAfter: slow), "an answer takes a window and a quarter at most")
        for _ in 0..<3 { XCTAssertFalse(isMissed(answeringAfter: slow)) }
        for _ in 0..<3 { XCTAssertFalse(isMissed(answeringAfter: window / 10)) }
        XCTAssertTrue(isMissed(answeringAfter: slow), "fast answers make it a fast member again")
    }

    func testOnAFastNetworkNobodyWaitsAsLongAsOnASlowOne() {
        window = 100_000
        XCTAssertTrue(isMissed(answeringAfter: 3 * window / 2))
        now += window
        window = 1_000
        XCTAssertTrue(isMissed(answeringAfter: .max, within: 10), "an answer takes eight windows at most")
    }
}
