import Consensus

/// What a member's detours cost at most, whatever befalls the cluster.
///
/// With the shortest window that is not fixed by options, 75 ms, a member sends at most 880 messages in its worst second, in
/// a cluster of any size; where nothing changes, one to each member that is missed in `longestWait`.
extension Detours {
    /// The most messages that a member tells others of who hears whom.
    /// - Parameters:
    ///   - span: any span on its clock.
    ///   - window: the shortest that it had meanwhile; see `advance`.
    package static func mostHellos(in span: Microseconds, window: Microseconds) -> Int {
        // The quarters that lie within, and one at each end.
        hellosPerQuarter * (span / quarter(of: window) + 2)
    }

    /// The most ids of members that one such message holds, with each list's own.
    package static func mostIDsPerHello(members: Int) -> Int { members + listsPerHello * members }

    /// The most bytes of one such message, as a line.
    /// - Parameter idLength: the bytes of the longest id of a member, as it is written.
    package static func mostBytesPerHello(members: Int, idLength: Int) -> Int {
        // Quotes and a comma, or a blank; a number has 19 digits at most.
        mostIDsPerHello(members: members) * (idLength + 3) + (listsPerHello + 2) * 24 + 120
            + 2 * idLength
    }
}
