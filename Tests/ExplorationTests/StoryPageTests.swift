import Foundation
import StoryPage
import TestPrograms
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

    /// If there is a browser: it draws the step that the address names, and its console has no errors.
    func testABrowserDrawsAStep() throws {
        let browser = try Browser()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = try story().page
        let file = folder.appendingPathComponent("story.html")
        try Data(page.html(Array(try JSONEncoder().encode(page)))).write(to: file)
        let drawn = try browser.dump(file.absoluteString + "#3", size: "400,800", in: folder)
        XCTAssertTrue(drawn.contains("Step 3 of 8"), drawn)
        XCTAssertTrue(drawn.contains(page.steps[3].sentence))
        XCTAssertEqual(drawn.components(separatedBy: "<article").count, 4)
        XCTAssertTrue(drawn.contains("<line"))
        XCTAssertEqual(drawn.components(separatedBy: "aria-current=\"step\"").count, 2)
        XCTAssertFalse(drawn.contains("NaN"))
    }
}
