import Serializability

/// The options of a run. Names, defaults and meanings are those of `maelstrom test`.
struct Options: Hashable, Sendable {
    static let freshDirectory = "{dir}"

    /// The number of clients, in all or per node.
    enum Concurrency: Hashable, Sendable {
        case total(Int)
        case perNode(Int)
        /// Any number, also where Maelstrom refuses it.
        case any(Int)

        func clients(nodes: Int) -> Int {
            switch self {
            case .total(let count), .any(let count): count
            case .perNode(let count): count * nodes
            }
        }
    }

    /// A share of the requests that a run requires, from 0 to 1.
    enum Requirement: Hashable, Sendable {
        /// As Maelstrom counts: of all requests, those that ended ok.
        case ok(Double)
        /// Those that were answered from the store, also with "no such key" or "not that value".
        case served(Double)
    }

    enum Workload: String, CaseIterable, Sendable {
        case linKV = "lin-kv"
        case listAppend = "txn-list-append"
        case rwRegister = "txn-rw-register"

        var isTransactional: Bool { self != .linKV }
    }

    /// The run's name in the store.
    var name = "lin-kv"
    var workload = Workload.linKV
    /// The names of the models to check; empty for that of the workload.
    var models: [String] = []
    /// The largest number of micro-operations in a transaction.
    var transactionLength = 4
    /// How often a key of a transactional workload is written.
    var writesPerKey = 16
    var bin: String?
    /// Used instead of `bin`.
    var commands = ShellCommands()
    /// Each `freshDirectory` in them becomes a directory of this run.
    var nodeArguments: [String] = []
    var nodeCount = 5
    /// Nil for `n0`, `n1`, ...
    var nodeNames: [String]?
    /// How many nodes, counted from the last, are killed for good once clients begin.
    var deadCount = 0
    /// Maelstrom's default is 1n, with which it refuses to run lin-kv, as each key takes 2n clients.
    var concurrency = Concurrency.perNode(4)
    /// Requests per second of all clients together: 0 for no requests, infinity for no limit.
    var rate = 5.0
    /// In seconds.
    var timeLimit = 60.0
    var latency = Latency()
    var nemesis: [Nemesis.Fault] = []
    /// The share of messages between nodes lost during a loss fault, from 0 to 1.
    var lossShare = 0.1
    /// The share of messages between nodes duplicated during a duplicate fault, from 0 to 1.
    var duplicateShare = 0.1
    /// The kinds of partition to draw from.
    var partitions = Partition.allCases
    /// The mean time between two nemesis operations, in seconds.
    var nemesisInterval = 10.0
    /// How long clients go on after the last fault, in seconds.
    var aftermath = 3.0
    /// The seed of everything random; drawn if nil.
    var seed: UInt64?
    var shape = mini_maelstrom.Workload.Shape()
    var checks = true
    /// The number of runs, each with the next seed. The first that is not valid is the last.
    var testCount = 1
    var requirements: [Requirement] = []
    /// Whether a run may be valid though replies broke the form that Maelstrom demands.
    var acceptsMalformed = false
    /// How the bench was called, and with what.
    var program = "mini-maelstrom"
    var invocation: [String] = []
    /// The files for the verdict as JUnit's XML and as Markdown.
    var junit: String?
    var summary: String?
    var logsStderr = false
    var logsSends = false
    var logsReceipts = false

    var names: NodeNames { NodeNames(nodeNames) }
    /// The number of nodes that clients use.
    var livingCount: Int { nodeCount - deadCount }
    var clients: Int { concurrency.clients(nodes: livingCount) }

    /// How long a client waits for an answer, in nanoseconds: ten times the mean latency, at least one second, and five
    /// seconds for a transaction.
    var timeout: UInt64 {
        workload.isTransactional ? 5_000_000_000 : UInt64(max(10 * latency.mean, 1000) * 1e6)
    }

    /// What transactions are checked for.
    var consistencyModels: [ConsistencyModel] {
        models.isEmpty ? [.strictSerializable] : models.compactMap(ConsistencyModel.init)
    }

    var transactionLimits: TransactionWorkload.Limits {
        TransactionWorkload.Limits(
            keys: shape.keyCount ?? TransactionWorkload.defaultKeyCount, length: transactionLength,
            writesPerKey: writesPerKey, readRatio: shape.readRatio ?? 0.5)
    }
}

/// An error of the operating system.
struct SystemError: Error, CustomStringConvertible {
    var description: String
}

/// An error of the command line.
struct UsageError: Error, Hashable, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    init(_ option: String, _ value: String, expected: String) {
        description = "\(option) \(value): expected \(expected)"
    }
}
