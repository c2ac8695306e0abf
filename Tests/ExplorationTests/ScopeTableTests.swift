import Exploration
import Foundation
import XCTest

/// The tables in Tests/README.md must agree with the scopes and with the known bugs that there are.
final class ScopeTableTests: XCTestCase {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The rows of the table whose head begins with `title`, cell by cell.
    private func rows(_ title: String) throws -> [[String]] {
        let text = try String(
            contentsOf: Self.root.appendingPathComponent("Tests/README.md"), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let head = try XCTUnwrap(lines.firstIndex { $0.hasPrefix("| \(title) |") }, "no table of \(title)")
        return lines[(head + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// The words of a cell that are set as code.
    private func names(in cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
    }

    private func number(_ cell: String) -> Int? { Int(cell.replacingOccurrences(of: ",", with: "")) }

    func testEveryScopeHasARow() throws {
        let rows = try rows("Scope")
        XCTAssertEqual(Set(rows.flatMap { names(in: $0[0]) }), Set(Scope.all.map(\.name)))
        XCTAssertEqual(rows.count, Scope.all.count)
        var (states, transitions) = (0, 0)
        for row in rows {
            let scope = try XCTUnwrap(Scope.all.first { names(in: row[0]) == [$0.name] }, row[0])
            XCTAssertEqual(number(row[1]), scope.members, scope.name)
            states += try XCTUnwrap(number(row[3]), scope.name)
            transitions += try XCTUnwrap(number(row[4]), scope.name)
            let seconds = try XCTUnwrap(number(row[6]), scope.name)
            XCTAssertTrue(seconds < 60 || !scope.isQuick, "\(scope.name) takes \(seconds) seconds")
        }
        let text = try String(
            contentsOf: Self.root.appendingPathComponent("Tests/README.md"), encoding: .utf8)
        func grouped(_ number: Int) -> String {
            let digits = String(number)
            return digits.enumerated().reduce("") { text, digit in
                let isNext = !text.isEmpty && (digits.count - digit.offset) % 3 == 0
                return text + (isNext ? "," : "") + String(digit.element)
            }
        }
        let sum = "\(grouped(states)) in \(grouped(transitions)) transitions"
        XCTAssertTrue(text.contains(sum), "the sum of all is \(sum)")
    }

    /// A bug in what the explorer runs is found by a scope, or it is said why not.
    func testEveryKnownBugIsFoundByAScopeOrItIsSaidWhyNot() throws {
        let mutants = Self.root.appendingPathComponent("scripts/mutants.d")
        var scopes: [String: String] = [:]
        for row in try rows("Mutant") {
            let name = try XCTUnwrap(names(in: row[0]).first, row[0])
            let scope = try XCTUnwrap(names(in: row[1]).first, row[1])
            XCTAssertTrue(Scope.all.contains { $0.name == scope }, "\(name): there is no scope \(scope)")
            XCTAssertNil(scopes.updateValue(scope, forKey: name), "\(name) has two rows")
        }
        let excused = try rows("Mutants").flatMap { names(in: $0[0]) }
        XCTAssertEqual(
            Set(excused).count, excused.count, "a mutant stands twice among those that no scope finds")
        XCTAssertEqual(Set(excused).intersection(scopes.keys), [], "found, and not found")
        for name in scopes.keys + excused {
            let path = mutants.appendingPathComponent(name).path
            XCTAssertTrue(FileManager.default.fileExists(atPath: path), "there is no mutant \(name)")
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: mutants.path).sorted() {
            let text = try String(contentsOf: mutants.appendingPathComponent(name), encoding: .utf8)
            let lines = text.split(separator: "\n")
            let explored = ["Sources/Node/Consensus/", "Sources/Node/KeyValue/"]
            let isExplored = lines.contains { line in explored.contains { line.hasPrefix("file \($0)") } }
            XCTAssertTrue(
                !isExplored || scopes[name] != nil || excused.contains(name),
                "\(name) stands in neither table of Tests/README.md")
            if let line = lines.prefix(3).first(where: { $0.hasPrefix("scope ") }) {
                XCTAssertEqual(scopes[name].map { "scope \($0)" }, String(line), name)
            }
        }
    }
}
