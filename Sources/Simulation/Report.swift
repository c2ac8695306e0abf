import Raft

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
    package var time: Microseconds = 0
    package var operations = 0
    package var committed = 0
    package var elections = 0
    package var crashes = 0
    package var faults = 0
    /// Keys whose history was too wide to be judged.
    package var undecided = 0
    /// How long the slowest member of a healed majority took to carry out a write, in election timeouts.
    package var slowestDemand = 0
    /// The longest election timeout of a member when a majority was healed.
    package var longestTimeout: Microseconds = 0

    package var changes = 0
    package var transfers = 0

    package init() {}

    private static let sums: [WritableKeyPath<Tally, Int> & Sendable] = [
        \.events, \.time, \.operations, \.committed, \.elections, \.crashes, \.faults, \.undecided, \.changes,
        \.transfers,
    ]
    private static let extremes: [WritableKeyPath<Tally, Int> & Sendable] = [
        \.slowestDemand, \.longestTimeout,
    ]

    package mutating func add(_ other: Tally) {
        for field in Self.sums { self[keyPath: field] += other[keyPath: field] }
        for field in Self.extremes { self[keyPath: field] = max(self[keyPath: field], other[keyPath: field]) }
    }

    package var told: String {
        let hours = time / 36_000_000
        return """
            \(events) events, \(hours / 100).\(hours % 100 / 10)\(hours % 10) virtual hours, \
            \(operations) operations, \(committed) entries committed, \(elections) elections, \
            \(changes) changes of membership, \(transfers) transfers, \(crashes) crashes, \
            \(faults) faults, \(undecided) histories undecided, \
            slowest recovery \(slowestDemand) election timeouts, of which the longest \
            \(longestTimeout / 1_000) ms
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
