import Consensus

extension RaftMessage.Body {
    /// The message in a few words, for an arrow.
    package var label: String {
        switch self {
        case .requestVote(let request): "\(request.preVote ? "PreVote" : "RequestVote") t\(request.term)"
        case .requestVoteReply(let reply):
            "\(reply.preVote ? "pre-vote" : "vote") \(reply.voteGranted ? "yes" : "no")"
        case .appendEntries(let request): Self.label(request)
        case .appendEntriesReply(let reply): reply.success ? "success" : "refused"
        case .installSnapshot(let request): "snapshot to \(request.lastIncluded.index)"
        case .installSnapshotReply: "snapshot reply"
        case .timeoutNow(let request): "TimeoutNow t\(request.term)"
        case .readIndex(let request): "ReadIndex t\(request.term)"
        case .readIndexReply(let reply): reply.index.map { "read index \($0)" } ?? "in term \(reply.term)"
        }
    }

    private static func label(_ request: AppendEntries) -> String {
        guard let first = request.entries.first else { return "heartbeat t\(request.term)" }
        let terms = request.entries.map { String($0.term) }
        let words =
            terms.count > 5 ? "\(terms.count) from t\(first.term)" : terms.joined(separator: " ")
        return "[\(words)] after \(request.prevLogIndex)"
    }
}
