import Consensus
import KeyValue
import Simulation

/// What one member makes of one input: the node's turn, from one rest to the next. It depends on the member and the
/// input alone, so the search runs it once for all the states in which it occurs.
struct Turn {
    /// What a turn means for others.
    struct News: Hashable, Sendable {
        struct Commit: Hashable, Sendable {
            var index: Index
            var entry: Entry
            /// The memberships one of which must hold it; see `memberships(at:)`.
            var memberships: [Membership]
            var isHeldByMember: Bool
        }

        /// The member's at the end.
        var term: Term = 0
        var beginsToLead = false
        /// What it knows to be committed, and did not before.
        var commits: [Commit] = []
        /// Entries that were in its log, and are not any more.
        var cut: [LogPosition] = []
        /// The terms of all that a snapshot stands for, which it took over.
        var installed: [Term] = []
        var answers: [ReadyRead] = []
        /// To clients.
        var replies: [ClientReply] = []
        /// Where somebody may wait for too long: operations that others passed on to it, those of its own clients that
        /// it passed on, and those that it appended.
        var heard: [Int] = []
        var passedOn: [Int] = []
        var appended: [Int] = []
        var crashes = false

        var isEmpty: Bool {
            !beginsToLead && commits.isEmpty && cut.isEmpty && installed.isEmpty && answers.isEmpty
                && replies.isEmpty && heard.isEmpty && passedOn.isEmpty && appended.isEmpty && !crashes
        }
    }

    private(set) var member: Member
    private(set) var sent: [Packet] = []
    private(set) var news = News()
    /// How often it stored something; nothing where it crashed.
    private(set) var stores = 0
    private(set) var breach: Breach?

    /// Whether it leaves the member as it was, and means nothing for others but what is sent.
    var changesNothing: Bool {
        breach == nil && news.isEmpty && member.fingerprint == before.fingerprint
    }

    let before: Member
    private let action: Action
    let scope: Scope
    private struct Crash: Error {}

    init(of member: Member, _ action: Action, in scope: Scope) {
        self.member = member
        self.action = action
        self.scope = scope
        before = member
        news.term = member.raft.currentTerm
        do {
            try take(action.input)
            try finish()
        } catch is Crash {
            stores = 0
            news.crashes = true
            if scope.crashesLoseVotes { self.member.disk.hardState.votedFor = nil }
            self.member = Member(member.index, self.member.disk, in: scope, crashes: member.crashes + 1)
            noteCut()
        } catch {
            breach = error as? Breach
        }
    }

    private mutating func take(_ input: Action.Input) throws {
        switch input {
        case .message(let packet):
            member.machine.expectRequest(isOvertaken: action.isOvertaken)
            member.machine.receive(packet.message, from: "n\(packet.from)")
        case .deadline(let deadline):
            if let time = member.raft.time(of: deadline) { member.machine.advance(to: time) }
        case .operation(let number):
            let request = scope.operations[number - 1].request(number)
            member.machine.changeReplica { $0.receive(request, now: $0.raft.now) }
        case .patience:
            let scope = scope
            member.machine.changeReplica { $0.advance(to: $0.raft.now + scope.patience(of: $0)) }
        case .command(let number): member.machine.changeRaft { _ = $0.propose(Command("c\(number)")) }
        case .read(let number): member.machine.changeRaft { $0.read(number) }
        case .change(let voters):
            let change = voters.map(String.init).joined()
            member.machine.changeRaft {
                _ = $0.changeMembership(to: voters.map { "n\($0)" }, change: change)
            }
        case .transfer(let target):
            transfer(to: "n\(target)")
        case .snapshot: try takeSnapshot()
        case .crash: throw Crash()
        }
    }

    private mutating func transfer(to target: NodeID) {
        switch member.machine {
        case .raft: member.machine.changeRaft { _ = $0.transferLeadership(to: target) }
        case .replica:
            // Another member passes on what it was asked.
            let request = TransferRequest(term: member.raft.currentTerm, target: target)
            member.machine.receive(.transfer(request), from: target)
        }
    }

    private mutating func takeSnapshot() throws {
        let index = member.raft.commitIndex
        let membership = member.raft.membership(at: index)
        let text = SnapshotText(terms: member.appliedTerms, membership)
        let position = LogPosition(index: index, term: member.raft.log.term(at: index) ?? 0)
        try store { $0.take(text.snapshot(at: position), membership) }
        member.machine.changeRaft { $0.compact(text.snapshot(at: position), keeping: 0) }
    }

    private mutating func store(_ change: (inout Disk) -> Void) throws {
        stores += 1
        if action.crash == 2 * stores - 1 { throw Crash() }
        change(&member.disk)
        if action.crash == 2 * stores { throw Crash() }
    }

    // MARK: - Rounds

    private mutating func finish() throws {
        var rounds = TurnRounds(most: member.raft.limits.roundsPerTurn)
        while member.machine.hasReady {
            guard rounds.begin(at: member.raft.lastApplied) else {
                throw Breach(.endlessTurn, "n\(member.index) is not done after \(rounds.count - 1) rounds")
            }
            let ready = member.machine.takeReady()
            try check(ready)
            try send(ready.early)
            if !ready.storage.isEmpty { try store { $0.store(ready.storage) } }
            let effects = member.machine.stored(ready.storage)
            noteCommits()
            try send(effects.late)
            news.answers += effects.reads
            news.replies += effects.replies
            if let token = effects.replyToken { install(token) }
        }
        noteCut()
        noteAppended()
        try checkDenials()
        try checkRest()
    }

    private mutating func install(_ token: SnapshotReplyToken) {
        guard let snapshot = member.disk.snapshot, snapshot.position == token.position,
            let text = snapshot.source as? SnapshotText
        else {
            return member.machine.changeRaft { $0.refuseSnapshot(for: token, "it is not whole") }
        }
        news.installed = text.terms
        member.machine.changeRaft { $0.install(snapshot, membership: text.membership, for: token) }
    }

    /// Hellos are lost, all of them: no detour is ever taken.
    private mutating func send(_ messages: [PeerEnvelope]) throws {
        for outgoing in messages {
            if case .hello = outgoing.message { continue }
            let packet = Packet(from: member.index, to: scope.index(of: outgoing.to), outgoing.message)
            if !scope.checksHarmOnly, let message = packet.raft {
                try message.checkDurable(
                    from: member.raft.id, to: outgoing.to, member.disk.hardState,
                    lastIndex: member.disk.lastIndex
                ) { appended(by: message) }
            }
            note(packet)
            if !sent.contains(packet), !scope.isCut(packet.from, packet.to) { sent.append(packet) }
        }
    }

    private func appended(by reply: RaftMessage) -> Index? {
        guard case .message(let packet) = action.input,
            let message = packet.raft, case .appendEntries(let request) = message.body,
            message.id == reply.inReplyTo
        else { return nil }
        return request.lastIndex
    }

    // MARK: - News

    mutating func noteCommits() {
        let raft = member.raft
        let known = max(news.commits.last?.index ?? before.raft.commitIndex, raft.log.lastIncludedIndex)
        for index in stride(from: known + 1, through: raft.commitIndex, by: 1) {
            let entry = raft.log[index]
            news.commits.append(
                News.Commit(
                    index: index, entry: entry, memberships: memberships(at: index),
                    isHeldByMember: member.disk.holds(index, of: entry.term)))
        }
        news.term = raft.currentTerm
        // A lone voter that elects itself and crashes before it has stored its term has told nobody.
        if raft.isLeader, member.disk.hardState.term == raft.currentTerm,
            !before.raft.isLeader || before.raft.currentTerm < raft.currentTerm
        {
            news.beginsToLead = true
        }
    }

    /// By which an entry may be committed: that in force with it, and the later ones in the log up to the first that is
    /// joint. What comes behind that was appended once the joint one was committed, and this entry with it (§6).
    private func memberships(at index: Index) -> [Membership] {
        let log = member.raft.log
        var memberships = [member.raft.membership(at: index)]
        for later in index...log.lastIndex {
            guard case .membership(let membership) = log[later].payload else { continue }
            memberships.append(membership)
            if membership.isJoint { break }
        }
        return memberships
    }

    private mutating func note(_ packet: Packet) {
        guard scope.budget.patience > 0, case .forward(let forward) = packet.message, heardForward == nil
        else {
            return
        }
        news.passedOn += forward.requests.compactMap(StoreOperation.number(of:))
    }

    /// What another member passes on in this turn.
    private var heardForward: Forward? {
        if case .message(let packet) = action.input, case .forward(let forward) = packet.message {
            forward
        } else {
            nil
        }
    }

    private mutating func noteAppended() {
        guard scope.budget.patience > 0 else { return }
        news.heard = (heardForward?.requests ?? []).compactMap(StoreOperation.number(of:))
        let (old, log) = (before.raft.log, member.raft.log)
        guard member.raft.isLeader, log.lastIndex > old.lastIndex else { return }
        news.appended = log[old.lastIndex + 1...log.lastIndex].compactMap(StoreOperation.number(of:))
    }

    private mutating func noteCut() {
        let (old, new) = (before.raft.log, member.raft.log)
        for index in stride(from: max(old.firstIndex, new.firstIndex), through: old.lastIndex, by: 1)
        where new.term(at: index) != old.term(at: index) {
            news.cut.append(LogPosition(index: index, term: old.term(at: index) ?? 0))
        }
    }
}

extension Scope {
    func index(of id: NodeID) -> Int { Int(id.dropFirst()) ?? 0 }
}
