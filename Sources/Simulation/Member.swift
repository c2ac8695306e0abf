import KeyValue
import Raft

/// A member, its machine, and what was last seen of it.
final class Member {
    enum Input {
        case message(from: Int, PeerMessage)
        case request(ClientRequest)
    }

    enum Activity {
        case idle
        /// Its disk is at work on this; nothing is taken in meanwhile.
        case storing(ReplicaReady)
        /// A slow machine is still at its last turn.
        case busy
    }

    /// What the last check saw, in this life.
    struct Seen {
        var term: Term
        var commitIndex: Index
        /// The last index that it handed out to be applied.
        var handedOut: Index
        var lastApplied: Index
        /// The last index that it handed out to be stored, or that was stored when it started.
        var lastIndex: Index
        /// The term that it leads.
        var leads: Term?
    }

    let index: Int
    let id: NodeID
    var disk = Disk()
    /// The highest term that it ever stored.
    var storedTerm: Term = 0
    var clock: Clock
    /// Nil while it is down.
    var replica: Replica?
    /// Counts its starts, so that what was meant for an earlier life is known.
    var life = 0
    var activity = Activity.idle
    var isPaused = false
    /// Whether its disk was done while it was paused.
    var isStoreDone = false
    /// The longest that one of its turns takes.
    var slowness: Microseconds = 0
    /// Set where it was told to end.
    var isEnding = false
    var inbox: [Input] = []
    /// When its timer rings next.
    var timer: Microseconds?
    /// Turns that its timer began, one right after the other.
    var idleTurns = 0
    var seen = Seen(term: 0, commitIndex: 0, handedOut: 0, lastApplied: 0, lastIndex: 0)
    /// The appends that this turn took in, to be held against the answers.
    var appends: [(from: Int, number: MessageID, lastIndex: Index)] = []

    init(index: Int, clock: Clock) {
        self.index = index
        id = "n\(index)"
        self.clock = clock
    }

    var isAlive: Bool { replica != nil }

    /// Whether it could take something in now.
    var isListening: Bool {
        guard replica != nil, !isPaused, case .idle = activity else { return false }
        return true
    }

    func start(_ configuration: Raft.Configuration, at time: Microseconds) {
        life += 1
        let replica = Replica(
            configuration: configuration, hardState: disk.hardState, log: disk.log,
            now: clock.reading(at: time))
        seen = Seen(
            term: disk.hardState.term, commitIndex: replica.raft.commitIndex,
            handedOut: replica.raft.commitIndex, lastApplied: replica.lastApplied,
            lastIndex: disk.log.lastIndex)
        self.replica = replica
        activity = .idle
        isPaused = false
        isStoreDone = false
        isEnding = false
        timer = nil
        inbox.removeAll(keepingCapacity: true)
    }

    /// Stops it at once. What its disk was at work on is left as `remains` says.
    func crash(leaving remains: Disk.Remains) {
        if case .storing(let ready) = activity { disk.crash(storing: ready.raft, leaving: remains) }
        replica = nil
        life += 1
        activity = .idle
        inbox.removeAll(keepingCapacity: true)
        appends.removeAll(keepingCapacity: true)
        timer = nil
    }

    var roleName: String {
        switch replica?.raft.role {
        case nil: "down"
        case .follower: "follower"
        case .preCandidate: "pre-candidate"
        case .candidate: "candidate"
        case .leader: "leader"
        }
    }

    /// The place of a member that is named as `Member.init` names them.
    static func index(of id: NodeID) -> Int {
        id.utf8.dropFirst().reduce(0) { 10 * $0 + Int($1) - 48 }
    }
}
