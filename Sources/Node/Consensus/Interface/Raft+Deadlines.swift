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
        switch (deadline, role) {
        case (.electionTimeout, .leader): nil
        case (.electionTimeout, _): isPromotable || leader != nil ? max(electionDeadline, now) : nil
        case (.leaderContact, .follower(_?)):
            heardFromLeaderLately ? lastLeaderContact! + timing.electionTimeout : nil
        case (.heartbeat, .leader): others.isEmpty ? nil : now + timing.heartbeatInterval
        case (.quorumContact, .leader(let leadership)): quorumContactDeadline(leadership)
        case (.readRetry, .leader): nil
        case (.readRetry, _): reads.retryDeadline.map { max($0, now) }
        case (.transfer, .leader(let leadership)): leadership.transfer.map { max($0.deadline, now) }
        case (.catchUp, .leader(let leadership)): leadership.catchUp.map { max($0.deadline, now) }
        case (.leaderContact, _), (.heartbeat, _), (.quorumContact, _), (.transfer, _), (.catchUp, _): nil
        }
    }

    /// Whether this member would refuse its vote because it has heard from its leader.
    package var heardFromLeaderLately: Bool {
        lastLeaderContact.map { now - $0 < timing.electionTimeout } ?? false
    }

    private func quorumContactDeadline(_ leadership: Leadership) -> Microseconds? {
        let contact = membership.quorumValue { $0 == id ? .max : leadership.lastContact(with: $0) }
        return contact == .max ? nil : max(contact + timing.electionTimeout, quorumDeadline, now)
    }
}
