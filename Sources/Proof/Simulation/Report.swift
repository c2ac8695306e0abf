import Consensus

/// The result of one run.
package struct Report: Sendable {
    package var tally: Tally
    /// A hash of all events: equal runs have equal fingerprints.
    package var fingerprint: UInt64
    package var violation: Violation?
}

/// Counts of one run, or of many added up.
package struct Tally: Codable, Sendable {
    /// Deliveries, timers, completed stores, client steps, and faults.
    package var events = 0
    var time: Microseconds = 0
    var operations = 0
    var committed = 0
    var elections = 0
    var crashes = 0
    var faults = 0
    /// Keys whose history was too concurrent to check.
    var undecided = 0
    /// The longest that a member of a healed majority took to serve, in election timeouts.
    var slowestDemand = 0
    /// The longest election timeout when the majority was healed.
    var longestTimeout: Microseconds = 0
    /// The most rounds of one turn; see `Limits.roundsPerTurn`.
    var longestTurn = 0
    /// The longest replacement of a lost leader, in tenths of a fresh cluster's election timeout.
    var slowestFailover = 0
    /// The most round trips that a member took to catch up while clients wrote.
    var slowestCatchUp = 0
    /// Runs that checked each of the two.
    var failovers = 0
    var catchUps = 0
    var changes = 0
    var transfers = 0
    var lostDisks = 0
    /// Lost disks that a leader detected.
    var lossesFound = 0
    /// Runs that ended because another member led before the loss was detected.
    var lossesOutsideModel = 0
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
        lossesOutsideModel += other.lossesOutsideModel
        replacements += other.replacements
        slowestDemand = max(slowestDemand, other.slowestDemand)
        longestTimeout = max(longestTimeout, other.longestTimeout)
        slowestFailover = max(slowestFailover, other.slowestFailover)
        slowestCatchUp = max(slowestCatchUp, other.slowestCatchUp)
        failovers += other.failovers
        catchUps += other.catchUps
        longestTurn = max(longestTurn, other.longestTurn)
    }

    package var summary: String {
        let hours = time / 36_000_000
        return """
            \(events) events, \(hours / 100).\(hours % 100 / 10)\(hours % 10) virtual hours, \
            \(operations) operations, \(committed) entries committed, \(elections) elections, \
            \(changes) changes of membership, \(transfers) transfers, \(crashes) crashes, \
            \(faults) faults, \(lostDisks) lost disks (\(lossesFound) found; \(lossesOutsideModel) not in time; \
            \(replacements) replaced), \(undecided) histories undecided, \
            slowest recovery \(slowestDemand) election timeouts, of which the longest \
            \(longestTimeout / 1_000) ms, longest turn \(longestTurn) rounds, \
            \(failovers) lost leaders replaced within \(slowestFailover / 10).\(slowestFailover % 10) timeouts, \
            \(catchUps) members caught up within \(slowestCatchUp) round trips
            """
    }
}

/// A hash into which every event is mixed.
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
