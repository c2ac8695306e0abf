import Consensus

/// What a run came to.
package struct Report: Sendable {
    package var tally: Tally
    /// Stands for all that happened: equal for equal runs.
    package var fingerprint: UInt64
    package var violation: Violation?
}

/// How much one run covered, or many.
package struct Tally: Codable, Sendable {
    /// Deliveries, timers, ends of stores, steps of clients, and faults.
    package var events = 0
    var time: Microseconds = 0
    var operations = 0
    var committed = 0
    var elections = 0
    var crashes = 0
    var faults = 0
    /// Keys whose history was too wide to be judged.
    var undecided = 0
    /// How long the slowest member of a healed majority took to carry out a write, in election timeouts.
    var slowestDemand = 0
    /// The longest election timeout of a member when a majority was healed.
    var longestTimeout: Microseconds = 0
    /// The most rounds that a turn took; see `Limits.roundsPerTurn`.
    var longestTurn = 0
    /// How long the slowest replacement of a lost leader took, in tenths of a fresh cluster's election timeout.
    var slowestFailover = 0
    /// How many round trips the slowest member took to catch up while others wrote.
    var slowestPursuit = 0
    /// Runs in which each was checked.
    var failovers = 0
    var pursuits = 0
    var changes = 0
    var transfers = 0
    var lostDisks = 0
    /// Of those that were started under a leader that had to find out.
    var lossesFound = 0
    /// Of those, how many ended a run, for another led before they were found.
    var lossesBeyond = 0
    var replacements = 0

    package init() {}

    package mutating func add(_ other: Tally) {
        events += other.events
        time += other.time
        operations += other.operations
        committed += other.committed
        elections += other.elections
        crashes += other.crashes
        faults += other.faults
        undecided += other.undecided
        changes += other.changes
        transfers += other.transfers
        lostDisks += other.lostDisks
        lossesFound += other.lossesFound
        lossesBeyond += other.lossesBeyond
        replacements += other.replacements
        slowestDemand = max(slowestDemand, other.slowestDemand)
        longestTimeout = max(longestTimeout, other.longestTimeout)
        slowestFailover = max(slowestFailover, other.slowestFailover)
        slowestPursuit = max(slowestPursuit, other.slowestPursuit)
        failovers += other.failovers
        pursuits += other.pursuits
        longestTurn = max(longestTurn, other.longestTurn)
    }

    package var told: String {
        let hours = time / 36_000_000
        return """
            \(events) events, \(hours / 100).\(hours % 100 / 10)\(hours % 10) virtual hours, \
            \(operations) operations, \(committed) entries committed, \(elections) elections, \
            \(changes) changes of membership, \(transfers) transfers, \(crashes) crashes, \
            \(faults) faults, \(lostDisks) lost disks (\(lossesFound) found, \(lossesBeyond) not in time, \
            \(replacements) replaced), \(undecided) histories undecided, \
            slowest recovery \(slowestDemand) election timeouts, of which the longest \
            \(longestTimeout / 1_000) ms, longest turn \(longestTurn) rounds, \
            \(failovers) lost leaders replaced within \(slowestFailover / 10).\(slowestFailover % 10) timeouts, \
            \(pursuits) members caught up within \(slowestPursuit) round trips
            """
    }
}

/// A number that everything which happens is mixed into.
struct Fingerprint {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func mix(_ number: Int) {
        value = (value ^ UInt64(bitPattern: Int64(number))) &* 0x9e37_79b9_7f4a_7c15
        value ^= value >> 29
    }

    mutating func mix(_ text: String) {
        for byte in text.utf8 { mix(Int(byte)) }
    }
}
