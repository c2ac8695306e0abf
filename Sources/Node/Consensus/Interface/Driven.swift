/// What takes rounds: `Raft`, and whoever keeps a state machine around it.
package protocol Driven {
    associatedtype Envelope: Sendable
    associatedtype Effects

    var limits: Limits { get }
    var lastApplied: Index { get }
    /// Whether there is anything to be done: only where a round does some of it, or a turn would never end.
    var hasReady: Bool { get }
    mutating func takeReady() -> Ready<Envelope>
    mutating func stored(_ update: StorageUpdate) -> Effects
}

extension Driven {
    /// Takes all the rounds that are due.
    ///
    /// - Parameters:
    ///   - store: sends what may leave early, and makes durable what must be.
    ///   - act: does what had to wait for that.
    /// - Returns: false where there is always more to be done, which no state can ask for; see `TurnRounds`.
    package mutating func drive(
        _ store: (Ready<Envelope>) throws -> Void, then act: (Effects) -> Void
    ) rethrows -> Bool {
        var rounds = TurnRounds(most: limits.roundsPerTurn)
        while hasReady {
            guard rounds.begin(at: lastApplied) else { return false }
            let ready = takeReady()
            try store(ready)
            act(stored(ready.storage))
        }
        return true
    }
}

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
    /// - Parameter lastApplied: that of the member.
    /// - Returns: whether the turn may yet end; see `Limits.roundsPerTurn`.
    package mutating func begin(at lastApplied: Index) -> Bool {
        if lastApplied != self.lastApplied { count = 0 }
        self.lastApplied = lastApplied
        count += 1
        return count <= most
    }
}
