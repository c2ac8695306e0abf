import Foundation

/// What a person can ask of a cluster, at the prompt or on the page.
enum PlayCommand: Hashable, Sendable {
    case kill([Int])
    case start([Int])
    case pause([Int])
    case resume([Int])
    /// Cuts these nodes off from all others.
    case isolate([Int])
    /// Cuts one link, in one direction or in both.
    case cut(from: Int, to: Int, bothWays: Bool)
    /// Mends the links of these nodes; all links where none is named.
    case heal([Int])
    /// Asks a node, or the leader where none is named. Keys and values are JSON.
    case ask(Question, of: Int?)
    /// How fast messages travel, as a multiple of `--latency`.
    case speed(Double)
    /// The mean latency at speed 1, in milliseconds.
    case latency(Double)
    /// Whether each message is printed.
    case messages(Bool)
    /// Prints all members, or one and its log.
    case see(Int?)
    case help
    case quit

    enum Question: Hashable, Sendable {
        case write(key: String, value: String)
        case read(key: String)
        case cas(key: String, from: String, to: String)
        case members([Int])
        case transfer(Int)

        /// The fields of the request.
        var body: String {
            switch self {
            case .write(let key, let value): #""type":"write","key":\#(key),"value":\#(value)"#
            case .read(let key): #""type":"read","key":\#(key)"#
            case .cas(let key, let from, let to): #""type":"cas","key":\#(key),"from":\#(from),"to":\#(to)"#
            case .members(let nodes):
                #""type":"change_membership","members":[\#(Self.names(nodes, quote: "\"", separator: ","))]"#
            case .transfer(let node): #""type":"transfer_leadership","target":"n\#(node)""#
            }
        }

        var words: String {
            switch self {
            case .write(let key, let value): "write \(key) \(value)"
            case .read(let key): "read \(key)"
            case .cas(let key, let from, let to): "cas \(key) \(from) \(to)"
            case .members(let nodes): "members \(Self.names(nodes, separator: " "))"
            case .transfer(let node): "transfer n\(node)"
            }
        }

        private static func names(_ nodes: [Int], quote: String = "", separator: String) -> String {
            nodes.map { "\(quote)n\($0)\(quote)" }.joined(separator: separator)
        }
    }

    /// Each command as it is typed, and what it does.
    static let all: [(usage: String, what: String)] = [
        ("write KEY VALUE [NODE]", "asks NODE, or the leader, to write"),
        ("read KEY [NODE]", "asks for the value"),
        ("cas KEY FROM TO [NODE]", "writes TO if the value is FROM"),
        ("kill NODE...", "ends a process at once"),
        ("start NODE...", "starts it again, with the same arguments"),
        ("pause NODE...", "stops a process, as a long garbage collection would"),
        ("resume NODE...", "lets it go on"),
        ("cut NODE...", "cuts these nodes off from all others"),
        ("cut NODE-NODE", "cuts one link; NODE>NODE: in one direction"),
        ("heal [NODE...]", "mends all links, or those of these nodes"),
        ("members NODE...", "makes these the voters"),
        ("transfer NODE", "asks the leader to hand over to NODE"),
        ("speed X", "lets messages travel at X times their speed"),
        ("latency MS", "how long they take at speed 1"),
        ("messages on|off", "prints each message"),
        ("see [NODE]", "prints all members, or one with its log"),
        ("quit", "ends all nodes"),
    ]

    /// - Parameter nodes: how many there are.
    /// - Throws: `UsageError`.
    init(_ line: String, nodes: Int) throws {
        let words = PlayCommand.split(line)
        let reader = PlayWords(words: Array(words.dropFirst()), count: nodes, line: line)
        switch words.first {
        case "kill": self = .kill(try reader.someNodes())
        case "start": self = .start(try reader.someNodes())
        case "pause": self = .pause(try reader.someNodes())
        case "resume": self = .resume(try reader.someNodes())
        case "cut": self = try reader.cut()
        case "heal": self = .heal(try reader.nodes())
        case "write", "read", "cas": self = try reader.question(words[0])
        case "members": self = .ask(.members(try reader.someNodes()), of: nil)
        case "transfer": self = .ask(.transfer(try reader.oneNode()), of: nil)
        case "speed": self = .speed(try reader.number(0.01...100))
        case "latency": self = .latency(try reader.number(0...60_000))
        case "messages": self = .messages(try reader.isOn())
        case "see": self = .see(words.count > 1 ? try reader.oneNode() : nil)
        case "help", "?": self = .help
        case "quit", "exit": self = .quit
        default: throw UsageError("\(words.first ?? ""): no such command; help lists them")
        }
    }

    /// Splits at spaces that are in no string, list or object.
    private static func split(_ line: String) -> [String] {
        var (words, word, depth, isString, isEscaped) = ([String](), "", 0, false, false)
        for character in line {
            if character == " ", depth == 0, !isString {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            word.append(character)
            if character == "\"", !isEscaped { isString.toggle() }
            isEscaped = character == "\\" && !isEscaped
            guard !isString else { continue }
            if "[{".contains(character) { depth += 1 }
            if "]}".contains(character) { depth -= 1 }
        }
        return word.isEmpty ? words : words + [word]
    }
}

/// The words after a command's name.
private struct PlayWords {
    var words: [String]
    var count: Int
    var line: String

    private func wrong(_ expected: String) -> UsageError { UsageError("\(line): expected \(expected)") }

    private var nodeNames: String { count == 1 ? "n0" : "n0 to n\(count - 1)" }

    private func node(_ word: String) -> Int? {
        guard word.hasPrefix("n"), let number = Int(word.dropFirst()), (0..<count).contains(number) else {
            return nil
        }
        return number
    }

    func nodes() throws -> [Int] {
        try words.map { word in
            guard let node = node(word) else { throw wrong("nodes, of \(nodeNames), not \(word)") }
            return node
        }
    }

    func someNodes() throws -> [Int] {
        guard !words.isEmpty else { throw wrong("one or more of \(nodeNames)") }
        return try nodes()
    }

    func oneNode() throws -> Int {
        guard words.count == 1, let node = node(words[0]) else { throw wrong("one of \(nodeNames)") }
        return node
    }

    func cut() throws -> PlayCommand {
        guard words.count == 1, let sign = words[0].first(where: { "->".contains($0) }) else {
            return .isolate(try someNodes())
        }
        let ends = words[0].split(separator: sign).map { node(String($0)) }
        guard ends.count == 2, let from = ends[0], let to = ends[1], from != to else {
            throw wrong("two nodes with - or > between them, such as n0-n1")
        }
        return .cut(from: from, to: to, bothWays: sign == "-")
    }

    func question(_ name: String) throws -> PlayCommand {
        let count = ["read": 1, "write": 2, "cas": 3][name] ?? 1
        let last = words.count == count + 1 ? node(words[count]) : nil
        guard words.count == count || last != nil else {
            let usage = PlayCommand.all.first { $0.usage.hasPrefix(name) }?.usage
            throw wrong("\(usage ?? name), with NODE of \(nodeNames)")
        }
        let values = words.prefix(count).map(Self.json)
        switch name {
        case "read": return .ask(.read(key: values[0]), of: last)
        case "write": return .ask(.write(key: values[0], value: values[1]), of: last)
        default: return .ask(.cas(key: values[0], from: values[1], to: values[2]), of: last)
        }
    }

    /// A word that is no JSON is taken for a string.
    private static func json(_ word: String) -> String {
        let data = Data(word.utf8)
        if (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil { return word }
        let quoted = try? JSONEncoder().encode(word)
        return quoted.map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }

    func number(_ range: ClosedRange<Double>) throws -> Double {
        guard words.count == 1, let number = Double(words[0]), range.contains(number) else {
            throw wrong("a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func isOn() throws -> Bool {
        guard words == ["on"] || words == ["off"] else { throw wrong("on or off") }
        return words == ["on"]
    }
}
