import Foundation
import XCTest

/// A cluster of `mini-maelstrom play`, with what is typed and what it prints.
package final class LiveCluster {
    package let process = Process()
    private let input: FileHandle
    private let output: FileHandle
    /// What it has printed after what was waited for.
    private var said = ""
    /// All that it has printed.
    package private(set) var transcript = ""

    /// - Parameter isTerminal: whether it is on a pseudo terminal instead of pipes.
    package init(_ options: [String], isTerminal: Bool = false, in folder: URL) throws {
        process.executableURL = builtProgram("mini-maelstrom")
        process.arguments = ["play"] + options
        process.currentDirectoryURL = folder
        if isTerminal {
            let (own, other) = try pseudoTerminal()
            (process.standardInput, process.standardOutput) = (other, other)
            (input, output) = (own, own)
        } else {
            let (toCluster, fromCluster) = (Pipe(), Pipe())
            (process.standardInput, process.standardOutput) = (toCluster, fromCluster)
            (input, output) = (toCluster.fileHandleForWriting, fromCluster.fileHandleForReading)
        }
        try process.run()
    }

    package func type(_ text: String) throws { try input.write(contentsOf: Data(text.utf8)) }

    /// Reads until it has printed one of these after what was waited for before.
    /// - Returns: what was printed since, up to that.
    @discardableResult
    package func wait(for texts: String..., file: StaticString = #filePath, line: UInt = #line) -> String {
        while true {
            let ends = texts.compactMap { said.range(of: $0)?.upperBound }
            if let end = ends.min() {
                defer { said = String(said[end...]) }
                return String(said[..<end])
            }
            let more = output.availableData
            guard !more.isEmpty else {
                XCTFail("it never prints \(texts); it ends with \(said)", file: file, line: line)
                return said
            }
            let text = String(decoding: more, as: UTF8.self)
            said += text
            transcript += text
        }
    }

    /// Asks until there is this answer, for on a busy machine the time of a request may be over before.
    package func ask(_ line: String, _ answer: String) throws {
        repeat {
            try type("\(line)\n")
        } while process.isRunning
            && !wait(for: answer, ": error 0:", ": error 11:", ": error 14:", "may yet").hasSuffix(answer)
    }

    package func end() {
        process.terminate()
        process.waitUntilExit()
    }
}
