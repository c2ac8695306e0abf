import TestPrograms
import XCTest

/// The scripts of the package say what they take without building anything.
final class ScriptTests: BenchProgram {
    func testEachScriptHasAHelpThatBuildsNothing() throws {
        let swift = folder.appendingPathComponent("swift").path
        XCTAssertTrue(
            FileManager.default.createFile(
                atPath: swift, contents: Data("#!/bin/sh\nexit 9\n".utf8),
                attributes: [.posixPermissions: 0o755]))
        for script in ["benchmark", "demo", "fuzz", "grow", "maelstrom", "mutants", "package", "simulate"] {
            for option in ["--help", "-h"] {
                let process = Process()
                process.executableURL = packageRoot().appendingPathComponent("scripts/\(script)")
                process.arguments = [option]
                process.environment = ["PATH": "\(folder.path):/usr/bin:/bin"]
                let (output, complaints) = (Pipe(), Pipe())
                process.standardOutput = output
                process.standardError = complaints
                try process.run()
                let ended = end((process, output, complaints))
                XCTAssertEqual(ended.status, 0, "\(script) \(option): \(ended.complaints)")
                XCTAssertTrue(
                    ended.output.contains("\n  scripts/\(script)"), "\(script) \(option): \(ended.output)")
                XCTAssertFalse(ended.output.contains("set -euo"), ended.output)
            }
        }
    }
}
