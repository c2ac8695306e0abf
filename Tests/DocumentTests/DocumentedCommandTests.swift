import XCTest

@testable import explore
@testable import mini_maelstrom
@testable import simulate

/// Every command in the documents is one that its program takes.
final class DocumentedCommandTests: XCTestCase {
    /// The commands of the documents, each on one line, without its comment.
    private func commands(of name: String) throws -> [String] {
        let programs = ["swift", "scripts/", ".ci/run", "maelstrom", "mini-maelstrom"]
        return try Document(name).blocks.flatMap { block in
            block.text.replacing("\\\n", with: " ").components(separatedBy: "\n")
                .filter { line in programs.contains { line.hasPrefix($0) } }
                .map { $0.components(separatedBy: " #")[0].trimmingCharacters(in: .whitespaces) }
        }
    }

    /// The words of a command, as a shell makes them.
    private func words(_ command: String) throws -> [String] {
        let words = command.replacing("…", with: "-w lin-kv --bin .build/release/raft-kv")
        return try bash("printf '%s\\n' \(words)").split(separator: "\n").map(String.init)
    }

    func testEachIsTaken() throws {
        var checked = 0
        for name in Document.names {
            for command in try commands(of: name) {
                checked += 1
                XCTAssertNoThrow(try check(words(command)), "\(name): \(command)")
            }
        }
        XCTAssertGreaterThan(checked, 20)
    }

    // Maelstrom's default concurrency is refused for its workload lin-kv.
    func testEveryRunOfMaelstromHasEnoughClients() throws {
        let runs = try commands(of: "README.md").filter { $0.hasPrefix("maelstrom ") }
        XCTAssertFalse(runs.isEmpty)
        for run in runs { XCTAssertTrue(run.contains("--concurrency 2n"), run) }
    }

    private struct Mistake: Error {
        var text: String
    }

    private func require(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: Document.root.appendingPathComponent(path).path) else {
            throw Mistake(text: "there is no \(path)")
        }
    }

    private func check(_ words: [String]) throws {
        var arguments = Array(words.dropFirst())
        switch words[0] {
        case "maelstrom", "mini-maelstrom": _ = try mini_maelstrom.Command(arguments)
        case "scripts/simulate": _ = try simulate.Options(arguments)
        case "scripts/explore":
            if let mutant = arguments.firstIndex(of: "--mutant") {
                try require("scripts/mutants.d/\(arguments[mutant + 1])")
                arguments.removeSubrange(mutant...(mutant + 1))
            }
            _ = try explore.Options(arguments)
        case "scripts/mutants":
            for name in arguments where !name.hasPrefix("-") { try require("scripts/mutants.d/\(name)") }
        case "swift":
            if let filter = arguments.firstIndex(of: "--filter") {
                let name = arguments[filter + 1]
                let tests = try bash("find Tests -name '\(name)' -o -name '\(name).swift'")
                if tests.isEmpty { throw Mistake(text: "there are no tests \(name)") }
            }
        default: try require(words[0])
        }
    }
}
