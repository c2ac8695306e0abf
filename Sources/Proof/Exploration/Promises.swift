import Consensus
import KeyValue
import Simulation

/// What has happened that must not be undone, and may be known to no member that is left.
struct Promises: Hashable, Sendable {
    struct Committed: Hashable, Sendable {
        var entry: Entry
        /// The term of the member that first knew: it was committed in this term or before.
        var term: Term
    }

    struct OpenRead: Hashable, Sendable {
        var member: Int
        var id: ReadID
        /// The last index that anybody knew to be committed when it came.
        var floor: Index
    }

    /// From index 1 on.
    private(set) var committed: [Committed] = []
    /// Who has led which term; -1 where nobody has.
    private(set) var leaders: [Int] = []
    private(set) var reads: [OpenRead] = []
    private(set) var clients = ClientHistory()

    /// - Parameter entries: what was committed before.
    init(committed entries: [Entry]) {
        committed = entries.map { Committed(entry: $0, term: $0.term) }
    }

    mutating func asks(_ id: ReadID, at member: Int) {
        reads.append(OpenRead(member: member, id: id, floor: committed.count))
    }

    mutating func asks(_ operation: Int, of member: Int) {
        clients.asks(operation)
        clients.comes(operation, to: member)
    }

    /// Takes what a turn of `member` means, and checks it against all that was so before.
    ///
    /// - Parameter others: all other members, each as it is.
    mutating func take(
        _ news: Turn.News, of member: Member, others: [Member], in scope: Scope
    ) throws(Breach) {
        try checkCut(news, of: member)
        if news.beginsToLead { try leads(member, news.term) }
        for commit in news.commits { try take(commit, news.term, of: member, others, in: scope) }
        for (offset, term) in news.installed.enumerated() {
            guard offset < committed.count, committed[offset].entry.term == term else {
                throw Breach(
                    .stateMachineSafety,
                    "n\(member.index) takes over a snapshot with another entry \(offset + 1)")
            }
        }
        try takeDeeds(news, of: member)
        for answer in news.answers { try take(answer, of: member) }
        for reply in news.replies { try take(reply, of: member, in: scope) }
        if news.crashes {
            reads.removeAll { $0.member == member.index }
            clients.crashes(member.index)
        }
    }

    private mutating func takeDeeds(_ news: Turn.News, of member: Member) throws(Breach) {
        for number in news.heard { clients.comes(number, to: member.index) }
        for number in news.passedOn { try clients.passesOn(number, member.index) }
        for number in news.appended { try clients.appends(number, member.index) }
    }

    private func checkCut(_ news: Turn.News, of member: Member) throws(Breach) {
        for position in news.cut where position.index <= committed.count {
            if committed[position.index - 1].entry.term == position.term {
                throw Breach(
                    .stateMachineSafety, "n\(member.index) loses entry \(position.index), which is committed")
            }
        }
    }

    private mutating func leads(_ member: Member, _ term: Term) throws(Breach) {
        while leaders.count <= term { leaders.append(-1) }
        if leaders[term] >= 0, leaders[term] != member.index {
            throw Breach(.electionSafety, "both n\(leaders[term]) and n\(member.index) lead term \(term)")
        }
        leaders[term] = member.index
        for (offset, step) in committed.enumerated() where step.term < term {
            try checkHolds(member, offset + 1, step.entry)
        }
    }

    /// Leader completeness.
    private func checkHolds(_ leader: Member, _ index: Index, _ entry: Entry) throws(Breach) {
        let log = leader.raft.log
        if index > log.lastIncludedIndex, log.term(at: index) != entry.term {
            throw Breach(
                .leaderCompleteness,
                "n\(leader.index) leads term \(leader.raft.currentTerm) without entry \(index) of term "
                    + "\(entry.term), which was committed before")
        }
    }

    private mutating func take(
        _ commit: Turn.News.Commit, _ term: Term, of member: Member, _ others: [Member], in scope: Scope
    ) throws(Breach) {
        guard commit.index > committed.count else {
            if committed[commit.index - 1].entry == commit.entry { return }
            throw Breach(
                .stateMachineSafety,
                "n\(member.index) applies an entry \(commit.index) of term \(commit.entry.term), where one of term "
                    + "\(committed[commit.index - 1].entry.term) was committed")
        }
        guard commit.index == committed.count + 1 else {
            throw Breach(.stateMachineSafety, "n\(member.index) skips to entry \(commit.index)")
        }
        try checkNew(commit.entry)
        committed.append(Committed(entry: commit.entry, term: term))
        try clients.checkHonest(commit.entry)
        if !scope.checksHarmOnly { try checkStored(commit, by: member, others) }
        for other in others where other.raft.isLeader && other.raft.currentTerm > term {
            try checkHolds(other, commit.index, commit.entry)
        }
    }

    /// A change of membership is made once.
    private func checkNew(_ entry: Entry) throws(Breach) {
        guard case .membership(let membership) = entry.payload, !membership.isJoint,
            let number = StoreOperation.number(of: entry),
            committed.contains(where: { $0.entry.payload == entry.payload })
        else { return }
        throw Breach(.atMostOnce, "the change that operation \(number) asks for is made twice")
    }

    private func checkStored(_ commit: Turn.News.Commit, by member: Member, _ others: [Member]) throws(Breach)
    {
        let isHeld = commit.memberships.contains { membership in
            Simulation.isQuorum(of: membership) { id in
                if id == member.raft.id { return commit.isHeldByMember }
                return others.contains {
                    $0.raft.id == id && $0.disk.holds(commit.index, of: commit.entry.term)
                }
            }
        }
        if !isHeld {
            throw Breach(
                .durability,
                "n\(member.index) takes entry \(commit.index) of term \(commit.entry.term) for committed, which no "
                    + "quorum has stored")
        }
    }

    private mutating func take(_ reply: ClientReply, of member: Member, in scope: Scope) throws(Breach) {
        if case .error(.temporarilyUnavailable, _) = reply.body, let number = reply.inReplyTo {
            try clients.denies(number, member.index)
        }
        try clients.take(
            reply.inReplyTo ?? 0, ClientHistory.Answer(reply.body), by: member.index, committed.map(\.entry),
            scope.operations)
    }

    private mutating func take(_ answer: ReadyRead, of member: Member) throws(Breach) {
        guard let slot = reads.firstIndex(where: { $0.member == member.index && $0.id == answer.id }) else {
            throw Breach(.atMostOnce, "n\(member.index) answers a read that nobody waits for")
        }
        let read = reads.remove(at: slot)
        if answer.index < read.floor {
            throw Breach(
                .freshReads,
                "n\(member.index) answers a read as of entry \(answer.index), and entry \(read.floor) was "
                    + "committed before it came")
        }
    }
}

/// Log matching: two logs that hold an entry of the same index and term are the same up to it.
func checkMatching(_ left: Member, _ right: Member) throws(Breach) {
    let (one, other) = (left.raft.log, right.raft.log)
    let first = max(one.firstIndex, other.firstIndex)
    var isSame = false
    for index in stride(from: min(one.lastIndex, other.lastIndex), through: first, by: -1) {
        if one.term(at: index) == other.term(at: index) { isSame = true }
        if isSame, one[index] != other[index] {
            throw Breach(
                .logMatching,
                "n\(left.index) and n\(right.index) agree at a later entry, and differ in entry \(index)")
        }
    }
}
