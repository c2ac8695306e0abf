import PlayPage
import ReportPage
import StoryPage
import TestPrograms
import XCTest

/// The style sheets of all pages.
final class StyleTests: BenchProgram {
    /// If there is a browser: it says which declarations it does not understand, and would ignore without a word.
    func testABrowserUnderstandsEveryDeclaration() throws {
        let browser = try Browser()
        let story = StoryPage(title: "", about: "", steps: [], messages: [])
        let pages = [
            ReportPage.html(title: "", json: "{}"), ReportPage.runs(title: "", json: "{}"), story.html([]),
            PlayPage.html,
        ]
        let styles = try pages.map { page in
            let page = String(decoding: page, as: UTF8.self)
            let start = try XCTUnwrap(page.range(of: "<style>")).upperBound
            return page[start..<(try XCTUnwrap(page.range(of: "</style>")).lowerBound)]
        }
        let file = folder.appendingPathComponent("styles.html")
        try """
        <!DOCTYPE html>\(styles.map { "<style>\($0)</style>" }.joined())
        <script>
        let count = 0;
        for (const style of document.querySelectorAll("style")) {
          const text = style.textContent.replace(/\\/\\*[^]*?\\*\\//g, "");
          if (text.split("{").length !== text.split("}").length) console.error("braces", text);
          for (const [, name, value] of text.matchAll(/([-\\w]+)\\s*:\\s*([^;{}]+)[;}]/g)) {
            count += 1;
            if (!name.startsWith("--") && !CSS.supports(name, value)) console.error(name, value);
          }
        }
        document.write(`<p>${count} declarations</p>`);
        </script>
        """.write(to: file, atomically: true, encoding: .utf8)
        let page = try browser.dump(file.absoluteString, size: "400,800", in: folder)
        let count = try XCTUnwrap(page.firstMatch(of: #/<p>(\d+) declarations/#)).1
        XCTAssertGreaterThan(try XCTUnwrap(Int(count)), 100)
    }
}
