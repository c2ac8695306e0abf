import Consensus
import KeyValue

// What the simulation needs of each message.

extension PeerMessage {
    /// The kinds that a fault can block.
    enum Kind: String, CaseIterable {
        case requestVote, requestVoteReply, appendEntries, appendEntriesReply, installSnapshot
        case installSnapshotReply, timeoutNow, readIndex, readIndexReply, forward, transfer, hello
    }

    var kind: Kind {
        switch self {
        case .forward: .forward
        case .transfer: .transfer
        case .hello: .hello
        case .relay(let relay): relay.message.kind
        case .raft(let message):
            switch message.body {
            case .requestVote: .requestVote
            case .requestVoteReply: .requestVoteReply
            case .appendEntries: .appendEntries
            case .appendEntriesReply: .appendEntriesReply
            case .installSnapshot: .installSnapshot
            case .installSnapshotReply: .installSnapshotReply
            case .timeoutNow: .timeoutNow
            case .readIndex: .readIndex
            case .readIndexReply: .readIndexReply
            }
        }
    }
}

extension Fingerprint {
    mutating func mix(_ message: PeerMessage) {
        switch message {
        case .forward(let forward):
            mix(forward.limit)
            mix(forward.requests.count)
        case .transfer(let request):
            mix(request.term)
            mix(request.target)
        case .hello(let hello):
            mix(hello.own.number)
            mix(hello.own.missed.count)
            mix(hello.others.count)
        case .relay(let relay):
            for id in relay.route { mix(id) }
            mix(relay.message)
        case .raft(let message):
            mix(message.id ?? -1)
            mix(message.inReplyTo ?? -1)
            mix(message.term)
            guard case .appendEntries(let request) = message.body else { return }
            mix(request.prevLogIndex)
            mix(request.entries.count)
            mix(request.leaderCommit)
        }
    }
}

extension PeerMessage {
    /// For traces.
    var traceText: String {
        switch self {
        case .raft(let message): message.traceText
        case .hello(let hello):
            ([hello.own] + hello.others).map {
                "\($0.member) misses \($0.missed.isEmpty ? "nobody" : $0.missed.joined(separator: " "))"
            }
            .joined(separator: ", ") + (hello.asks ? ", asks for an answer" : "")
        case .relay(let relay):
            "relays to \(relay.route.last ?? "it") from \(relay.source): \(relay.message.traceText)"
        case .transfer(let request): "asks in term \(request.term) for a transfer to \(request.target)"
        case .forward(let forward):
            "passes on, up to entry \(forward.limit), \(forward.requests.map { $0.line.prefix(200) })"
        }
    }
}

extension RaftMessage {
    fileprivate var traceText: String {
        // The last four digits tell them apart, for a member counts on from a random number.
        let numbers =
            (id.map { " #\($0 % 10_000)" } ?? "") + (inReplyTo.map { " to #\($0 % 10_000)" } ?? "")
        return "t\(term)\(numbers) \(body.traceText)"
    }
}

extension RaftMessage.Body {
    fileprivate var traceText: String {
        switch self {
        case .requestVote(let request):
            "\(request.preVote ? "pre-vote" : "vote")\(request.leadershipTransfer ? " for a transfer" : "")"
                + ", log ends at (\(request.lastLogIndex), t\(request.lastLogTerm))"
        case .requestVoteReply(let reply):
            "\(reply.preVote ? "pre-vote" : "vote") \(reply.voteGranted ? "granted" : "refused")"
        case .appendEntries(let request):
            "after (\(request.prevLogIndex), t\(request.prevLogTerm)) "
                + "[\(request.entries.map(EventTrace.entry).joined(separator: ", "))]; "
                + "committed \(request.leaderCommit), durable \(request.leaderDurable.map(String.init) ?? "unknown")"
        case .appendEntriesReply(let reply):
            (reply.success ? "success" : "refused")
                + (reply.hint.map { ", hint (\($0.index), t\($0.term))" } ?? "")
                + (reply.commitIndex.map { "; committed \($0)" } ?? "")
        case .installSnapshot(let request):
            "snapshot up to (\(request.lastIncluded.index), t\(request.lastIncluded.term)), from byte "
                + "\(request.offset)\(request.done ? ", the last piece" : "")"
        case .installSnapshotReply(let reply):
            reply.installed == true
                ? "installed" : "held up to byte \(reply.offset.map(String.init) ?? "unknown")"
        case .timeoutNow(let request):
            "timeout now\(request.lastLogIndex.map { " once the log reaches \($0)" } ?? "")"
        case .readIndex(let question): question.confirm ? "read index, confirmed by you" : "read index"
        case .readIndexReply(let reply):
            (reply.index.map { "read at \($0)" } ?? "same term")
                + (reply.membership.map { ", with a quorum of \($0.words)" } ?? "")
        }
    }
}
