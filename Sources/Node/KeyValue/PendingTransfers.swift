import Consensus

/// Requests to transfer leadership that wait until their target leads.
///
/// However many name one target, the leader is asked once for all of them, and again after each heartbeat interval:
/// what a turn costs, and what is sent, does not grow with how many wait.
struct PendingTransfers: Hashable, Sendable {
    private struct Waiter: Hashable {
        let client: String
        let messageID: Int?
        let since: Microseconds
    }

    private struct Told: Hashable {
        let term: Term
        let at: Microseconds
    }

    /// All requests that name one target.
    private struct Wish: Hashable {
        let target: NodeID
        /// In the order in which they came; never empty.
        var waiters: ArraySlice<Waiter>
        /// When the leader of a term was told; nil where that is to be done again.
        var told: Told?
    }

    private var wishes: [Wish] = []

    var isEmpty: Bool { wishes.isEmpty }

    /// How long a request waits at most, by the timeouts as they are now.
    private func patience(_ timing: Timing) -> Microseconds { 2 * timing.electionTimeout }

    /// The time by which `advance` must be called.
    func deadline(_ timing: Timing) -> Microseconds? {
        wishes.lazy.flatMap { [patience, timing] wish in
            [
                wish.waiters.first.map { $0.since + patience(timing) },
                wish.told.map { $0.at + timing.heartbeatInterval },
            ]
        }.reduce(nil) { earliest($0, $1) }
    }

    mutating func add(_ target: NodeID, from client: String, _ messageID: Int?, at now: Microseconds) {
        let waiter = Waiter(client: client, messageID: messageID, since: now)
        if let known = wishes.firstIndex(where: { $0.target.isSame(as: target) }) {
            wishes[known].waiters.append(waiter)
        } else {
            wishes.append(Wish(target: target, waiters: [waiter]))
        }
    }

    /// Answers those whose target leads and those whose time is up, and lets the leader be told again where nothing
    /// came of it.
    mutating func advance(_ raft: Raft, _ outbox: inout Outbox) {
        for slot in wishes.indices {
            let target = wishes[slot].target
            if raft.leader?.isSame(as: target) == true {
                answer(slot, .transferLeadershipOK(leader: target), &outbox) { _ in true }
                continue
            }
            let over = raft.now - patience(raft.timing)
            answer(slot, Self.givenUp(target), &outbox) { $0.since <= over }
            if let told = wishes[slot].told, told.at + raft.timing.heartbeatInterval <= raft.now {
                wishes[slot].told = nil
            }
        }
        wishes.removeAll(where: \.waiters.isEmpty)
    }

    /// Answers all: nothing more will be heard.
    mutating func endOfInput(_ outbox: inout Outbox) {
        for slot in wishes.indices {
            answer(slot, Self.givenUp(wishes[slot].target), &outbox) { _ in true }
        }
        wishes = []
    }

    private static func givenUp(_ target: NodeID) -> ClientReply.Body {
        .error(.abort, "\(target) does not lead yet; it may still come to")
    }

    /// Answers the first waiters, as long as they are `due`.
    private mutating func answer(
        _ slot: Int, _ body: ClientReply.Body, _ outbox: inout Outbox, while due: (Waiter) -> Bool
    ) {
        while let waiter = wishes[slot].waiters.first, due(waiter) {
            outbox.reply(to: waiter.client, waiter.messageID, body)
            wishes[slot].waiters.removeFirst()
        }
    }

    // MARK: - The way to the leader

    /// Whether `route` does anything.
    func canRoute(_ raft: Raft, around unreached: Set<NodeID>) -> Bool {
        guard let leader = raft.leader, !unreached.contains(leader) else { return false }
        return wishes.contains { $0.told?.term != raft.currentTerm }
    }

    /// Tells the leader of what it was not told in its term, or begins the first transfer where this member leads.
    mutating func route(_ raft: inout Raft, around unreached: Set<NodeID>, _ outbox: inout Outbox) {
        guard canRoute(raft, around: unreached), let leader = raft.leader else { return }
        for slot in wishes.indices where wishes[slot].told?.term != raft.currentTerm {
            let target = wishes[slot].target
            if !raft.isLeader {
                let request = TransferRequest(term: raft.currentTerm, target: target)
                outbox.send(.transfer(request), to: leader)
            } else if !raft.isTransferring {
                _ = raft.transferLeadership(to: target)
            }
            wishes[slot].told = Told(term: raft.currentTerm, at: raft.now)
        }
    }
}
