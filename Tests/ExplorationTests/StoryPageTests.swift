import Foundation
import StoryPage
import XCTest

@testable import Exploration

final class StoryPageTests: XCTestCase {
    private let scope = Scope(
        "a <b> & c", "what it is for", members: 3, terms: 1, logLength: 1, candidates: [0]
    ) {
        $0.budget.electionTimeouts = 1
    }

    private func story() throws -> Story {
        var cluster = Cluster(scope)
        var state = cluster.start()
        var actions: [Action] = []
        for _ in 0..<8 {
            var last: (Action, [UInt32])?
            cluster.expand(state) { cluster, move, _ in
                last = (cluster.action(move), cluster.next)
                return true
            }
            let (action, next) = try XCTUnwrap(last)
            actions.append(action)
            state = next
        }
        return Story(scope, actions, endsWith: nil)
    }

    func testThePageHoldsTheWholeStoryAndNothingElseIsNeeded() throws {
        let page = try story().page
        XCTAssertEqual(page.steps.count, 9)
        XCTAssertEqual(page.steps[0].members.map(\.id), ["n0", "n1", "n2"])
        XCTAssertTrue(page.messages.contains { !$0.arrives.isEmpty })
        let html = String(decoding: page.html(Array(try JSONEncoder().encode(page))), as: UTF8.self)
        XCTAssertTrue(html.contains("<title>a &lt;b> &amp; c</title>"))
        XCTAssertTrue(html.contains("function drawMessages"))
        XCTAssertTrue(html.contains("color-scheme: light dark"))
        for placeholder in ["TITLE", "STYLE", "SCRIPT", "DATA"] {
            XCTAssertFalse(html.contains(placeholder), placeholder)
        }
        XCTAssertFalse(html.contains("src="))
    }

    func testNoTextEndsTheScriptThatItStandsIn() throws {
        let page = StoryPage(
            title: "t", about: "</script><b>", steps: [StoryPage.Step(sentence: "s", members: [])],
            messages: [])
        let html = String(decoding: page.html(Array(try JSONEncoder().encode(page))), as: UTF8.self)
        XCTAssertEqual(html.components(separatedBy: "</script>").count, 3)
        let start = try XCTUnwrap(html.range(of: "id=\"data\">")).upperBound
        let end = try XCTUnwrap(html.range(of: "</script>", range: start..<html.endIndex)).lowerBound
        let read = try JSONDecoder().decode(StoryPage.self, from: Data(html[start..<end].utf8))
        XCTAssertEqual(read.about, "</script><b>")
    }
}
