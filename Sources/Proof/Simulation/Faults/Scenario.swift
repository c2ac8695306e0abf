import Consensus

/// All that a seed decides before a run begins. Times are in microseconds; chances are per million.
package struct Scenario: Sendable {
    /// The emphasis of a run. An even mix of faults rarely combines two rare ones.
    package enum Bias: String, Sendable, CaseIterable {
        case calm, mixed, partitions, crashes, late, pauses, flood, tiny, handovers, memberships
        /// Followers crash and restart at once, while answers to their previous process are under way.
        case restarts
        /// Leaders pause, are cut off, and resume with old answers while another member leads.
        case pausedLeaders
        /// Two or three voters, with membership changes, cuts and crashes.
        case pairs
    }

    struct Latency {
        enum Distribution: String, CaseIterable {
            case constant, uniform, exponential
        }

        var mean: Microseconds
        var distribution: Distribution
    }

    /// What may happen to each message; chances per million.
    struct LinkFaults {
        var loss = 0
        var duplication = 0
        /// Delayed so that other messages overtake it.
        var delay = 0
        /// Duplicated, with a copy that arrives up to three minutes later.
        var lateCopy = 0
    }

    enum Fault: CaseIterable {
        case cut, oneWayCut, mute, crash, crashAll, pause, slowness, clockRate, storm, stop
        /// A disk call fails, once or permanently; syncs take up to seconds.
        case diskError, slowDisk
        /// All links take 10 or 100 times as long, for longer than other faults last.
        case slowLinks
        /// A member crashes, and one of its files has a flipped bit, is missing, or is short.
        case damage
        /// A member crashes, and its disk is then empty or an older copy.
        case lostDisk
    }

    /// Which faults happen, and how often.
    struct Faults {
        /// Mean time between two faults; 0 for none.
        var interval: Microseconds = 0
        /// The relative frequency of each fault.
        var weights: [Fault: Int] = [:]
        /// Percent of faults that hit the leader.
        var atLeader = 0
        /// Percent of pauses in which the member is also cut off.
        var isolation = 20
        /// Chance that a fault hits a new leader soon after its election.
        var newLeader = 0
        /// Chance of a crash at each step around a store.
        var crashPoint = 0
        /// Percent of starts during which a disk call fails or the member crashes.
        var atStarts = 0
        /// The longest duration of a fault.
        var longest: Microseconds = 1
    }

    /// Operators change the membership and transfer leadership.
    struct Operators {
        /// Mean time between two of their requests; 0 for none.
        var interval: Microseconds = 0
        /// Percent of their requests that are transfers; the rest are changes of membership.
        var transfers = 0
        /// Percent of their requests that they send again, to any member.
        var repeats = 0
    }

    var seed: UInt64
    var bias: Bias
    var members: Int
    /// The number of initial voters; the other members are learners.
    var initialVoters: Int
    var operators = Operators()
    var latency: Latency
    var linkFaults = LinkFaults()
    var faults = Faults()
    /// Mean time of a store with its sync; 0 for none.
    var diskLatency: Microseconds = 0
    /// The size in bytes at which a new log file begins.
    var segmentSize = 16 << 20
    /// Whether a member may start again with another `segmentSize` and `snapshotEvery`.
    var changesOptions = false
    /// The most that a timer fires late.
    var timerDelay: Microseconds = 0
    /// The largest clock error, in parts per million.
    var clockDrift = 0
    /// The fixed minimum election timeout; nil to measure.
    var electionTimeout: Microseconds?
    var heartbeatInterval: Microseconds?
    /// The limits of all members.
    var limits = Limits()
    /// Whether members run without a disk. They never crash then.
    var isInMemory = false
    /// Whether messages between members travel as the lines that a node writes and reads.
    var sendsLines = false
    /// The recovery check before the demand phase; nil in most seeds.
    var recoveryCheck: RecoveryCheck?
    /// Late copies in a million messages before the failover check loses a leader, which are heard after its loss.
    var copiesOfLostLeader = 0
    /// Writes per round trip while a member catches up.
    var writesPerRoundTrip = 1

    var clients: Int
    var operations: Int
    var keys: Int
    /// How many bytes every fifth value has beside its number; 0 for none.
    var valueBytes = 0
    /// Percent of operations that are transactions.
    var transactions = 0
    /// Whether a key is a list, or never appended to, for the whole run.
    var keepsKinds = false
    /// Percent of the others that are reads, and that are writes; the rest are compare-and-sets.
    var reads: Int
    var writes: Int
    /// Mean pause of a client between two operations.
    var think: Microseconds
    /// Percent of requests without `msg_id`.
    var unnumbered = 0
    /// Percent of requests that a client sends again, while it waits or after an answer.
    var repeats = 0
    /// Percent of requests that reuse the `msg_id` of the client's previous one, once all its copies are answered.
    var reuses = 0
    /// Percent of requests that go to any member; the rest go to the client's own.
    var roaming = 50

    var makesLateCopies: Bool {
        linkFaults.lateCopy > 0 || faults.weights[.storm] != nil || copiesOfLostLeader > 0
    }

    /// How long a client waits for an answer, as Maelstrom's lin-kv clients do.
    var patience: Microseconds { max(1_000_000, 10 * latency.mean) }

    /// A scenario without faults, for tests that add one.
    init(plain seed: UInt64, members: Int, operations: Int) {
        self.seed = seed
        self.members = members
        initialVoters = members
        self.operations = operations
        bias = .calm
        latency = Latency(mean: 1_000, distribution: .exponential)
        clients = 5
        keys = 3
        reads = 40
        writes = 35
        think = 20_000
    }

    /// One line for people.
    package var summary: String {
        """
        seed \(seed), \(bias.rawValue): \(initialVoters) voters of \(members) members, \
        an operator request every \(operators.interval) us, \(clients) clients, \(operations) operations on \
        \(keys) keys, \(latency.distribution.rawValue) latency of \(latency.mean) us, loss \
        \(linkFaults.loss), duplication \(linkFaults.duplication), delay \(linkFaults.delay), late copies \
        \(linkFaults.lateCopy) in a million, disk \(diskLatency) us, a fault every \(faults.interval) us\
        \(recoveryCheck.map { ", then \($0)" } ?? "")\(sendsLines ? ", as lines" : "")\
        \(transactions > 0 ? ", \(transactions) % transactions" : "")\(keepsKinds ? " on lists or registers" : "")\
        \(valueBytes > 0 ? ", values of \(valueBytes) bytes" : "")\(changesOptions ? ", options change" : "")
        """
    }
}
