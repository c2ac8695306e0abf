import Consensus
import KeyValue

/// A small cluster, and how often each kind of event may happen in it along one schedule.
///
/// **Messages** need no number: all that were ever sent may arrive at any moment, in any order, again and again, or
/// never. So each may be lost, late, overtaken and repeated without bound, and that a message has arrived does not tell
/// two states apart. Nor does which request of its leader is the newest that a member has received, which decides
/// whether the next one resets its timers: each counts as newer, but for as many as the budget lets be overtaken,
/// whatever arrived before.
///
/// **Time.** Each member has a clock of its own, which moves only from deadline to deadline; nothing relates the clocks
/// of two members. What is covered is every order in which the deadlines of all members and the arrivals of all
/// messages can come, as if clocks ran at any speed and stood still for any time:
/// - an election timeout of any follower or candidate, also right after it heard its leader;
/// - a voter's loss of faith in its leader, without which it refuses its vote (dissertation, 4.2.3), before its own
///   election timeout;
/// - a heartbeat; each lets a fifth of an election timeout pass at the leader, so that after three a leader that hears
///   nobody takes no commands, and after five it steps down;
/// - at once the election timeout after which a leader without a quorum steps down;
/// - the end of a transfer, of a change whose voters do not catch up, and of the wait for an answer about reads.
///
/// Not covered: timeouts that adapt to what is measured (they are fixed), the rule for members that stood still
/// (`Raft.noteLateness`), links so fast that reads are asked of the leader alone, log kept for members that were heard
/// lately, and what differs between two times within one interval of heartbeats.
///
/// **Clients.** With operations each member is a whole replica, which forwards, retries and answers. Requests wait for
/// 0.9 seconds, and timeouts are shorter, so that an election fits into that, unless `hasSlowElections` says otherwise.
/// Clients may ask for changes of membership too, and a leader for a transfer. Not covered there: detours (every hello
/// is lost), snapshots, and of all the spans that time may take to an election timeout those which were not drawn
/// first. A client asks once, so copies come only where the budget has some.
///
/// **Disks.** A turn of a member is whole, as in the node: nothing arrives between `takeReady()` and `stored(_:)`. A
/// crash may break it off before or after each of its stores; what was not stored is lost, and the member starts again.
/// One that stays down for a while is one that starts at once and hears nothing.
package struct Scope: Sendable {
    package struct Budget: Hashable, Sendable {
        package var electionTimeouts = 0
        package var contactLapses = 0
        /// Requests of leaders that arrive behind a newer one, where that makes a difference.
        package var overtaken = 0
        package var heartbeats = 0
        package var quorumLapses = 0
        package var commands = 0
        package var reads = 0
        package var readRetries = 0
        package var changes = 0
        package var transfers = 0
        /// Transfers and changes that are given up.
        package var givenUp = 0
        package var snapshots = 0
        package var crashes = 0
        /// Clients' operations, those of `Scope.operations` in their order, each at any member.
        package var operations = 0
        /// Copies of an operation, each at any member.
        package var copies = 0
        /// How often a member lets so much time pass that whoever waits for an answer gets one.
        package var patience = 0

        package init() {}
    }

    package var name: String
    /// What it is for, in one line.
    package var about: String
    /// The members are `n0` and on.
    package var members: Int
    /// Those that vote at the start.
    package var voters: [Int]
    /// No election begins beyond this term.
    package var terms: Term
    /// No command and no change is appended beyond this index; with clients, whose forwarded requests may be appended
    /// again and again, whoever has more in its log, or waiting for when it leads, does nothing more.
    package var logLength: Index
    /// Whoever has asked so much in one life does nothing more: questions that arrive again and again may make a leader
    /// ask without end.
    package var questions = Int.max
    /// Those that may start elections; the others only vote.
    package var candidates: [Int]
    /// Those that may crash.
    package var crashing: [Int]
    /// Those that clients ask, for reads and operations; commands go to whoever leads.
    package var asked: [Int]
    /// Pairs that hear nothing of each other.
    package var cuts: [[Int]] = []
    /// Pairs of which the second hears nothing of the first.
    package var unheard: [[Int]] = []
    /// The sets of voters that an operator may ask for.
    package var changes: [[Int]] = []
    package var budget = Budget()
    /// What clients ask for; where there is something, each member is a whole replica.
    package var operations: [StoreOperation] = []
    /// Election timeouts are longer than clients wait.
    package var hasSlowElections = false
    /// How many of the entries on `n0`'s disk were committed before the start.
    package var committed: Index = 0
    /// Who leads at the start, everybody holding its log and nothing on its way; nil where all begin as followers.
    package var leader: Int?
    /// Those that nothing has reached at the start: what was sent to them is still on its way.
    package var late: [Int] = []
    /// What the members' disks hold at the start, where that is not nothing; by member.
    package var disks: [Disk]
    /// Entries leave one by one, so that a follower may hold any prefix of what it is sent.
    package var sendsSingleEntries = false
    /// A crash takes the stored vote with it, as no disk does that keeps its promise: to see that this is found.
    package var crashesLoseVotes = false
    /// Nobody may lead: to see that a story may end in the middle of a turn.
    package var forbidsLeaders = false
    /// Whether it takes less than a minute.
    package var isQuick = false
    /// Checks only what a client or Figure 3 can tell, and no rule that a member may break without harm: for the story
    /// of what a broken rule leads to.
    package var checksHarmOnly = false

    package init(
        _ name: String, _ about: String, members: Int, voters: [Int]? = nil, terms: Term, logLength: Index,
        candidates: [Int]? = nil, changes: [[Int]] = [], _ set: (inout Scope) -> Void = { _ in }
    ) {
        self.name = name
        self.about = about
        self.members = members
        self.voters = voters ?? Array(0..<members)
        self.terms = terms
        self.logLength = logLength
        self.candidates = candidates ?? Array(0..<members)
        self.changes = changes
        crashing = Array(0..<members)
        asked = Array(0..<members)
        disks = Array(repeating: Disk(), count: members)
        set(&self)
    }

    /// The same scope, in which only harm counts.
    package var forHarm: Scope {
        var scope = self
        scope.checksHarmOnly = true
        return scope
    }

    /// Lets every member stand, crash, be asked and hear every other.
    package mutating func free() {
        candidates = Array(0..<members)
        crashing = Array(0..<members)
        asked = Array(0..<members)
        cuts = []
        unheard = []
    }

    /// What `--with NAME=N` may set.
    package static var limits: [(name: String, path: WritableKeyPath<Scope, Int> & Sendable)] {
        [
            ("terms", \.terms), ("log", \.logLength), ("questions", \.questions),
            ("timeouts", \.budget.electionTimeouts), ("lapses", \.budget.contactLapses),
            ("overtaken", \.budget.overtaken),
            ("heartbeats", \.budget.heartbeats), ("quorum-lapses", \.budget.quorumLapses),
            ("commands", \.budget.commands), ("reads", \.budget.reads), ("retries", \.budget.readRetries),
            ("changes", \.budget.changes), ("transfers", \.budget.transfers), ("given-up", \.budget.givenUp),
            ("snapshots", \.budget.snapshots), ("crashes", \.budget.crashes),
            ("operations", \.budget.operations), ("copies", \.budget.copies), ("patience", \.budget.patience),
        ]
    }

    /// Whether `receiver` hears nothing of `sender`.
    func isCut(_ sender: Int, _ receiver: Int) -> Bool {
        cuts.contains { $0.contains(sender) && $0.contains(receiver) }
            || unheard.contains([sender, receiver])
    }

    /// After how long whoever waits at this member gets an answer.
    func patience(of replica: Replica) -> Microseconds {
        let asksForChanges = operations.contains { if case .change = $0 { true } else { false } }
        return asksForChanges ? replica.limits.changePatience : replica.patience
    }

    func settings(of member: Int, starts: Int) -> Raft.Settings {
        let ids = (0..<members).map { "n\($0)" }
        // Requests wait for a second, and several elections shall fit into that unless it says otherwise.
        let unit = operations.isEmpty || hasSlowElections ? 200_000 : 20_000
        let timing = Timing(electionTimeout: 5 * unit, heartbeatInterval: unit)
        // Each life numbers its messages from elsewhere.
        var settings = Raft.Settings(
            id: ids[member], members: ids, voters: voters.map { ids[$0] }, timing: timing,
            seed: UInt64(member + members * starts))
        if sendsSingleEntries { settings.limits.appendBytes = 1 }
        settings.limits.catchUpPatience = 2 * unit
        // A leader keeps no log for those that are behind, so that they need its snapshot.
        settings.limits.retentionSilence = 0
        return settings
    }
}
