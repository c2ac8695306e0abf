import Raft

/// What the command line asks for.
struct Options: Sendable {
    var electionTimeout: Microseconds?
    var heartbeatInterval: Microseconds?
    /// The voters of a fresh cluster, where they are not everybody.
    var voters: [NodeID]?
    var log = LogFilter()
}

/// A bad option; one line for stderr.
struct UsageError: Error {
    static let exitCode: Int32 = 64

    var text: String
}

/// What the process is to do.
enum Order {
    case run(Options)
    case help
    case version

    static let versionText = "raft-kv 0.1.0"

    static let helpText = """
        usage: raft-kv [OPTION VALUE]...

        A member of a linearizable key-value store replicated by Raft. It reads Maelstrom's messages from
        stdin, one JSON object per line, and writes its own to stdout; its log goes to stderr.

          --members n0,n1,n2        voters of a fresh cluster; other members only learn (default: every node)
          --election-timeout MS     fix the minimum election timeout (default: follows the round trips)
          --heartbeat-interval MS   fix the heartbeat interval (default: follows the election timeout)
          --log FILTER              what goes to stderr (default: info; also RAFT_KV_LOG), for example
                                    info,election=debug,rpc=trace
          --help, --version         say so, and exit
        """

    /// - Parameters:
    ///   - arguments: without the name of the program.
    ///   - logFilter: the value of `RAFT_KV_LOG`.
    init(_ arguments: [String], logFilter: String?) throws(UsageError) {
        var options = Options()
        if let logFilter { options.log = try Self.filter("RAFT_KV_LOG", logFilter) }
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--help" {
                self = .help
                return
            }
            if argument == "--version" {
                self = .version
                return
            }
            let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(sides[0])
            guard let option = Option(rawValue: name) else {
                throw UsageError(text: "\(argument): there is no such option; --help lists those there are")
            }
            guard let value = sides.count == 2 ? String(sides[1]) : rest.popFirst() else {
                throw UsageError(text: "\(name) takes \(option.takes), and nothing follows it")
            }
            try options.set(option, value)
        }
        self = .run(options)
    }

    fileprivate static func filter(_ name: String, _ value: String) throws(UsageError) -> LogFilter {
        guard let filter = LogFilter(value) else {
            throw UsageError(text: "\(name) takes \(LogFilter.grammar); \"\(value)\" is none")
        }
        return filter
    }
}

private enum Option: String {
    case dataDirectory = "--data-dir"
    case electionTimeout = "--election-timeout"
    case heartbeatInterval = "--heartbeat-interval"
    case inspect = "--inspect"
    case log = "--log"
    case members = "--members"
    case snapshotEvery = "--snapshot-every"

    /// No timeout is longer: a day, in milliseconds.
    static let longestTimeout = 86_400_000

    var takes: String {
        switch self {
        case .dataDirectory, .inspect: "a directory"
        case .electionTimeout, .heartbeatInterval:
            "a whole number of milliseconds from 1 to \(Self.longestTimeout)"
        case .log: LogFilter.grammar
        case .members: "ids of nodes, comma-separated, each once"
        case .snapshotEvery: "a number of entries"
        }
    }
}

extension Options {
    fileprivate mutating func set(_ option: Option, _ value: String) throws(UsageError) {
        switch option {
        case .dataDirectory, .inspect, .snapshotEvery:
            throw UsageError(
                text: "\(option.rawValue) \"\(value)\": not supported yet; it will take \(option.takes)")
        case .electionTimeout: electionTimeout = try Self.time(option, value)
        case .heartbeatInterval: heartbeatInterval = try Self.time(option, value)
        case .log: log = try Order.filter(option.rawValue, value)
        case .members:
            let ids = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard !ids.contains(""), Set(ids).count == ids.count else { throw Self.bad(option, value) }
            voters = ids
        }
    }

    private static func time(_ option: Option, _ value: String) throws(UsageError) -> Microseconds {
        guard value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let milliseconds = Int(value), (1...Option.longestTimeout).contains(milliseconds)
        else { throw bad(option, value) }
        return milliseconds * 1000
    }

    private static func bad(_ option: Option, _ value: String) -> UsageError {
        UsageError(text: "\(option.rawValue) takes \(option.takes); \"\(value)\" is none")
    }
}
