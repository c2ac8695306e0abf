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

    /// Each list is a member, its number and window, and the members that it has heard: `n0 1500000 75000 n1,n2`.
    func advertisements() throws(Malformed) -> [LinkStateAdvertisement] {
        let expected = "an array of lists: a member, a number, a window, and members joined by commas"
        var advertisements: [LinkStateAdvertisement] = []
        for text in try strings(.heard, expected) {
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 4, let number = Int(words[1]), let window = Int(words[2]),
                (0...Self.highest).contains(number), (0...Self.highest).contains(window)
            else { throw wrong(.heard, expected) }
            let heard = words[3].split(separator: ",").map(String.init)
            advertisements.append(
                LinkStateAdvertisement(member: String(words[0]), number: number, window: window, heard: heard)
            )
        }
        return advertisements
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
