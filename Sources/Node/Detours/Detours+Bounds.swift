import Consensus

/// The most that a member's hellos cost, whatever happens to the cluster.
///
/// With the shortest window of the default timing, 75 ms, a member sends at most 880 hellos in its worst second in a
/// cluster of up to 16, 330 in one of 40, and 110 in one of 100. While nothing changes it sends one per `longestWait`
/// to each member that it misses.
extension Detours {
    /// The most hellos that a member sends in a quarter of its window.
    /// - Parameter members: how many there are, itself included.
    static func hellosPerQuarter(members: Int) -> Int {
        let share = hellosOfAllPerQuarter / members
        return min(max(share, hellosPerQuarterRange.lowerBound), hellosPerQuarterRange.upperBound)
    }

    /// The most hellos that a member sends.
    /// - Parameters:
    ///   - span: any span of time on its clock.
    ///   - window: the shortest window that `advance` was given in that span.
    ///   - members: how many there are, itself included.
    package static func mostHellos(in span: Microseconds, window: Microseconds, members: Int) -> Int {
        // The quarters within the span, and one at each end.
        hellosPerQuarter(members: members) * (span / quarter(of: window) + 2)
    }

    /// The most member ids in one hello, counting the owner of each list.
    package static func mostIDsPerHello(members: Int) -> Int { members + listsPerHello * members }
}
