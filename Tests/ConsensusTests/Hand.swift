@testable import Consensus

/// One member that a test drives by hand, playing the other members.
struct Hand {
    var raft: Raft
    var now: Microseconds = 1_000_000
    private(set) var events: [Event] = []
    private(set) var reads: [ReadyRead] = []
    /// The texts of installed snapshots, and the positions at which the log was reset.
    private(set) var installed: [String] = []
    private(set) var logResets: [LogPosition] = []
    private var arriving = ""
    private var nextID = 1

    /// The member `id` of a cluster of `size`, with entries of the given terms.
    init(
        _ id: NodeID = "n0", of size: Int = 3, term: Term? = nil, votedFor: NodeID? = nil,
        log terms: [Term] = [], voters: [NodeID]? = nil, timing: Timing = Timing(), seed: UInt64 = 7,
        configure: (inout Raft.Settings) -> Void = { _ in }
    ) {
        let members = (0..<size).map { "n\($0)" }
        var settings = Raft.Settings(
            id: id, members: members, voters: voters, timing: timing, seed: seed)
        configure(&settings)
        raft = Raft(
            settings: settings,
            hardState: HardState(term: term ?? terms.last ?? 0, votedFor: votedFor),
            log: Log(entries: entries(terms)), now: now)
    }

    /// Runs all rounds. Returns the messages.
    mutating func settle() -> [Outgoing] {
        var messages: [Outgoing] = []
        while raft.hasReady { step(&messages) }
        return messages
    }

    /// Runs one round.
    @discardableResult
    mutating func step() -> (ready: Ready<Outgoing>, effects: Effects) {
        var messages: [Outgoing] = []
        return step(&messages)
    }

    @discardableResult
    private mutating func step(_ messages: inout [Outgoing]) -> (ready: Ready<Outgoing>, effects: Effects) {
        let ready = raft.takeReady()
        let effects = raft.stored(ready.storage)
        messages += ready.early + effects.late
        events += ready.events + effects.events
        reads += effects.reads
        if case .reset(let position) = ready.storage.log { logResets.append(position) }
        for piece in ready.storage.snapshotPieces {
            arriving = piece.offset == 0 ? piece.text : arriving + piece.text
        }
        if let replyToken = effects.replyToken { install(replyToken) }
        return (ready, effects)
    }

    /// Installs a complete snapshot, as the state machine would.
    private mutating func install(_ replyToken: SnapshotReplyToken) {
        installed.append(arriving)
        raft.install(
            Snapshot(position: replyToken.position, source: Pieces([arriving])), membership: raft.membership,
            for: replyToken)
    }

    /// Delivers a message to the member.
    /// - Returns: the messages that it sends.
    @discardableResult
    mutating func hear(_ body: RaftMessage.Body, from sender: NodeID, inReplyTo: MessageID? = nil)
        -> [Outgoing]
    {
        nextID += 1
        raft.receive(RaftMessage(id: nextID, inReplyTo: inReplyTo, body), from: sender, now: now)
        return settle()
    }

    @discardableResult
    mutating func wait(_ time: Microseconds) -> [Outgoing] {
        now += time
        raft.advance(to: now)
        return settle()
    }

    /// Advances the clock to the member's deadline.
    @discardableResult
    mutating func waitForDeadline() -> [Outgoing] {
        wait(max(raft.deadline! - now, 0))
    }

    /// Asks the member for a vote.
    mutating func vote(_ request: RequestVote, from sender: NodeID? = nil) -> RequestVoteReply? {
        for outgoing in hear(.requestVote(request), from: sender ?? request.candidate) {
            if case .requestVoteReply(let reply) = outgoing.message.body { return reply }
        }
        return nil
    }

    @discardableResult
    mutating func append(_ request: AppendEntries) -> AppendEntriesReply? {
        for outgoing in hear(.appendEntries(request), from: request.leader) {
            if case .appendEntriesReply(let reply) = outgoing.message.body { return reply }
        }
        return nil
    }

    /// Makes the member a candidate by granting its pre-votes.
    /// - Returns: its vote requests.
    mutating func makeCandidate() -> [Outgoing] {
        for request in waitForDeadline() {
            let grant = RequestVoteReply(term: raft.currentTerm, voteGranted: true, preVote: true)
            let answers = hear(.requestVoteReply(grant), from: request.to, inReplyTo: request.message.id)
            if case .candidate = raft.role { return answers }
        }
        return []
    }

    /// Makes the member leader by granting its votes.
    /// - Returns: its first appends.
    @discardableResult
    mutating func makeLeader() -> [Outgoing] {
        for request in makeCandidate() {
            let grant = RequestVoteReply(term: raft.currentTerm, voteGranted: true)
            let appends = hear(.requestVoteReply(grant), from: request.to, inReplyTo: request.message.id)
            if raft.isLeader { return appends }
        }
        return []
    }

    mutating func propose(_ text: String) -> [Outgoing] {
        _ = raft.propose(Command(text))
        return settle()
    }

    /// Lets a follower acknowledge appends.
    @discardableResult
    mutating func acknowledge(_ appends: [Outgoing], by follower: NodeID) -> [Outgoing] {
        var answers: [Outgoing] = []
        for append in appends where append.to == follower && append.appendEntries != nil {
            answers += hear(answer(true), from: follower, inReplyTo: append.message.id)
        }
        return answers
    }

    func answer(_ success: Bool, hint: LogPosition? = nil) -> RaftMessage.Body {
        .appendEntriesReply(AppendEntriesReply(term: raft.currentTerm, success: success, hint: hint))
    }

    func progress(of id: NodeID) -> Progress? {
        if case .leader(let leadership) = raft.role { leadership.progress(of: id) } else { nil }
    }
}

extension StorageUpdate {
    var suffix: (start: Index, entries: ArraySlice<Entry>)? {
        if case .suffix(let start, let entries) = log { (start, entries) } else { nil }
    }
}

extension Raft {
    /// Runs all rounds.
    /// - Returns: the messages and the confirmed reads.
    mutating func drain() -> (sent: [Outgoing], reads: [ReadyRead]) {
        var (sent, reads): ([Outgoing], [ReadyRead]) = ([], [])
        let isDone = drive {
            sent += $0.early
        } then: {
            sent += $0.late
            reads += $0.reads
        }
        precondition(isDone, "\(id) never ends its turn")
        return (sent, reads)
    }

    var isFollower: Bool { if case .follower = role { true } else { false } }
    var isCandidate: Bool { if case .candidate = role { true } else { false } }
    var isPreCandidate: Bool { if case .preCandidate = role { true } else { false } }
}

extension Log {
    var terms: [Term] {
        lastIndex == lastIncludedIndex ? [] : self[firstIndex...lastIndex].map(\.term)
    }
}

extension Outgoing {
    var appendEntries: AppendEntries? {
        if case .appendEntries(let request) = message.body { request } else { nil }
    }

    var requestVote: RequestVote? {
        if case .requestVote(let request) = message.body { request } else { nil }
    }
}

/// Entries of the given terms. Each text names the index.
func entries(_ terms: [Term], from index: Index = 1) -> [Entry] {
    terms.enumerated().map { Entry(term: $1, "e\(index + $0)") }
}

func heartbeat(term: Term, from leader: NodeID, commit: Index = 0) -> AppendEntries {
    AppendEntries(term: term, leader: leader, prevLogIndex: 0, prevLogTerm: 0, leaderCommit: commit)
}
