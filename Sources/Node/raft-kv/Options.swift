import Consensus

/// The options of the command line.
struct Options: Sendable {
    var electionTimeout: Microseconds?
    var heartbeatInterval: Microseconds?
    /// The voters of a new cluster; nil for all members.
    var voters: [NodeID]?
    var log = LogFilter()
    /// The data directory; nil for state in memory only.
    var dataDirectory: String?
    var limits = Limits()
}

/// A bad option; one line for stderr.
struct UsageError: Error {
    var text: String
}

/// The action that the command line asks for.
enum Order {
    case run(Options)
    case help
    case version
    /// Print what the data directory at this path holds.
    case inspect(String)

    static let versionText = "raft-kv 0.1.0"

    static let helpText = """
        usage: raft-kv [OPTION VALUE]...

        A member of a linearizable key-value store replicated by Raft. It reads Maelstrom's messages from
        stdin, one JSON object per line, and writes its own to stdout; its log goes to stderr.

          --data-dir DIR            keep term, vote, log and snapshots under DIR/<node id> (default: memory only)
          --snapshot-every N        compact the log once N entries are applied since the last snapshot
                                    (default: 10000)
          --members n0,n1,n2        voters of a fresh cluster; other members only learn (default: every node);
                                    an id with a comma in it cannot be given here
          --election-timeout MS     fix the minimum election timeout (default: follows the round trips; at least
                                    five fixed heartbeat intervals)
          --heartbeat-interval MS   fix the heartbeat interval, to a third of a fixed election timeout at most
                                    (default: a fifth of the election timeout)
          --log FILTER              what goes to stderr (default: info; also RAFT_KV_LOG), for example
                                    info,election=debug,rpc=trace
          --inspect DIR             print what a data directory holds, and check it; change nothing
          --help, --version         say so, and exit
        """

    /// - Parameters:
    ///   - arguments: without the name of the program.
    ///   - logFilter: the value of `RAFT_KV_LOG`; an empty one counts as none, as is usual of environment variables.
    init(_ arguments: [String], logFilter: String?) throws(UsageError) {
        var options = Options()
        if let logFilter, !logFilter.isEmpty { options.log = try Self.filter("RAFT_KV_LOG", logFilter) }
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
            // Its own value was most likely forgotten; else a directory would be made that is called as an option.
            if sides.count == 1, value.hasPrefix("--") {
                throw UsageError(
                    text:
                        "\(name) takes \(option.takes), and \(value) follows it; \(name)=\(value) if that is meant"
                )
            }
            if option == .inspect {
                self = .inspect(value)
                return
            }
            try options.set(option, value)
        }
        try options.checkTimes()
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

    static let longestInterval = 1_000_000_000
    /// No timeout is longer: a day, in milliseconds.
    static let longestTimeout = 86_400_000

    var takes: String {
        switch self {
        case .dataDirectory, .inspect: "a directory"
        case .electionTimeout, .heartbeatInterval:
            "a whole number of milliseconds from 1 to \(Self.longestTimeout)"
        case .log: LogFilter.grammar
        case .members: "ids of nodes, comma-separated, each once"
        case .snapshotEvery: "a number of entries from 1 to \(Self.longestInterval)"
        }
    }
}

extension Options {
    fileprivate mutating func set(_ option: Option, _ value: String) throws(UsageError) {
        switch option {
        case .inspect: preconditionFailure("an order of its own")
        case .dataDirectory:
            guard !value.isEmpty else { throw Self.bad(option, value) }
            dataDirectory = value
        case .snapshotEvery:
            limits.snapshotEvery = try Self.number(option, value, upTo: Option.longestInterval)
        case .electionTimeout:
            electionTimeout = try Self.number(option, value, upTo: Option.longestTimeout) * 1000
        case .heartbeatInterval:
            heartbeatInterval = try Self.number(option, value, upTo: Option.longestTimeout) * 1000
        case .log: log = try Order.filter(option.rawValue, value)
        case .members:
            let ids = value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                .map { String(Substring($0)) }
            guard !ids.contains(""), Set(ids).count == ids.count else { throw Self.bad(option, value) }
            voters = ids
        }
    }

    /// Of the heartbeats in a minimum election timeout one may be lost, and one late.
    fileprivate func checkTimes() throws(UsageError) {
        guard let electionTimeout, let heartbeatInterval, heartbeatInterval > electionTimeout / 3 else {
            return
        }
        throw UsageError(
            text: "\(Option.heartbeatInterval.rawValue) \(heartbeatInterval / 1000) is too long for "
                + "\(Option.electionTimeout.rawValue) \(electionTimeout / 1000), of which it takes a third at most"
        )
    }

    private static func number(
        _ option: Option, _ value: String, upTo limit: Int
    ) throws(UsageError) -> Int {
        guard value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(value), (1...limit).contains(number)
        else { throw bad(option, value) }
        return number
    }

    private static func bad(_ option: Option, _ value: String) -> UsageError {
        UsageError(text: "\(option.rawValue) takes \(option.takes); \"\(value)\" is none")
    }
}
