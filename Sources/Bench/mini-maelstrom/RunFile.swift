import Foundation

/// A named run: a file of options, which Maelstrom accepts too. `#` at the start of a line begins a comment; the first
/// comment describes the run.
struct RunFile: Hashable, Sendable {
    /// The folder of named runs, beside Package.swift.
    static let folder = "maelstrom-runs"

    var summary: String
    var arguments: [String]
    var isBuiltIn = false

    init(text: String) {
        let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let comments = lines.filter { $0.hasPrefix("#") }
        summary = comments.first.map { String($0.drop { $0 == "#" || $0 == " " }) } ?? ""
        arguments = lines.filter { !$0.hasPrefix("#") }.flatMap { line in
            line.split { $0 == " " || $0 == "\t" }.map(String.init)
        }
    }

    /// - Throws: `UsageError` if there is no such run.
    init(named name: String) throws {
        let path = "\(RunFile.folder)/\(name)"
        if !name.contains("/"), let text = try? String(contentsOfFile: path, encoding: .utf8) {
            self.init(text: text)
        } else if let text = RunFile.builtIn[name] {
            self.init(text: text)
            isBuiltIn = true
        } else {
            throw UsageError(
                "\(name): expected test, compare, analyze, serve, or one of the runs "
                    + RunFile.names().joined(separator: ", "))
        }
    }

    /// The named runs: those in the current directory, and those that are built in.
    static func names() -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let files = found.filter { !$0.hasPrefix(".") && FileManager.default.isFile("\(folder)/\($0)") }
        return Set(files).union(builtIn.keys).sorted()
    }
}
