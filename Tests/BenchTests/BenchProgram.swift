import TestPrograms
import XCTest

@testable import mini_maelstrom

/// Runs the bench as a program, in a folder of its own.
class BenchProgram: XCTestCase {
    struct Ended {
        var status: Int32
        var output: String
        var complaints: String
    }

    var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDown() {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The result folder of the last run.
    var latest: URL { folder.appendingPathComponent("maelstrom-runs/store/latest") }

    func start(_ arguments: [String]) throws -> (process: Process, output: Pipe, complaints: Pipe) {
        let process = Process()
        process.executableURL = builtProgram("mini-maelstrom")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "GITHUB_STEP_SUMMARY" }
        let (output, complaints) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = complaints
        try process.run()
        return (process, output, complaints)
    }

    func end(_ running: (process: Process, output: Pipe, complaints: Pipe)) -> Ended {
        let output = running.output.fileHandleForReading.readDataToEndOfFile()
        let complaints = running.complaints.fileHandleForReading.readDataToEndOfFile()
        running.process.waitUntilExit()
        return Ended(
            status: running.process.terminationStatus, output: String(decoding: output, as: UTF8.self),
            complaints: String(decoding: complaints, as: UTF8.self))
    }

    func run(_ arguments: String...) throws -> Ended { end(try start(arguments)) }

    /// Runs a test of one of the package's nodes, as fast as it can and with a fixed seed unless the options say
    /// otherwise.
    /// - Parameters:
    ///   - options: separated by spaces.
    ///   - arguments: passed to the node.
    func test(
        of node: String = "TestNode", nodes: Int = 1, _ options: String, with arguments: String = ""
    ) throws -> Ended {
        func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
        let common =
            ["test", "--bin", builtProgram(node).path] + words("--node-count \(nodes) --rate max --seed 1")
        return end(try start(common + words(options) + ["--"] + words(arguments)))
    }

    /// A result file of the last run.
    func contents(_ file: String) throws -> String {
        try String(contentsOf: latest.appendingPathComponent(file), encoding: .utf8)
    }

    func results() throws -> Results {
        try JSONDecoder().decode(Results.self, from: Data(try contents("results.json").utf8))
    }

    /// The nemesis's events in the last run's history, without times.
    func nemesisLines() throws -> [Substring] {
        try contents("history.txt").split(separator: "\n").filter { $0.contains("\t:nemesis\t") }
            .map { $0.drop { $0 != "\t" } }
    }
}
