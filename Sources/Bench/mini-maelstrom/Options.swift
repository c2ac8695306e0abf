/// What one run is to do; the names, defaults and meanings are those of `maelstrom test`.
struct Options: Hashable, Sendable {
    static let freshDirectory = "{dir}"

    /// How many clients ask at a time.
    enum Concurrency: Hashable, Sendable {
        case clients(Int)
        case perNode(Int)

        func clients(nodes: Int) -> Int {
            switch self {
            case .clients(let count): count
            case .perNode(let count): count * nodes
            }
        }
    }

    /// The run's name in the store.
    var name = "lin-kv"
    var workload = "lin-kv"
    var bin: String?
    /// In place of `bin`.
    var commands = ShellCommands()
    /// `freshDirectory` in one of them stands for a directory of the run's own.
    var nodeArguments: [String] = []
    var nodeCount = 5
    /// How many of them, the last ones, are killed when clients begin to ask, and stay down.
    var deadCount = 0
    /// Maelstrom's default is 1n, with which it refuses to run lin-kv: each key takes 2n clients.
    var concurrency = Concurrency.perNode(4)
    /// Requests per second of all clients together; 0 is as fast as it goes.
    var rate = 5.0
    /// In seconds.
    var timeLimit = 60.0
    var latency = Latency()
    var nemesis: [Nemesis.Fault] = []
    /// Of the messages between nodes, while they are lost; from 0 to 1.
    var lossShare = 0.1
    /// Of the messages between nodes, while they arrive twice; from 0 to 1.
    var duplicateShare = 0.1
    /// The ways of cutting the network of which one is drawn each time.
    var partitions = Partition.allCases
    /// The mean time between two acts of the nemesis, in seconds.
    var nemesisInterval = 10.0
    /// Fixes what is drawn; drawn itself where it is nil.
    var seed: UInt64?
    var shape = Workload.Shape()
    var checks = true
    /// How many runs, each with the next seed; the first that is not valid is the last.
    var testCount = 1
    /// The share of the requests that must be served, from 0 to 1.
    var availability: Double?
    var logsStderr = false
    var logsSends = false
    var logsReceipts = false

    /// Those that clients ask.
    var livingCount: Int { nodeCount - deadCount }
    var clients: Int { concurrency.clients(nodes: livingCount) }

    /// How long a client waits for an answer, in nanoseconds: ten times the mean latency, a second at least.
    var timeout: UInt64 { UInt64(max(10 * latency.mean, 1000) * 1e6) }
}

/// What the system does not let the bench do.
struct SystemError: Error, CustomStringConvertible {
    var description: String
}

/// What is wrong with the command line.
struct UsageError: Error, Hashable, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    init(_ option: String, _ value: String, expected: String) {
        description = "\(option) \(value): expected \(expected)"
    }
}
