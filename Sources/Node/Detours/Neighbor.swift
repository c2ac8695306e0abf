import Consensus

/// What a member knows of one other member.
struct Neighbor: Sendable {
    /// When a message of it last came directly.
    var lastHeard: Microseconds
    /// When a message of it last came, directly or relayed.
    var lastHeardOrRelayed: Microseconds
    /// Whether nothing came directly although it was due: the link from there carries nothing.
    var isMissed = false
    /// Since when its answer is due, while none has come.
    var awaitedSince: Microseconds?
    /// Since when others have passed on a newer list of it than it has sent here itself.
    var passedOnSince: Microseconds?
    /// The number of its latest list; 0 for none.
    var number = 0
    /// The slots of the members that its latest list names.
    var missed: Set<Int> = []
    /// The slowest of its late answers, less with each fast one.
    var slowestAnswer: Microseconds = 0
    /// The number of this member's list that it holds, as it says.
    var holds = 0
    /// The number of this member's first list that no longer names it: as long as it holds an older one, it sends its
    /// messages on detours.
    var unnamedSince = 0
    var isOwedAnswer = false
    /// Whether an answer of it is due, or its own copy of a list that others have passed on.
    var owesAnswer: Bool { awaitedSince != nil || passedOnSince != nil }
    /// Whether the next hello asks it for an answer.
    var isProbed = false
    /// When the last hello to it left.
    var lastSent: Microseconds = .min / 2
    /// How long the next hello to it waits after the last.
    var wait: Microseconds = 0
    /// Whether relayed messages of it were due, and none came, since the last message of it.
    var isLost = false
}
