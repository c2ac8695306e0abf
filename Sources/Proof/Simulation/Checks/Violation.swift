import Consensus

/// What must hold in every run.
package enum Property: String, Sendable {
    // Figure 3 of the paper.
    case electionSafety = "election safety"
    case leaderAppendOnly = "leader append-only"
    case logMatching = "log matching"
    case leaderCompleteness = "leader completeness"
    case stateMachineSafety = "state machine safety"
    /// Term, commit index and applied index never decrease.
    case progress = "monotonic state"
    case oneVote = "one vote per term"
    /// `Raft.violatedInvariant()`.
    case invariant = "member invariant"
    /// A crash cannot make a sent message untrue.
    case durability = "durable before sent"
    case atMostOnce = "at most one effect"
    /// A leader's log holds a request once, until it is applied.
    case copies = "no copies in a leader's log"
    case oneChange = "one change at a time"
    case honesty = "honest answers"
    case freshReads = "fresh reads"
    case linearizability = "linearizability"
    case serializability = "strict serializability"
    case lines = "messages survive being written and read"
    /// A timer that fired must not fire again at the same time for ever.
    case quietTimer = "deadlines in the future"
    /// `hasReady` is true only while a round makes progress.
    case endlessTurn = "every turn ends"
    case failover = "a lost leader is soon replaced"
    case catchingUp = "a member that hears its leader catches up"
    /// Hellos are few and small; see `Detours.mostHellos`.
    case cost = "cost of detours"
    case liveness = "progress of a healed majority"
    case answers = "every request is answered"
}

/// A property that a run broke.
package struct Violation: Sendable, CustomStringConvertible {
    var property: Property
    var detail: String
    var seed: UInt64
    /// True time since the run began.
    var time: Microseconds
    /// The last events before the violation, oldest first, one line each.
    var eventTrace: [String]

    package var description: String {
        (["seed \(seed) breaks \(property.rawValue) at \(EventTrace.seconds(time)): \(detail)"]
            + eventTrace.map { "    " + $0 }).joined(separator: "\n")
    }
}

/// Thrown by a check; the run adds seed, time and story.
package struct Breach: Error {
    package var property: Property
    package var detail: String

    package init(_ property: Property, _ detail: String) {
        self.property = property
        self.detail = detail
    }
}
