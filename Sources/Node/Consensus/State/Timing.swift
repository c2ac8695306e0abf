/// A time that is measured again and again: a smoothed mean, and the mean deviation from it.
package struct Estimate: Hashable, Sendable {
    package var mean: Microseconds
    package var deviation: Microseconds

    package init(mean: Microseconds, deviation: Microseconds) {
        self.mean = mean
        self.deviation = deviation
    }

    /// What an election or a heartbeat may take: a slow round trip, or two, as many as an election takes. Three
    /// deviations suffice, for five heartbeats on their way would all have to be so late.
    var election: Microseconds { max(mean + 3 * deviation, 2 * mean) }

    /// What one takes at worst, by the rule for retransmissions of RFC 6298.
    var slowest: Microseconds { mean + 4 * deviation }

    /// The estimate after one more sample, with the weights of RFC 6298.
    func adding(_ sample: Microseconds) -> Estimate {
        Estimate(
            mean: mean + (sample - mean) / 8,
            deviation: deviation + (abs(sample - mean) - deviation) / 4)
    }
}

/// The timeouts of a member: fixed by its options, or following the round trips as they are now, and how late its own
/// timer rings.
///
/// There is one estimate of a round trip. While somebody leads it is what the leader says, which measures all the time;
/// the answers to this member's own requests for votes move it only while nobody does. So a sample that was taken while
/// the network was slow counts no longer than until the next leader is heard from.
package struct Timing: Sendable {
    /// Without a measurement, and on a network faster than this, a leader is missed after this long.
    package static let shortestElectionTimeout: Microseconds = 150_000
    /// What no measurement raises the minimum election timeout above.
    package static let longestElectionTimeout: Microseconds = 10_000_000

    /// How many heartbeats fit into a minimum election timeout, where not both are fixed.
    package static let heartbeatsPerTimeout = 5

    package var fixedElectionTimeout: Microseconds?
    package var fixedHeartbeatInterval: Microseconds?
    /// The round trips as they are now, as far as this member knows; nil before any was measured.
    package private(set) var roundTrip: Estimate?
    /// How late its timer rings.
    private(set) var lateness = Estimate(mean: 0, deviation: 0)

    package init(electionTimeout: Microseconds? = nil, heartbeatInterval: Microseconds? = nil) {
        fixedElectionTimeout = electionTimeout
        fixedHeartbeatInterval = heartbeatInterval
    }

    /// A sample counts for twice the slowest round trip at most: one that comes from a member that was stopped
    /// for a minute must not stretch every timeout, and on a network that has become slow a few will do.
    mutating func add(roundTrip sample: Microseconds) {
        roundTrip = Self.adding(sample, to: roundTrip)
    }

    /// `estimate` after one more sample, the first one also; see `add(roundTrip:)`.
    static func adding(_ sample: Microseconds, to estimate: Estimate?) -> Estimate {
        let limit = 2 * max(estimate?.slowest ?? 0, shortestElectionTimeout)
        let sample = min(sample, limit, 2 * longestElectionTimeout)
        return estimate?.adding(sample) ?? Estimate(mean: sample, deviation: sample / 2)
    }

    mutating func add(lateness sample: Microseconds) {
        lateness = lateness.adding(min(sample, Self.shortestElectionTimeout))
    }

    /// Takes what the leader measured in place of all that was known: its quorum's round trip, and that between it and
    /// this member, where it says so. The longer one counts: of the first an election is made, over the second
    /// heartbeats come.
    mutating func follow(_ quorum: Estimate?, link: Estimate? = nil) {
        let range = 0...Self.longestElectionTimeout
        let said = [quorum, link].compactMap { $0 }.map {
            Estimate(mean: $0.mean.clamped(to: range), deviation: $0.deviation.clamped(to: range))
        }
        if let longest = said.max(by: { $0.election < $1.election }) { roundTrip = longest }
    }

    /// Forgets what was measured too long ago to say anything of the network as it is now.
    mutating func forgetRoundTrip() { roundTrip = nil }

    /// What a round trip takes at worst; 0 before any was measured.
    private var slowestRoundTrip: Microseconds {
        min(roundTrip?.slowest ?? 0, Self.longestElectionTimeout)
    }

    /// The minimum election timeout T: each wait is drawn from [T, 2T) (§5.2). Unless fixed, it leaves time for an
    /// election, for several heartbeats, and for what rings late here.
    package var electionTimeout: Microseconds {
        fixedElectionTimeout ?? roundTrips + lateness.slowest
    }

    /// The part of T that all members have in common, for the leader tells them what it measured.
    private var roundTrips: Microseconds {
        let measured = max(roundTrip?.election ?? 0, Self.shortestElectionTimeout)
        return max(
            min(measured, Self.longestElectionTimeout),
            (fixedHeartbeatInterval ?? 0) * Self.heartbeatsPerTimeout)
    }

    /// How long a member that should speak all the time may be silent before it looks as if it could not be heard:
    /// half of T, in which several heartbeats fit.
    package var silence: Microseconds { max(electionTimeout / 2, 2 * heartbeatInterval) }

    /// How long a leader leaves a member without a message. Several fit into every member's T, for some are lost or
    /// late; so one whose own timer is late speaks no less often for that.
    package var heartbeatInterval: Microseconds {
        fixedHeartbeatInterval ?? max((fixedElectionTimeout ?? roundTrips) / Self.heartbeatsPerTimeout, 1)
    }

    /// The mean time a message takes in one direction, as far as it is known.
    package var oneWayLatency: Microseconds {
        (roundTrip?.mean ?? 0) / 2
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
