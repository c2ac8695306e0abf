/// Adds samples to an estimate of a round trip, but doubts those that are surprisingly long.
///
/// A member that was stopped answers at once all that has waited, and each of these answers looks like a slow network. So
/// a surprising sample counts only if a request that left after it was measured takes as long. On a network that has
/// become slow, the next request does.
struct RoundTripSampler: Sendable {
    /// When a surprising sample was measured that no later one has confirmed or contradicted.
    private var doubtedSince: Microseconds?

    /// - Parameters:
    ///   - sent: when the request left.
    ///   - now: when its answer arrived.
    /// - Returns: `estimate` with the sample, or unchanged where the sample is in doubt.
    mutating func estimate(
        _ estimate: Estimate?, addingTripFrom sent: Microseconds, to now: Microseconds
    ) -> Estimate? {
        let sample = min(now - sent, 2 * Timing.longestElectionTimeout)
        if sample > 2 * max(estimate?.slowest ?? 0, Timing.shortestElectionTimeout) {
            guard let since = doubtedSince, since <= sent else {
                doubtedSince = doubtedSince ?? now
                return estimate
            }
        }
        doubtedSince = nil
        return estimate?.adding(sample) ?? Estimate(mean: sample, deviation: sample / 2)
    }
}
