/// What holds of a member at any moment between two calls.
extension Raft {
    /// - Returns: what is impossible about the present state, or nil.
    package func violatedInvariant() -> String? {
        if commitIndex > log.lastIndex {
            return "commit index \(commitIndex) beyond the log's end \(log.lastIndex)"
        }
        if durableIndex > log.lastIndex { return "durable index \(durableIndex) beyond the log's end" }
        if log.lastTerm > currentTerm { return "an entry of term \(log.lastTerm) in term \(currentTerm)" }
        switch role {
        case .follower, .preCandidate: return nil
        case .candidate: return votedFor == id ? nil : "a candidate that did not vote for itself"
        case .leader(let leadership):
            if votedFor != id { return "a leader that did not vote for itself" }
            if leadership.uncommittedBytes < 0 { return "fewer than no bytes are uncommitted" }
            for progress in leadership.progress {
                if progress.nextIndex <= progress.matchIndex {
                    return "next index \(progress.nextIndex) of \(progress.id) within what it holds"
                }
                if progress.matchIndex > log.lastIndex { return "\(progress.id) holds more than its leader" }
            }
            return nil
        }
    }
}
