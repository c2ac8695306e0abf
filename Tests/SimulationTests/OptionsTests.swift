import XCTest

@testable import simulate

final class OptionsTests: XCTestCase {
    func testNumbersThatMakeNoSenseAreRefused() throws {
        let wrong = [
            "--members 0": "--members takes a number from 1, not 0",
            "--jobs 0": "--jobs takes a number from 1, not 0",
            "--minutes 0": "--minutes takes a number from 0.01, not 0",
            "--minutes nan": "--minutes takes a number from 0.01, not nan",
            "--seed x": "--seed takes a number from 0, not x",
            "--seeds 9..1": "--seeds takes a range like 1..1000, not 9..1",
        ]
        for (words, text) in wrong { XCTAssertEqual(mistake(words), text) }
        XCTAssertNil(mistake("--members 1 --jobs 1 --minutes 0.5 --seeds 1..9 --until-violation"))
    }

    func testAnUnknownOptionIsNamed() {
        XCTAssertEqual(mistake("--membres 3"), "there is no option --membres")
        XCTAssertEqual(mistake("--membres"), "there is no option --membres")
        XCTAssertEqual(mistake("--seed"), "--seed takes a value")
    }

    private func mistake(_ words: String) -> String? {
        do {
            _ = try Options(words.split(separator: " ").map(String.init))
            return nil
        } catch {
            return (error as? Options.Mistake)?.text ?? "\(error)"
        }
    }
}
