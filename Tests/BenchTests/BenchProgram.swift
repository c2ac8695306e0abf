import TestPrograms
import XCTest

@testable import mini_maelstrom

/// Runs the bench as a program, in a folder of its own.
class BenchProgram: XCTestCase {
    typealias Running = (process: Process, output: Pipe, complaints: Pipe)

    struct Ended {
        var status: Int32
        var output: String
        var complaints: String

        /// Whether it is invalid only because no request of a kind succeeded.
        var wasStarved: Bool {
            status == 1 && output.contains("\nnone of ") && !output.contains("register could only have held")
                && !output.contains("which is impossible")
        }
    }

    var folder = URL(fileURLWithPath: "/")

    /// The arguments of runs that mostly wait, by any name: they start together, before the first test of the class, and
    /// each is for one test to look at.
    class var sideBySide: [String: [String]] { [:] }
    private nonisolated(unsafe) static var started: [String: (running: Running, folder: URL)] = [:]

    override class func setUp() {
        for (name, arguments) in sideBySide {
            guard let folder = try? newFolder(), let running = try? start(arguments, in: folder) else {
                continue
            }
            started[name] = (running, folder)
        }
    }

    /// The end of a run of `sideBySide`. Its folder is the test's from now on. One that a busy machine starved is
    /// repeated by itself, with other seeds.
    /// - Parameter isServed: whether requests must succeed.
    func end(of name: String, isServed: Bool = true) throws -> Ended {
        let run = try XCTUnwrap(Self.started.removeValue(forKey: name), "\(name) did not start")
        tearDown()
        folder = run.folder
        var ended = end(run.running)
        let words = try XCTUnwrap(Self.sideBySide[name])
        for seed in 101...120 where isServed && ended.wasStarved {
            let options = words.prefix { $0 != "--" }
            ended = end(try start(options + ["--seed", "\(seed)"] + words.dropFirst(options.count)))
        }
        return ended
    }

    /// The end of a run in which something must happen. On a busy machine a short time may not suffice, so the run is
    /// repeated with more of it.
    /// - Parameters:
    ///   - run: runs for so many seconds.
    ///   - isEnough: whether it has happened; unless said otherwise, that requests succeed.
    func withEnoughTime(
        _ run: (_ seconds: String) throws -> Ended,
        until isEnough: (Ended) throws -> Bool = { !$0.wasStarved }
    ) throws -> Ended {
        var ended = try run("0.3")
        for seconds in ["1", "5", "20"] where try !isEnough(ended) { ended = try run(seconds) }
        return ended
    }

    override class func tearDown() {
        for (running, folder) in started.values {
            running.process.terminate()
            running.process.waitUntilExit()
            try? FileManager.default.removeItem(at: folder)
        }
        started = [:]
    }

    private static func newFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    override func setUpWithError() throws { folder = try Self.newFolder() }

    override func tearDown() {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The result folder of the last run.
    var latest: URL { folder.appendingPathComponent("maelstrom-runs/store/latest") }

    func start(_ arguments: [String]) throws -> Running { try Self.start(arguments, in: folder) }

    private static func start(_ arguments: [String], in folder: URL) throws -> Running {
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

    func end(_ running: Running) -> Ended {
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
        end(try start(Self.words(of: node, nodes: nodes, options, with: arguments)))
    }

    /// The words of the command that `test` runs.
    static func words(
        of node: String = "TestNode", nodes: Int = 1, _ options: String, with arguments: String = ""
    ) -> [String] {
        func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
        let common = words("--node-count \(nodes) --rate max --seed 1 --aftermath 0.5")
        return ["test", "--bin", builtProgram(node).path] + common + words(options) + ["--"]
            + words(arguments)
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
