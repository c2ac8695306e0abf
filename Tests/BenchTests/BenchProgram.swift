import XCTest

/// The bench as a program, run in a folder of its own.
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

    /// What the last run left behind.
    var latest: URL { folder.appendingPathComponent("maelstrom-runs/store/latest") }

    /// Where the package's programs are built: beside the tests.
    func program(_ name: String) -> URL {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appendingPathComponent(name)
    }

    func start(_ arguments: [String]) throws -> (process: Process, output: Pipe, complaints: Pipe) {
        let process = Process()
        process.executableURL = program("mini-maelstrom")
        process.arguments = arguments
        process.currentDirectoryURL = folder
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
}
