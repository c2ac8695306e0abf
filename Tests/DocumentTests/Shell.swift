import Foundation
import TestPrograms

/// Runs a script of bash in the project's folder, with the built programs of the tests in the place of those of a release.
/// - Returns: what it printed to stdout.
func bash(_ script: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    let programs = ["raft-kv", "mini-maelstrom"].reduce(script) {
        $0.replacing(".build/release/\($1)", with: "'\(builtProgram($1).path)'")
    }
    process.arguments = ["-c", programs]
    process.currentDirectoryURL = Document.root
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
}
