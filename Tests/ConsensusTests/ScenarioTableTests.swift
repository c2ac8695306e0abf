import Foundation
import XCTest

/// The table in Tests/README.md must agree with the tests' comments.
final class ScenarioTableTests: XCTestCase {
    private static let tests = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()

    private static let all = 1...106

    func testEveryScenarioHasARowThatNamesItsTests() throws {
        let rows = try Self.rows()
        let comments = try Self.comments()
        XCTAssertEqual(rows.map(\.number), Array(Self.all), "one row for each scenario, in order")
        for (number, tests) in rows {
            XCTAssertFalse(tests.isEmpty, "the row of scenario \(number) names no test")
            for test in tests {
                guard let numbers = comments[test] else {
                    XCTFail("scenario \(number) names \(test), and there is no such test")
                    continue
                }
                XCTAssertTrue(numbers.contains(number), "\(test) lacks the comment `// Scenario \(number)`")
            }
        }
        for (test, numbers) in comments {
            for number in numbers where !Self.all.contains(number) {
                XCTFail("\(test) names scenario \(number), which the table lacks")
            }
        }
    }

    /// The rows of the table: `| 7 | what | `Class.test`, `Class.test` |`.
    private static func rows() throws -> [(number: Int, tests: [String])] {
        let text = try String(contentsOf: tests.appendingPathComponent("README.md"), encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("|"), cells.count == 3, let number = Int(cells[0]) else { return nil }
            let names = cells[2].split(separator: "`").map(String.init).filter { $0.contains(".test") }
            return (number, names)
        }
    }

    /// The scenarios in the comment above each test, if any.
    private static func comments() throws -> [String: [Int]] {
        var found: [String: [Int]] = [:]
        let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        for case let file as URL in try XCTUnwrap(files) where file.pathExtension == "swift" {
            var (name, numbers) = ("", [Int]())
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ")
                if let slot = words.firstIndex(of: "class"), words.count > slot + 1 {
                    name = String(words[slot + 1].prefix { $0.isLetter || $0.isNumber })
                } else if words.count > 2, words[0] == "//", words[1].hasPrefix("Scenario") {
                    numbers = self.numbers(words[2...])
                } else if words.count > 1, words[0] == "func", words[1].hasPrefix("test") {
                    found["\(name).\(words[1].prefix { $0 != "(" })"] = numbers
                    numbers = []
                }
            }
        }
        return found
    }

    /// The numbers at the start of a comment: `43 and 97`, `1, 2, 3`, or `61.` before a sentence.
    private static func numbers(_ words: ArraySlice<Substring>) -> [Int] {
        var numbers: [Int] = []
        for word in words where word != "and" {
            guard let number = Int(word.prefix { $0.isNumber }) else { break }
            numbers.append(number)
        }
        return numbers
    }
}
