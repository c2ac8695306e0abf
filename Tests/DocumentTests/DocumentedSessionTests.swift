import TestPrograms
import XCTest

/// What the documents show of a session is what the programs print.
final class DocumentedSessionTests: XCTestCase {
    func testEverySessionByHandPrintsWhatTheREADMESays() throws {
        let blocks = try Document("README.md").blocks
        var sessions = 0
        for (block, next) in zip(blocks, blocks.dropFirst()) where next.introduction == "prints" {
            sessions += 1
            XCTAssertEqual(try bash(block.text), next.text + "\n", "line \(block.line)")
        }
        XCTAssertEqual(sessions, 3)
    }

    func testTheTraceInCONTRIBUTINGIsThatOfItsSeed() throws {
        let blocks = try Document(".github/CONTRIBUTING.md").blocks
        let trace = try XCTUnwrap(blocks.first { $0.text.contains(" -> ") })
        let command = try XCTUnwrap(
            trace.introduction.split(separator: "`").map(String.init).first { $0.hasPrefix("scripts/") })
        let printed = try bash(
            command.replacing("scripts/simulate", with: "'\(builtProgram("simulate").path)'"))
        XCTAssertTrue(printed.contains("\n\(trace.text)\n"), "\(command) prints something else")
    }
}
