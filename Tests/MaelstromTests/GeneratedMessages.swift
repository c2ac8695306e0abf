import Consensus
import Detours
import KeyValue

/// Messages between members, as n1 sends them to n0, with values that a seed draws.
struct GeneratedMessages {
    /// Every message. The switches below have no `default`, so a new message must be named here.
    enum Kind: CaseIterable {
        case requestVote, requestVoteReply, appendEntries, appendEntriesReply, installSnapshot
        case installSnapshotReply, timeoutNow, readIndex, readIndexReply, forward, transfer, hello, relay

        init(_ message: PeerMessage) {
            switch message {
            case .forward: self = .forward
            case .transfer: self = .transfer
            case .hello: self = .hello
            case .relay: self = .relay
            case .raft(let message):
                switch message.body {
                case .requestVote: self = .requestVote
                case .requestVoteReply: self = .requestVoteReply
                case .appendEntries: self = .appendEntries
                case .appendEntriesReply: self = .appendEntriesReply
                case .installSnapshot: self = .installSnapshot
                case .installSnapshotReply: self = .installSnapshotReply
                case .timeoutNow: self = .timeoutNow
                case .readIndex: self = .readIndex
                case .readIndexReply: self = .readIndexReply
                }
            }
        }
    }

    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next(_ kind: Kind) -> PeerMessage {
        switch kind {
        case .forward:
            .forward(Forward((0..<number(3)).map { _ in Proposal(line: request())! }, limit: count()))
        case .transfer: .transfer(TransferRequest(term: count(), target: text()))
        case .hello:
            .hello(
                Hello(
                    own: LinkStateAdvertisement(member: "n1", number: count(), missed: ids()), holds: count(),
                    asks: flag(),
                    others: (0..<number(3)).map { _ in
                        LinkStateAdvertisement(member: text(), number: count(), missed: ids())
                    }, total: flag() ? count() : nil))
        case .relay:
            .relay(
                Relay(
                    source: "n1", route: ids(),
                    message: next(Kind.allCases.filter { $0 != .relay }[number(12)])
                ))
        case .requestVote, .requestVoteReply, .appendEntries, .appendEntriesReply, .installSnapshot,
            .installSnapshotReply, .timeoutNow, .readIndex, .readIndexReply:
            .raft(RaftMessage(id: optional(number(99)), inReplyTo: optional(-number(99)), body(kind)))
        }
    }

    private mutating func body(_ kind: Kind) -> RaftMessage.Body {
        switch kind {
        case .requestVote:
            .requestVote(
                RequestVote(
                    term: count(), candidate: "n1", lastLogIndex: count(), lastLogTerm: count(),
                    preVote: flag(), leadershipTransfer: flag()))
        case .requestVoteReply:
            .requestVoteReply(RequestVoteReply(term: count(), voteGranted: flag(), preVote: flag()))
        case .appendEntries: .appendEntries(appendEntries())
        case .appendEntriesReply:
            .appendEntriesReply(
                AppendEntriesReply(
                    term: count(), success: flag(),
                    hint: optional(LogPosition(index: count(), term: count())),
                    commitIndex: optional(count()), lostLog: optional(count())))
        case .installSnapshot:
            .installSnapshot(
                InstallSnapshot(
                    term: 7, leader: "n1",
                    lastIncluded: LogPosition(index: 1 + number(99), term: 1 + number(7)),
                    offset: count(), data: text(), done: flag(), lostLog: optional(count())))
        case .installSnapshotReply:
            .installSnapshotReply(
                flag()
                    ? InstallSnapshotReply(term: count())
                    : InstallSnapshotReply(term: count(), offset: count(), installed: flag()))
        case .timeoutNow:
            .timeoutNow(TimeoutNow(term: count(), leader: "n1", lastLogIndex: optional(count())))
        case .readIndex: .readIndex(ReadIndex(term: count(), confirm: flag()))
        case .readIndexReply:
            .readIndexReply(
                ReadIndexReply(
                    term: count(), index: optional(count()),
                    membership: optional(Membership(voters: ["n0", text()], outgoing: flag() ? ids() : []))))
        case .forward, .transfer, .hello, .relay: preconditionFailure("no message of consensus")
        }
    }

    private mutating func appendEntries() -> AppendEntries {
        let isFirst = flag()
        let entries = (0..<number(4)).map { offset in
            let membership = Membership(voters: ["n0", "n1"], outgoing: flag() ? ["n0", "n2"] : [])
            let payloads: [Entry.Payload] = [
                .noOp, .command(Command(line: request())!), .membership(membership),
            ]
            return Entry(term: 2 + offset, payload: payloads[number(3)])
        }
        return AppendEntries(
            term: 9, leader: "n1", prevLogIndex: isFirst ? 0 : 1 + number(99), prevLogTerm: isFirst ? 0 : 2,
            entries: entries, leaderCommit: count(), leaderDurable: optional(count()),
            roundTrip: optional(Estimate(mean: number(99), deviation: number(99))),
            link: optional(Estimate(mean: number(99), deviation: number(99))), lostLog: optional(count()))
    }

    // MARK: - Values

    private mutating func number(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    private mutating func flag() -> Bool { number(2) == 0 }
    private mutating func optional<Value>(_ value: Value) -> Value? { flag() ? value : nil }
    private mutating func count() -> Int { [0, 1, number(1 << 30), 1 << 62][number(4)] }

    private mutating func text() -> String {
        ["", "n2", "n 2", "a,\"b", "%20", "é\n\u{1}", "e\u{301}", "\u{2028}\\/", "🦊"][number(9)]
    }

    private mutating func ids() -> [String] { (0..<number(4)).map { "\($0)" + text() } }

    private mutating func request() -> String {
        ["c1 7 write \"x y\" {\"a\":[1,\"\\\\\"]}", "c%20 -1 cas 1 null 2.5", "% n2/9 write 1 \"é\""][
            number(3)]
    }
}
