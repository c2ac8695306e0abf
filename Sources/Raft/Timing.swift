/// A time that is measured again and again: a smoothed mean, and the mean deviation from it.
package struct Estimate: Hashable, Sendable {
    package var mean: Microseconds
    package var deviation: Microseconds

    package init(mean: Microseconds, deviation: Microseconds) {
        self.mean = mean
        self.deviation = deviation
    }

    /// What one takes at worst, by the rule for retransmissions of RFC 6298.
    var slowest: Microseconds { mean + 4 * deviation }

    /// The estimate after one more sample, with the weights of RFC 6298.
    func adding(_ sample: Microseconds) -> Estimate {
        Estimate(
            mean: mean + (sample - mean) / 8,
            deviation: deviation + (abs(sample - mean) - deviation) / 4)
    }
}

/// The timeouts of a member: fixed by its options, or following the round trips that it or its leader measured, and
/// how late its own timer rings.
package struct Timing: Sendable {
    /// Without a measurement, and on a network faster than this, a leader is missed after this long.
    package static let shortestElectionTimeout: Microseconds = 150_000
    /// What no measurement raises the minimum election timeout above.
    package static let longestElectionTimeout: Microseconds = 10_000_000

    package var fixedElectionTimeout: Microseconds?
    package var fixedHeartbeatInterval: Microseconds?
    /// The round trips that this member measured itself.
    package private(set) var measured: Estimate?
    /// What the leader that it follows measured.
    private(set) var announced: Estimate?
    /// How late its timer rings.
    private(set) var lateness = Estimate(mean: 0, deviation: 0)

    package init(electionTimeout: Microseconds? = nil, heartbeatInterval: Microseconds? = nil) {
        fixedElectionTimeout = electionTimeout
        fixedHeartbeatInterval = heartbeatInterval
    }

    /// A sample counts for twice the slowest round trip at most: one that comes from a member that was stopped
    /// for a minute must not stretch every timeout, and on a network that has become slow a few will do.
    mutating func add(roundTrip: Microseconds) {
        let sample = min(roundTrip, 2 * max(slowestRoundTrip, Self.shortestElectionTimeout))
        measured = measured?.adding(sample) ?? Estimate(mean: sample, deviation: sample / 2)
    }

    mutating func add(lateness sample: Microseconds) {
        lateness = lateness.adding(min(sample, Self.shortestElectionTimeout))
    }

    mutating func follow(_ roundTrip: Estimate) {
        let range = 0...Self.longestElectionTimeout
        announced = Estimate(
            mean: roundTrip.mean.clamped(to: range), deviation: roundTrip.deviation.clamped(to: range))
    }

    /// What a round trip takes at worst; 0 before any was measured.
    private var slowestRoundTrip: Microseconds {
        let slowest = max(measured?.slowest ?? 0, announced?.slowest ?? 0)
        return min(slowest, Self.longestElectionTimeout)
    }

    /// The minimum election timeout T: each wait is drawn from [T, 2T) (§5.2). Unless fixed, it leaves time for a
    /// slow round trip, or for two, as many as an election takes, and for what rings late here. Three deviations
    /// suffice, for five heartbeats on their way would all have to be so late.
    package var electionTimeout: Microseconds {
        fixedElectionTimeout ?? roundTrips + lateness.slowest
    }

    /// The part of T that all members share, for the leader tells them what it measured.
    private var roundTrips: Microseconds {
        func election(_ roundTrip: Estimate?) -> Microseconds {
            roundTrip.map { max($0.mean + 3 * $0.deviation, 2 * $0.mean) } ?? 0
        }
        let longest = max(election(measured), election(announced))
        return min(max(longest, Self.shortestElectionTimeout), Self.longestElectionTimeout)
    }

    /// How long a member that should speak all the time may be silent before it looks as if it could not be heard:
    /// half of T, in which several heartbeats fit.
    package var silence: Microseconds { max(electionTimeout / 2, 2 * heartbeatInterval) }

    /// How long a leader leaves a member without a message. Several fit into every member's T, for some are lost or
    /// late; so one whose own timer is late speaks no less often for that.
    package var heartbeatInterval: Microseconds {
        fixedHeartbeatInterval ?? max((fixedElectionTimeout ?? roundTrips) / 5, 1)
    }

    /// The mean time a message takes in one direction, as far as it is known.
    package var oneWayLatency: Microseconds {
        max(measured?.mean ?? 0, announced?.mean ?? 0) / 2
    }

    /// When to say again what was not answered. An answer may need two round trips: a leader that is asked
    /// asks a quorum before it answers.
    package var retryInterval: Microseconds { max(2 * slowestRoundTrip, Self.shortestElectionTimeout / 2) }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
