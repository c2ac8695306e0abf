import XCTest

@testable import mini_maelstrom

final class LeaderSearchTests: XCTestCase {
    private func status(_ role: String, term: Int, leader: String?, id: Int = 7) throws -> Reply {
        let name = leader.map { "\"\($0)\"" } ?? "null"
        let text = """
            {"type":"status_ok","in_reply_to":\(id),"role":"\(role)","term":\(term),"leader":\(name),"more":[1]}
            """
        return try JSONDecoder().decode(Reply.self, from: Data(text.utf8))
    }

    func testTheNodeThatLeadsInTheLatestTermIsTheLeader() throws {
        var search = LeaderSearch(messageID: 7, asked: [0, 1, 2], at: 0)
        search.hear(try status("leader", term: 3, leader: "n0"), from: 0)
        search.hear(try status("leader", term: 4, leader: "n1"), from: 1)
        XCTAssertFalse(search.isOver(at: 0))
        search.hear(try status("follower", term: 5, leader: "n2"), from: 2)
        XCTAssertEqual(search.leader, 1)
        XCTAssertTrue(search.isOver(at: 0))
    }

    func testIfNoNodeReportsToLeadTheNamedOneIsTheLeader() throws {
        var search = LeaderSearch(messageID: 7, asked: [0, 1], at: 0)
        search.hear(try status("candidate", term: 5, leader: nil), from: 1)
        search.hear(try status("follower", term: 4, leader: "n2"), from: 0)
        XCTAssertEqual(search.leader, 2)
    }

    func testASearchDoesNotWaitForErrorsNorLongForSilentNodes() throws {
        var search = LeaderSearch(messageID: 7, asked: [0, 1], at: 10)
        search.hear(Reply(type: "error", inReplyTo: 7, code: 10), from: 0)
        XCTAssertFalse(search.isOver(at: 10))
        XCTAssertTrue(search.isOver(at: 10 + LeaderSearch.patience))
        search.hear(Reply(type: "error", inReplyTo: 7, code: 10), from: 1)
        XCTAssertTrue(search.isOver(at: 10))
        XCTAssertNil(search.leader)
    }

    func testAnswersToAnEarlierSearchAndRepeatedOnesAreIgnored() throws {
        var search = LeaderSearch(messageID: 7, asked: [0, 1], at: 0)
        search.hear(try status("leader", term: 3, leader: "n0", id: 6), from: 0)
        XCTAssertNil(search.leader)
        search.hear(try status("follower", term: 3, leader: nil), from: 0)
        search.hear(try status("leader", term: 3, leader: "n0"), from: 0)
        XCTAssertNil(search.leader)
    }
}
