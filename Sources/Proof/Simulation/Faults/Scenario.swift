import Consensus

/// All that a seed decides before a run begins. Spans are microseconds, chances are per million.
package struct Scenario: Sendable {
    /// What a run leans towards. Where every fault happens a little, the rare meetings of two of them hardly do.
    package enum Bias: String, Sendable, CaseIterable {
        case calm, mixed, partitions, crashes, late, pauses, flood, tiny, handovers, memberships
        /// Followers crash and come back at once, while answers to their last run are still on their way.
        case rebirths
        /// Leaders fall asleep, are cut off, and wake to old answers while another leads.
        case sleepers
        /// Two members decide, in the midst of changes, cuts and crashes.
        case pairs
    }

    struct Latency {
        enum Distribution: String, CaseIterable {
            case constant, uniform, exponential
        }

        var mean: Microseconds
        var distribution: Distribution
    }

    /// The chances that befall each message.
    struct LinkFaults {
        var loss = 0
        var duplication = 0
        /// Held up for a while, so that others overtake it.
        var delay = 0
        /// A copy that arrives seconds later.
        var lateCopy = 0
    }

    enum Fault: CaseIterable {
        case cut, oneWayCut, mute, crash, crashAll, pause, slowness, clockRate, storm, stop
        /// A call of a member's disk fails, once or from then on; and its syncs take seconds.
        case diskError, slowDisk
        /// All links take many times as long, for longer than other faults last.
        case slowLinks
        /// A member crashes, and a bit of its files is flipped, or a file is gone or short.
        case harm
        /// A member crashes, and its disk is empty then, or holds an older copy of what it held.
        case lostDisk
    }

    /// What breaks, and how often.
    struct Faults {
        /// Mean span between two faults; 0 for none.
        var interval: Microseconds = 0
        /// How often each comes, beside the others.
        var weights: [Fault: Int] = [:]
        /// Percent of faults that aim at the leader.
        var atLeader = 0
        /// Percent of pauses during which the member is cut off.
        var isolation = 20
        /// Chance that a new leader is struck before it has led for long.
        var youngLeader = 0
        /// Chance of a crash at each of the steps around a store.
        var crashPoint = 0
        /// Percent of starts at which the disk fails, also when it is read, or that are cut short.
        var atStarts = 0
        /// The longest that a fault lasts.
        var longest: Microseconds = 1
    }

    /// Those who change the membership and move the lead.
    struct Operators {
        /// Mean span between two of their requests; 0 for none.
        var interval: Microseconds = 0
        /// Percent of their requests that are transfers; the rest are changes of membership.
        var transfers = 0
        /// Percent of their requests that they make again, to any member.
        var repeats = 0
    }

    var seed: UInt64
    var bias: Bias
    var members: Int
    /// How many of the members vote at the start; the others are learners.
    var initialVoters: Int
    var operators = Operators()
    var latency: Latency
    var linkFaults = LinkFaults()
    var faults = Faults()
    /// Mean time of a store and sync; 0 where it is done at once.
    var diskLatency: Microseconds = 0
    /// After how many bytes a new segment of the log begins.
    var segmentSize = 16 << 20
    /// How late a timer rings at most.
    var timerDelay: Microseconds = 0
    /// How far, in parts per million, clocks may be from true time.
    var clockDrift = 0
    /// The minimum election timeout, where it is fixed.
    var electionTimeout: Microseconds?
    var heartbeatInterval: Microseconds?
    /// The bounds of all members' code.
    var limits = Limits()
    /// Whether members take what they are to store for durable at once; nobody may crash then.
    var isInMemory = false
    /// What is checked before a majority alone must serve; nil in most seeds.
    var recoveryCheck: RecoveryCheck?
    /// How many writes are asked in a round trip while a member catches up.
    var writesPerRoundTrip = 1

    var clients: Int
    var operations: Int
    var keys: Int
    /// Percent of operations that are reads, and that are writes; the rest are compare-and-sets.
    var reads: Int
    var writes: Int
    /// Mean pause of a client between two operations.
    var think: Microseconds
    /// Percent of requests without `msg_id`.
    var unnumbered = 0
    /// Percent of requests that a client sends again, while it waits or after an answer.
    var repeats = 0
    /// Percent of requests that take the `msg_id` of the client's request before, where that is over.
    var reuses = 0
    /// Percent of requests that go to any member; the rest go to the client's own.
    var roaming = 50

    /// What Maelstrom's lin-kv clients wait for an answer.
    var patience: Microseconds { max(1_000_000, 10 * latency.mean) }

    /// A plain scenario without faults, for tests that add one.
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

    /// In one line, for people.
    package var told: String {
        """
        seed \(seed), \(bias.rawValue): \(initialVoters) voters of \(members) members, \
        an operator each \(operators.interval) us, \(clients) clients, \(operations) operations on \
        \(keys) keys, \(latency.distribution.rawValue) latency of \(latency.mean) us, loss \
        \(linkFaults.loss), duplication \(linkFaults.duplication), delay \(linkFaults.delay), late copies \
        \(linkFaults.lateCopy) in a million, disk \(diskLatency) us, a fault each \(faults.interval) us\
        \(recoveryCheck.map { ", then \($0)" } ?? "")
        """
    }
}
