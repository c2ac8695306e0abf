/// Adds samples to an estimate of a round trip, but doubts those that are surprisingly long.
///
/// A member that was stopped answers at once all that has waited, and each of these answers looks like a slow network.
/// So a surprising sample counts only if a request that left after it was measured takes as long. On a network that has
/// become slow, the next request does. Of a stop that is believed one sample counts, and not one per answer: what left
/// before an unusual sample was measured tells of the same stop.
struct RoundTripSampler: Sendable {
    /// When the last unusual sample was measured, unless a usual one of a later request has come since.
    private var unusualSince: Microseconds?

    /// - Parameters:
    ///   - sent: when the request left.
    ///   - now: when its answer arrived.
    /// - Returns: `estimate` with the sample, or unchanged where the sample is in doubt.
    mutating func estimate(
        _ estimate: Estimate?, addingTripFrom sent: Microseconds, to now: Microseconds
    ) -> Estimate? {
        if let unusualSince, sent < unusualSince { return estimate }
        let sample = min(now - sent, 2 * Timing.longestElectionTimeout)
        let usual = max(estimate?.slowest ?? 0, Timing.shortestElectionTimeout)
        if sample > usual {
            defer { unusualSince = now }
            if unusualSince == nil, sample > 2 * usual { return estimate }
        } else {
            unusualSince = nil
        }
        return estimate?.adding(sample) ?? Estimate(mean: sample, deviation: sample / 2)
    }
}
