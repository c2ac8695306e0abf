/// The deadlines that a member has, one by one, so that a search can let each of them come at any moment.
extension Raft {
    package enum Deadline: Int, Hashable, Sendable, CaseIterable {
        /// Nobody was heard from in time: it asks for pre-votes, or forgets its leader.
        case electionTimeout
        /// A minimum election timeout has passed since it heard its leader: it may vote for another.
        case leaderContact
        /// A leader has said nothing for an interval.
        case heartbeat
        /// A leader's quorum has been silent for an election timeout.
        case quorumContact
        /// A question about reads was not answered in time.
        case readRetry
        /// A transfer of leadership is given up.
        case transfer
        /// New voters have not caught up in time.
        case catchUp
    }

    /// When a deadline comes; nil where it is not running, or has passed already.
    package func time(of deadline: Deadline) -> Microseconds? {
        let time: Microseconds? =
            switch (deadline, role) {
            case (.electionTimeout, .leader), (.readRetry, .leader): nil
            case (.electionTimeout, _): isPromotable || leader != nil ? electionDeadline : nil
            case (.leaderContact, .follower(_?)):
                heardFromLeaderLately ? lastLeaderContact.map { $0 + timing.electionTimeout } : nil
            case (.heartbeat, .leader): others.isEmpty ? nil : now + timing.heartbeatInterval
            case (.quorumContact, .leader(let leadership)): checkQuorumDeadline(leadership)
            case (.readRetry, _): reads.retryDeadline
            case (.transfer, .leader(let leadership)): leadership.transfer?.deadline
            case (.catchUp, .leader(let leadership)): leadership.catchUp?.deadline
            case (.leaderContact, _), (.heartbeat, _), (.quorumContact, _), (.transfer, _), (.catchUp, _): nil
            }
        return time.map { max($0, now) }
    }

    /// Whether this member would refuse its vote because it has heard from its leader.
    package var heardFromLeaderLately: Bool {
        lastLeaderContact.map { now - $0 < timing.electionTimeout } ?? false
    }
}
