/// A time that is measured again and again: a smoothed mean, and the mean deviation from it.
package struct Estimate: Hashable, Sendable {
    package var mean: Microseconds
    package var deviation: Microseconds

    package init(mean: Microseconds, deviation: Microseconds) {
        self.mean = mean
        self.deviation = deviation
    }

    /// The time to allow for an election (two round trips) or for a heartbeat (one slow one). Three deviations suffice:
    /// five heartbeats in a row would have to be that late.
    var election: Microseconds { max(mean + 3 * deviation, 2 * mean) }

    /// The longest that one normally takes, by the retransmission rule of RFC 6298.
    var slowest: Microseconds { mean + 4 * deviation }

    /// The estimate after one more sample, with the weights of RFC 6298.
    func adding(_ sample: Microseconds) -> Estimate {
        Estimate(
            mean: mean + (sample - mean) / 8,
            deviation: deviation + (abs(sample - mean) - deviation) / 4)
    }
}

/// The timeouts of a member: fixed by its options, or derived from the present round trips and the lateness of its own
/// timer.
///
/// There is one estimate of a round trip. While there is a leader, it is the leader's, which measures all the time; the
/// answers to this member's own requests for votes change it only while there is none. So a sample from a time when the
/// network was slow counts only until the next leader is heard from.
package struct Timing: Sendable {
    /// The minimum election timeout without a measurement, and on networks faster than this.
    package static let shortestElectionTimeout: Microseconds = 150_000
    /// The highest minimum election timeout that a measurement can lead to.
    package static let longestElectionTimeout: Microseconds = 10_000_000

    /// How many heartbeats fit into a minimum election timeout, where not both are fixed.
    package static let heartbeatsPerTimeout = 5

    package var fixedElectionTimeout: Microseconds?
    package var fixedHeartbeatInterval: Microseconds?
    /// The present round trips, as far as this member knows; nil before any was measured.
    package private(set) var roundTrip: Estimate?
    /// When that last took a sample.
    private var measuredAt: Microseconds = 0
    private var sampler = RoundTripSampler()
    /// How late this member's timer fires.
    private(set) var lateness = Estimate(mean: 0, deviation: 0)

    package init(electionTimeout: Microseconds? = nil, heartbeatInterval: Microseconds? = nil) {
        fixedElectionTimeout = electionTimeout
        fixedHeartbeatInterval = heartbeatInterval
    }

    /// Adds a round trip that this member measured itself; see `RoundTripSampler`.
    mutating func add(roundTripFrom sent: Microseconds, to now: Microseconds) {
        roundTrip = sampler.estimate(roundTrip, addingTripFrom: sent, to: now)
        measuredAt = now
    }

    mutating func add(lateness sample: Microseconds) {
        lateness = lateness.adding(min(sample, Self.shortestElectionTimeout))
    }

    /// Replaces the estimate by the leader's: the round trip of its quorum, and that of its link to this member, where
    /// it sends one. The longer counts: an election takes the first, and heartbeats arrive over the second.
    mutating func follow(_ quorum: Estimate?, link: Estimate? = nil, at now: Microseconds) {
        func bounded(_ time: Microseconds) -> Microseconds { min(max(time, 0), Self.longestElectionTimeout) }
        let said = [quorum, link].compactMap(\.self).map {
            Estimate(mean: bounded($0.mean), deviation: bounded($0.deviation))
        }
        guard let longest = said.max(by: { $0.election < $1.election }) else { return }
        roundTrip = longest
        measuredAt = now
    }

    /// Drops an estimate that took no sample for longer than the longest election can take: it says nothing of the
    /// network as it is now. Dropped earlier, each election on the slowest networks would begin without one.
    mutating func forgetOldRoundTrip(at now: Microseconds) {
        if now - measuredAt > 3 * Self.longestElectionTimeout { roundTrip = nil }
    }

    /// The slowest normal round trip; 0 before any was measured.
    private var slowestRoundTrip: Microseconds {
        min(roundTrip?.slowest ?? 0, Self.longestElectionTimeout)
    }

    /// The minimum election timeout T: each wait is drawn from [T, 2T) (§5.2). Unless fixed, it leaves time for an
    /// election, for several heartbeats, and for this member's late timer.
    package var electionTimeout: Microseconds {
        fixedElectionTimeout ?? roundTrips + lateness.slowest
    }

    /// The part of T that is the same for all members, because the leader sends its estimate to all.
    private var roundTrips: Microseconds {
        let measured = max(roundTrip?.election ?? 0, Self.shortestElectionTimeout)
        return max(
            min(measured, Self.longestElectionTimeout),
            (fixedHeartbeatInterval ?? 0) * Self.heartbeatsPerTimeout)
    }

    /// How long a member that should send heartbeats or answers may be silent before it counts as unreachable: half of
    /// T, in which several heartbeats fit.
    package var silence: Microseconds { max(electionTimeout / 2, 2 * heartbeatInterval) }

    /// The longest time between two messages of a leader to a member. Several fit into every member's T, for some are
    /// lost or late; the lateness of the leader's own timer does not make it longer.
    package var heartbeatInterval: Microseconds {
        fixedHeartbeatInterval ?? max((fixedElectionTimeout ?? roundTrips) / Self.heartbeatsPerTimeout, 1)
    }

    /// The mean time a message takes in one direction, as far as it is known.
    package var oneWayLatency: Microseconds {
        (roundTrip?.mean ?? 0) / 2
    }

    /// After how long an unanswered request is sent again. An answer may take two round trips: the leader may have to
    /// ask a quorum first.
    package var retryInterval: Microseconds { max(2 * slowestRoundTrip, Self.shortestElectionTimeout / 2) }
}
