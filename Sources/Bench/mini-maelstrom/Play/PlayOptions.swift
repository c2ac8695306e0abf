import Foundation

/// The options of `mini-maelstrom play`.
struct PlayOptions: Hashable, Sendable {
    /// Each option: its name, its value, and what it is for.
    static let all: [(name: String, value: String, help: String)] = [
        ("--bin", "FILE", "the program that runs a node (default: raft-kv beside mini-maelstrom)"),
        ("--node-count", "N", "how many nodes, from 1 to 9 (default: 5)"),
        (
            "--latency", "MS",
            "mean latency between nodes at speed 1 (default: 400, slow enough to be watched)"
        ),
        ("--speed", "X", "messages travel at X times that speed, from 0.01 to 100 (default: 1)"),
        ("--port", "N", "the port of the page on 127.0.0.1 (default: any that is free)"),
    ]

    var bin: String
    /// Each `{dir}` in them becomes a directory of this cluster.
    var nodeArguments: [String]
    var nodes = 5
    /// In milliseconds.
    var latency = 400.0
    var speed = 1.0
    var port: UInt16 = 0

    /// - Throws: `UsageError`.
    init(_ arguments: [String]) throws {
        let own = arguments.prefix { $0 != "--" }
        nodeArguments = Array(arguments.dropFirst(own.count + 1))
        var bin: String?
        var rest = own[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let name = parts.first ?? argument
            guard Self.all.contains(where: { $0.name == name }) else {
                throw UsageError("play \(argument): no such option; play --help lists them")
            }
            guard let value = parts.count > 1 ? parts[1] : rest.popFirst() else {
                throw UsageError("\(name): expected a value")
            }
            switch name {
            case "--bin": bin = value
            case "--node-count": nodes = Int(try Self.number(name, value, 1...9, isWhole: true))
            case "--latency": latency = try Self.number(name, value, 0...60_000)
            case "--speed": speed = try Self.number(name, value, 0.01...100)
            default: port = UInt16(try Self.number(name, value, 0...65_535, isWhole: true))
            }
        }
        self.bin = try bin ?? Self.neighbor()
        if bin == nil, nodeArguments.isEmpty { nodeArguments = ["--data-dir", Options.freshDirectory] }
        if let problem = NodeProgram(path: self.bin).problem {
            throw UsageError("--bin \(self.bin): \(problem)")
        }
    }

    /// The node of this project, which is built beside the bench.
    private static func neighbor() throws -> String {
        let own = Bundle.main.executableURL?.resolvingSymlinksInPath()
        guard let path = own?.deletingLastPathComponent().appendingPathComponent("raft-kv").path,
            FileManager.default.isFile(path)
        else {
            throw UsageError(
                "--bin: expected a program that runs a node, for there is no raft-kv beside this one")
        }
        return path
    }

    private static func number(
        _ name: String, _ value: String, _ range: ClosedRange<Double>, isWhole: Bool = false
    ) throws -> Double {
        guard let number = Double(value), range.contains(number), !isWhole || number == number.rounded()
        else {
            let (low, high) =
                isWhole
                ? ("\(Int(range.lowerBound))", "\(Int(range.upperBound))")
                : ("\(range.lowerBound)", "\(range.upperBound)")
            throw UsageError(
                name, value, expected: "\(isWhole ? "an integer" : "a number") from \(low) to \(high)")
        }
        return number
    }

    static var helpText: String {
        var lines = [
            "usage: mini-maelstrom play [OPTIONS] [-- NODE-ARGS]", "",
            "Starts a cluster of real nodes, shows its members, their logs and their messages in the terminal and on a",
            "page of this machine, and does to it what you type or click.", "", "options:",
        ]
        lines += all.map { "  \(Text.left("\($0.name) \($0.value)", 26))  \($0.help)" }
        lines.append(
            "  \(Text.left("-- NODE-ARGS", 26))  arguments of each node; {dir} becomes a directory of this cluster"
        )
        lines +=
            ["", "commands:"] + commands + [
                "", "Keys and values are JSON; a word that is none is taken for a string.",
            ]
        return lines.joined(separator: "\n")
    }

    static var commands: [String] {
        PlayCommand.all.map { "  \(Text.left($0.usage, 26))  \($0.what)" }
    }
}
