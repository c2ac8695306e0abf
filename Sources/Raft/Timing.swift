/// How long a message and its answer take together: a smoothed mean, and the mean deviation from it.
package struct RoundTrip: Hashable, Sendable {
    package var mean: Microseconds
    package var deviation: Microseconds

    package init(mean: Microseconds, deviation: Microseconds) {
        self.mean = mean
        self.deviation = deviation
    }

    /// The estimate after one more sample, with the weights of RFC 6298.
    func adding(_ sample: Microseconds) -> RoundTrip {
        RoundTrip(
            mean: mean + (sample - mean) / 8,
            deviation: deviation + (abs(sample - mean) - deviation) / 4)
    }
}

/// The timeouts of a member: fixed by its options, or following the round trips that it or its leader measured.
package struct Timing: Sendable {
    /// Without a measurement, and on a network faster than this, a leader is missed after this long.
    package static let shortestElectionTimeout: Microseconds = 150_000
    /// What no measurement raises the minimum election timeout above.
    package static let longestElectionTimeout: Microseconds = 10_000_000

    package var fixedElectionTimeout: Microseconds?
    package var fixedHeartbeatInterval: Microseconds?
    /// What this member measured itself.
    package private(set) var measured: RoundTrip?
    /// What the leader that it follows measured.
    private(set) var announced: RoundTrip?

    package init(electionTimeout: Microseconds? = nil, heartbeatInterval: Microseconds? = nil) {
        fixedElectionTimeout = electionTimeout
        fixedHeartbeatInterval = heartbeatInterval
    }

    /// A sample counts for twice the slowest round trip at most: one that comes from a member that was stopped
    /// for a minute must not stretch every timeout, and on a network that has become slow a few will do.
    mutating func add(roundTrip: Microseconds) {
        let sample = min(roundTrip, 2 * withinReason(slowestRoundTrip))
        measured = measured?.adding(sample) ?? RoundTrip(mean: sample, deviation: sample / 2)
    }

    /// Takes what the leader measured, so that sums of it never overflow.
    mutating func follow(_ roundTrip: RoundTrip) {
        let limit = Self.longestElectionTimeout
        announced = RoundTrip(
            mean: min(max(roundTrip.mean, 0), limit), deviation: min(max(roundTrip.deviation, 0), limit))
    }

    /// The minimum election timeout T: each wait is drawn from [T, 2T) (§5.2).
    ///
    /// Unless fixed, it is what a round trip takes at worst, by the rule for retransmissions of RFC 6298.
    package var electionTimeout: Microseconds { fixedElectionTimeout ?? withinReason(slowestRoundTrip) }

    private var slowestRoundTrip: Microseconds {
        [measured, announced].compactMap { $0 }.map { $0.mean + 4 * $0.deviation }.max() ?? 0
    }

    private func withinReason(_ timeout: Microseconds) -> Microseconds {
        min(max(timeout, Self.shortestElectionTimeout), Self.longestElectionTimeout)
    }

    /// How long a leader leaves a member without a message. Several fit into T, for some are lost or late.
    package var heartbeatInterval: Microseconds {
        fixedHeartbeatInterval ?? max(electionTimeout / 5, 1)
    }

    /// The mean time a message takes in one direction, as far as it is known.
    package var oneWayLatency: Microseconds {
        max(measured?.mean ?? 0, announced?.mean ?? 0) / 2
    }

    /// When to say again what was not answered. A question to the leader takes a round trip, and another of
    /// the leader to a quorum; asked again sooner, it would never be answered in time.
    package var retryInterval: Microseconds { max(electionTimeout / 2, 5 * slowestRoundTrip / 2) }
}
