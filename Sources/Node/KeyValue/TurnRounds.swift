import Consensus

/// Counts the rounds of a turn, to detect one that does not end.
///
/// Only rounds in which nothing is applied count: a lone voter commits what arrived a little at a time, for example
/// many changes of membership, each in rounds of its own.
package struct TurnRounds: Sendable {
    /// Rounds since something was applied last, this one included.
    package private(set) var count = 0
    private var lastApplied: Index = 0
    private let most: Int

    /// - Parameter most: see `Limits.roundsPerTurn`.
    package init(most: Int) {
        self.most = most
    }

    /// Another round begins.
    ///
    /// - Parameter lastApplied: that of the replica.
    /// - Returns: whether the turn may yet end; see `Limits.roundsPerTurn`.
    package mutating func begin(at lastApplied: Index) -> Bool {
        if lastApplied != self.lastApplied { count = 0 }
        self.lastApplied = lastApplied
        count += 1
        return count <= most
    }
}
