import XCTest

@testable import explore
@testable import mini_maelstrom
@testable import simulate

/// Every command in the documents is one that its program takes.
final class DocumentedCommandTests: XCTestCase {
    private static let programs = ["swift", "scripts/", ".ci/run", "maelstrom", "mini-maelstrom"]

    /// The lines of a block, one for each command.
    private func lines(_ block: Document.Block) -> [String] {
        block.text.replacing("\\\n", with: " ").components(separatedBy: "\n")
    }

    private func isCommand(_ line: String) -> Bool { Self.programs.contains { line.hasPrefix($0) } }

    /// The commands of a document, each without its comment.
    private func commands(of document: Document) -> [String] {
        document.blocks.flatMap(lines).map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 }
            .filter(isCommand).map { line in
                line.components(separatedBy: " #")[0].components(separatedBy: "   ")[0]
                    .trimmingCharacters(in: .whitespaces)
            }
    }

    /// The words of commands, as a shell makes them.
    private func words(_ commands: [String]) throws -> [[String]] {
        let lines = commands.map { command in
            let whole = command.replacing("…", with: "-w lin-kv --bin .build/release/raft-kv")
            return "printf '%s\\n' \(whole)\necho"
        }
        return try bash(lines.joined(separator: "\n")).components(separatedBy: "\n\n").dropLast()
            .map { $0.components(separatedBy: "\n") }
    }

    func testEachIsTaken() throws {
        var checked = 0
        let documents = try Document.names.map { try Document($0) } + [Document(Document.guide, indent: 2)]
        for document in documents {
            let commands = commands(of: document)
            let words = try words(commands)
            XCTAssertEqual(words.count, commands.count, document.name)
            for (command, words) in zip(commands, words) {
                checked += 1
                XCTAssertNoThrow(try check(words), "\(document.name): \(command)")
            }
        }
        XCTAssertGreaterThan(checked, 30)
    }

    /// Blocks that are no commands, by a text in them, and what runs or compares them.
    private static let others = [
        ("raft-kv --log off", "DocumentedSessionTests"),
        ("--election-timeout 3600000", "DocumentedSessionTests"),
        (#"{"src":"n"#, "DocumentedSessionTests"),
        ("plays it.", ".ci/run"),
        ("> see", "DocumentedSessionTests"),
        ("G-single-realtime", "DocumentedSessionTests"),
        ("(role=leader term=3)", "DocumentedSessionTests"),
        ("n5 < {", ".ci/run"),
        ("stdin ──▶", "a drawing"),
        (" -> ", "DocumentedSessionTests"),
    ]

    func testEveryBlockIsCommandsOrComparedWithWhatIsPrinted() throws {
        for name in Document.names {
            for block in try Document(name).blocks where !lines(block).allSatisfy(isCommand) {
                XCTAssertTrue(
                    Self.others.contains { block.text.contains($0.0) },
                    "line \(block.line) of \(name): nothing compares this with what is printed")
            }
        }
    }

    // Maelstrom's default concurrency is refused for its workload lin-kv.
    func testEveryRunOfMaelstromHasEnoughClients() throws {
        let documents = [try Document("README.md"), try Document(Document.guide, indent: 2)]
        let runs = documents.flatMap(commands).filter { $0.hasPrefix("maelstrom ") }
        XCTAssertEqual(runs.count, 3)
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
