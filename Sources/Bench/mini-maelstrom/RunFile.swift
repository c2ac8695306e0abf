import Foundation

/// A named run: a file of options, which Maelstrom accepts too. `#` at the start of a line begins a comment; the first
/// comment describes the run.
struct RunFile: Hashable, Sendable {
    /// The folder of named runs, beside Package.swift.
    static let folder = "maelstrom-runs"

    var summary: String
    var arguments: [String]

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
        guard !name.contains("/"), let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            let known = RunFile.names()
            throw UsageError(
                known.isEmpty
                    ? "\(name): expected test, or the name of a run in \(RunFile.folder)/, which is not here"
                    : "\(name): expected test, or one of the runs \(known.joined(separator: ", "))")
        }
        self.init(text: text)
    }

    /// The named runs in the current directory.
    static func names() -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return found.sorted().filter {
            !$0.hasPrefix(".") && FileManager.default.isFile("\(folder)/\($0)")
        }
    }
}
