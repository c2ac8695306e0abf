import Foundation
import Serializability

/// The command to run.
enum Command: Sendable {
    case help(Topic)
    case version
    /// With the description of a named run.
    case test(Options, summary: String?)
    /// With the models that transactions are checked for.
    case analyze(String, [ConsistencyModel])
    case compare([String], Options)
    case serve(port: UInt16)
    case play(PlayOptions)

    /// - Parameter arguments: without the program's name.
    /// - Throws: `UsageError`.
    init(_ arguments: [String]) throws {
        let rest = Array(arguments.dropFirst())
        let isHelp = rest.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
        switch arguments.first {
        case "--help", "-h", "help", nil: self = .help(.all)
        case "--version": self = .version
        case .some where rest.prefix(while: { $0 != "--" }).contains("--version"): self = .version
        case .some(let name) where isHelp: self = .help(Topic(rawValue: name) ?? .test)
        case "analyze": self = try Command.analysis(rest)
        case "compare": self = try Command.comparison(rest)
        case "play": self = .play(try PlayOptions(rest))
        case "serve": self = .serve(port: try Command.port(rest))
        case .some(let name) where name.hasPrefix("-"):
            throw UsageError("\(name): expected test, or the name of a run, before any option")
        case .some:
            var options = Options()
            let summary = try options.parse(run: arguments)
            options.invocation = arguments
            self = .test(options, summary: summary)
        }
    }

    private static func analysis(_ rest: [String]) throws -> Command {
        let option = "--consistency-models"
        var (places, others, left): ([String], [String], _) = ([], [], rest[...])
        while let word = left.popFirst() {
            if word == option {
                others += [word] + (left.popFirst().map { [$0] } ?? [])
            } else if word.hasPrefix("\(option)=") {
                others.append(word)
            } else {
                places.append(word)
            }
        }
        guard places.count < 2, places.first?.hasPrefix("-") != true else {
            throw UsageError(
                "analyze \(rest.joined(separator: " ")): expected one folder, and \(option) if any")
        }
        var options = Options()
        options.workload = .listAppend
        try options.parse(others)
        return .analyze(places.first ?? "latest", options.consistencyModels)
    }

    private static func comparison(_ rest: [String]) throws -> Command {
        let programs = Array(rest.prefix { !$0.hasPrefix("-") }.prefix(2))
        guard programs.count == 2 else {
            throw UsageError("compare: expected two programs that run nodes, and then options")
        }
        var options = Comparison.defaults
        options.invocation = ["compare"] + rest
        let others = Array(rest.dropFirst(2))
        for word in others.prefix(while: { $0 != "--" })
        where word.hasPrefix("--bin") || word.hasPrefix("--node-command") {
            throw UsageError("\(word): compare takes the two programs before any option")
        }
        if let name = others.first, !name.hasPrefix("-") {
            _ = try options.parse(run: others)
        } else {
            try options.parse(others)
        }
        return .compare(programs, options)
    }

    private static func port(_ rest: [String]) throws -> UInt16 {
        guard !rest.isEmpty else { return Server.defaultPort }
        guard rest.count == 2, rest[0] == "--port" || rest[0] == "-p", let port = UInt16(rest[1]) else {
            throw UsageError("serve \(rest.joined(separator: " ")): expected --port N, from 0 to 65535")
        }
        return port
    }
}

extension Options {
    /// The node of a run that is built in is looked for beside the bench, if it is not where it is built.
    private mutating func findNode() {
        guard let path = bin, !FileManager.default.isFile(path), let bench = Bundle.main.executablePath else {
            return
        }
        let name = URL(fileURLWithPath: path).lastPathComponent
        let other = URL(fileURLWithPath: bench).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent(name).path
        if FileManager.default.isFile(other) { bin = other }
    }

    /// Applies arguments to the current options. The last of repeated options counts.
    /// - Throws: `UsageError`.
    mutating func parse(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                nodeArguments = Array(rest)
                return
            }
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let isAssigned = argument.hasPrefix("--") && parts.count == 2
            let name = isAssigned ? parts[0] : argument
            guard let spec = OptionSpec.all.first(where: { $0.name == name || $0.short == name }) else {
                let hint = OptionSpec.near(name).map { "did you mean \($0)?" } ?? "test --help lists them"
                throw UsageError("\(argument): no such option; \(hint)")
            }
            guard spec.value != nil else {
                if isAssigned { throw UsageError(spec.name, parts[1], expected: "no value") }
                _ = spec.apply(&self, "")
                continue
            }
            guard let value = isAssigned ? parts[1] : rest.popFirst() else {
                throw UsageError("\(spec.name): expected \(spec.expected)")
            }
            guard spec.apply(&self, value) else {
                throw UsageError(spec.name, value, expected: spec.expected)
            }
        }
    }

    /// Parses `test` or the name of a run, and the options after it.
    /// - Returns: the description of a named run.
    /// - Throws: `UsageError`.
    fileprivate mutating func parse(run arguments: [String]) throws -> String? {
        let rest = Array(arguments.dropFirst())
        guard let name = arguments.first, name != "test" else {
            try parse(rest)
            return nil
        }
        let file = try RunFile(named: name)
        do {
            try parse(file.arguments)
        } catch let error as UsageError {
            throw UsageError("\(RunFile.folder)/\(name): \(error)")
        }
        if file.isBuiltIn { findNode() }
        try parse(rest)
        self.name = name
        return file.summary
    }
}
