import Consensus
import Detours
import KeyValue

/// The bodies that members send to each other.
extension Fields {
    /// A round trip beyond this is taken for one as long: it tells no more, and sums of it never overflow.
    private static let longestRoundTrip: Microseconds = 3_600_000_000

    /// Reads the field that names the sender, which nobody else can stand or lead for.
    private func sender(_ key: Key, _ source: NodeID) throws(Malformed) -> NodeID {
        let expected = "the id of the member that sends this"
        guard try string(key, expected).isSame(as: source) else { throw wrong(key, expected) }
        return source
    }

    func requestVote(from source: NodeID) throws(Malformed) -> RequestVote {
        RequestVote(
            term: try count(.term), candidate: try sender(.candidateID, source),
            lastLogIndex: try count(.lastLogIndex), lastLogTerm: try count(.lastLogTerm),
            preVote: try flagIfPresent(.preVote), leadershipTransfer: try flagIfPresent(.leadershipTransfer))
    }

    func requestVoteReply() throws(Malformed) -> RequestVoteReply {
        RequestVoteReply(
            term: try count(.term), voteGranted: try flag(.voteGranted), preVote: try flagIfPresent(.preVote))
    }

    func appendEntries(from source: NodeID) throws(Malformed) -> AppendEntries {
        let request = AppendEntries(
            term: try count(.term), leader: try sender(.leaderID, source),
            prevLogIndex: try count(.prevLogIndex), prevLogTerm: try count(.prevLogTerm),
            leaderCommit: try count(.leaderCommit), leaderDurable: try countIfPresent(.leaderDurable),
            roundTrip: try estimate(.roundTrip), link: try estimate(.linkRoundTrip),
            lostLog: try countIfPresent(.lostLog))
        guard (request.prevLogIndex == 0) == (request.prevLogTerm == 0) else {
            throw wrong(.prevLogTerm, "0 where prev_log_index is 0, and at least 1 elsewhere")
        }
        return request
    }

    private func estimate(_ key: Key) throws(Malformed) -> Estimate? {
        try countsIfPresent(key, 2).map { counts in
            Estimate(
                mean: min(counts[0], Self.longestRoundTrip), deviation: min(counts[1], Self.longestRoundTrip))
        }
    }

    func appendEntriesReply() throws(Malformed) -> AppendEntriesReply {
        let hint: LogPosition? =
            if let index = try countIfPresent(.hintIndex) {
                LogPosition(index: index, term: try count(.hintTerm))
            } else {
                nil
            }
        return AppendEntriesReply(
            term: try count(.term), success: try flag(.success), hint: hint,
            commitIndex: try countIfPresent(.commitIndex), lostLog: try countIfPresent(.lostLog))
    }

    func readIndex() throws(Malformed) -> ReadIndex {
        ReadIndex(term: try count(.term), confirm: try flagIfPresent(.confirm))
    }

    func readIndexReply() throws(Malformed) -> ReadIndexReply {
        ReadIndexReply(
            term: try count(.term), index: try countIfPresent(.index), membership: try membership())
    }

    func hello(from source: NodeID) throws(Malformed) -> Hello {
        let own = LinkStateAdvertisement(
            member: source, number: try count(.number),
            missed: try strings(.missed, "an array of the ids of members"))
        return Hello(
            own: own, holds: try count(.holds), asks: try flagIfPresent(.asks), others: try advertisements())
    }

    /// Each list is a member, its number, and the members that it misses, all escaped: `n0 1500000 n1 n2`.
    private func advertisements() throws(Malformed) -> [LinkStateAdvertisement] {
        let expected = "an array of lists: a member, a number, and members, with blanks between"
        guard has(.others) else { return [] }
        return try strings(.others, expected).map { (text) throws(Malformed) -> LinkStateAdvertisement in
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count >= 2, let number = Int(words[1]), (0...Self.highest).contains(number),
                let member = Word.unescape(words[0])
            else { throw wrong(.others, expected) }
            let missed = words.dropFirst(2).compactMap { Word.unescape($0) }
            guard missed.count == words.count - 2 else { throw wrong(.others, expected) }
            return LinkStateAdvertisement(member: member, number: number, missed: missed)
        }
    }

    private func membership() throws(Malformed) -> Membership? {
        guard let words = try stringIfPresent(.membership) else { return nil }
        guard let membership = Membership(words: words[...]) else {
            throw wrong(.membership, "ids of voters, joined by commas")
        }
        return membership
    }

    func installSnapshot(from source: NodeID) throws(Malformed) -> InstallSnapshot {
        let request = InstallSnapshot(
            term: try count(.term), leader: try sender(.leaderID, source),
            lastIncluded: LogPosition(
                index: try count(.lastIncludedIndex), term: try count(.lastIncludedTerm)),
            offset: try count(.offset), data: try string(.data), done: try flag(.done))
        guard request.lastIncluded.index >= 1 else { throw wrong(.lastIncludedIndex, "at least 1") }
        guard (1...max(1, request.term)).contains(request.lastIncluded.term) else {
            throw wrong(.lastIncludedTerm, "at least 1, and at most the term")
        }
        return request
    }

    func installSnapshotReply() throws(Malformed) -> InstallSnapshotReply {
        let offset = try countIfPresent(.offset)
        return InstallSnapshotReply(
            term: try count(.term), offset: offset, installed: offset == nil ? nil : try flag(.installed))
    }

    func timeoutNow(from source: NodeID) throws(Malformed) -> TimeoutNow {
        TimeoutNow(
            term: try count(.term), leader: try sender(.leaderID, source),
            lastLogIndex: try countIfPresent(.lastLogIndex))
    }
}
