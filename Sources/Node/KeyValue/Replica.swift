import Consensus
import Detours

/// A member of the cluster as its clients see it: consensus, the store that it drives, and the requests that this
/// member has to answer.
///
/// The member that was asked answers. `PendingRequests` tells the story of a request, `RequestLog` how it gets into the
/// log and the store.
package struct Replica: Driven, Sendable {
    package private(set) var raft: Raft
    private(set) var requestLog: RequestLog
    private(set) var requests: PendingRequests
    private var transfers = PendingTransfers()
    private var snapshots: SnapshotsInProgress
    private var detours: Detours
    private var outbox = Outbox()

    /// - Parameters:
    ///   - stored: the state that the member stored; empty for a new one.
    ///   - areCanonical: whether the values in a leader's snapshot are canonical JSON, which this module cannot read.
    package init(
        settings: Raft.Settings, stored: StoredState = StoredState(),
        areCanonical: @escaping ValueCheck = { _ in true }, now: Microseconds
    ) {
        raft = Raft(
            settings: settings, hardState: stored.hardState, log: stored.log,
            snapshot: stored.snapshot, membership: stored.membership, now: now)
        requestLog = RequestLog(stored, settings.limits)
        requests = PendingRequests(settings)
        snapshots = SnapshotsInProgress(settings.limits, areCanonical: areCanonical)
        detours = Detours(id: settings.id, members: settings.members, now: now)
    }

    package var limits: Limits { raft.settings.limits }
    package var store: Store { requestLog.store }
    /// The last index whose entry the store has taken in; at most the commit index.
    package var lastApplied: Index { requestLog.lastApplied }

    /// How many forwards wait until this member leads.
    package var heldForwards: Int { requestLog.heldForwards.count }

    /// The time by which `advance(to:)` must be called; nil where the member waits for input only.
    package var deadline: Microseconds? {
        if snapshots.isTakingOne { return raft.now }
        return earliest(
            raft.deadline, requests.deadline, transfers.deadline(raft.timing),
            detours.deadline(expecting: expectation, window: raft.timing.silence))
    }

    /// From whom messages must come all the time.
    private var expectation: Expectation { raft.isLeader ? .all : raft.leader.map { .one($0) } ?? .nobody }

    /// How long a request may wait for its answer: nine tenths of what Maelstrom's lin-kv clients wait.
    package var patience: Microseconds {
        max(1_000_000, 10 * raft.timing.oneWayLatency) * 9 / 10
    }

    // MARK: - Time

    /// See `Raft.noteLateness(at:)`.
    package mutating func noteLateness(at now: Microseconds) {
        raft.noteLateness(at: now)
    }

    /// Moves time on, and acts on every deadline that has passed.
    package mutating func advance(to now: Microseconds) {
        raft.advance(to: now)
        let hellos = detours.advance(to: raft.now, expecting: expectation, window: raft.timing.silence)
        for (member, hello) in hellos { outbox.send(.hello(hello), to: member) }
        transfers.advance(raft, &outbox)
        requests.retry(raft)
        requests.expire(at: raft.now, &raft, &requestLog, &outbox)
        snapshots.advance(raft, requestLog)
        if raft.isShuttingDown { transferLeadershipAway() }
    }

    /// Moves time on while input waits to be received; see `Raft.advanceHeartbeats(to:)`.
    package mutating func advanceHeartbeats(to now: Microseconds) {
        raft.advanceHeartbeats(to: now)
    }

    // MARK: - Input

    /// Receives a client's request.
    package mutating func receive(_ request: ClientRequest, now: Microseconds) {
        advanceHeartbeats(to: now)
        switch request.subject {
        case .operation(.query(let query)): add(.query(query), of: request, patience)
        case .operation(.update(let update)):
            let command = Command(requests.identify(request, askedOf: raft.id), update)
            if let outcome = store.outcome(of: command.id) {
                return reply(to: request, update.reply(to: outcome))
            }
            add(.update(update, command), of: request, patience)
        case .order(.changeMembership(let voters)):
            let change = MembershipChange(requests.identify(request, askedOf: raft.id), voters: voters)
            if let outcome = store.outcome(of: change.id) {
                return reply(to: request, change.reply(to: outcome))
            }
            add(.change(change), of: request, limits.changePatience)
        case .order(.transferLeadership(let target)): transferLeadership(to: target, as: request)
        }
    }

    private mutating func add(
        _ subject: PendingRequest.Subject, of request: ClientRequest, _ patience: Microseconds
    ) {
        requests.add(subject, from: request.client, request.messageID, deadline: raft.now + patience)
    }

    private mutating func reply(to request: ClientRequest, _ body: ClientReply.Body) {
        outbox.reply(to: request.client, request.messageID, body)
    }

    private mutating func transferLeadership(to target: NodeID, as request: ClientRequest) {
        guard raft.membership.contains(target) else {
            let voters = raft.membership.voters.joined(separator: ", ")
            let text = "target must be a voter, one of \(voters); \(target) is none"
            return reply(to: request, .error(.malformedRequest, text))
        }
        if let leader = raft.leader, leader.isSame(as: target) {
            return reply(to: request, .transferLeadershipOK(leader: target))
        }
        transfers.add(target, from: request.client, request.messageID, at: raft.now)
    }

    /// Receives a message from another member.
    package mutating func receive(_ message: PeerMessage, from sender: NodeID, now: Microseconds) {
        advanceHeartbeats(to: now)
        detours.heard(sender, at: raft.now)
        guard case .relay(let relay) = message else { return deliver(message, from: sender) }
        guard detours.isOther(relay.source) else { return }
        if relay.route.isEmpty {
            detours.heardOnDetour(relay.source, at: raft.now)
            deliver(relay.message, from: relay.source)
        } else if let next = detours.next(of: relay) {
            outbox.send(next.message, to: next.to)
        }
    }

    private mutating func deliver(_ message: PeerMessage, from sender: NodeID) {
        switch message {
        case .raft(let message): raft.receive(message, from: sender, now: raft.now)
        case .forward(let forward): requestLog.receive(forward, from: sender, &raft, &outbox)
        case .transfer(let request):
            // In another term, the message may be old.
            guard request.term == raft.currentTerm, !raft.isTransferring else { return }
            _ = raft.transferLeadership(to: request.target)
        case .hello(let hello): detours.receive(hello, from: sender, at: raft.now)
        // A relay never carries another.
        case .relay: break
        }
    }

    /// Mixes in what tells two members apart between two turns, for a search that visits each state once: see
    /// `Raft.mix(into:)`. The time counts, for requests have deadlines. Left out is what the search has none of, detours
    /// and snapshots, and what is empty between two turns, the outbox.
    package func mix(into hasher: inout Hasher) {
        raft.mix(into: &hasher)
        hasher.combine(raft.now)
        hasher.combine(requestLog)
        hasher.combine(requests)
        hasher.combine(transfers)
    }

    /// See `Raft.expectRequest(isOvertaken:)`.
    package mutating func expectRequest(isOvertaken: Bool) {
        raft.expectRequest(isOvertaken: isOvertaken)
    }

    /// Changes the private state, for tests that break a member on purpose.
    mutating func tamper<Result>(_ change: (inout Raft, inout RequestLog) -> Result) -> Result {
        change(&raft, &requestLog)
    }

    // MARK: - Output

    /// Whether `takeReady()` has anything to do.
    package var hasReady: Bool {
        raft.hasReady || requestLog.canRefuse(raft) || snapshots.ownPiece != nil || !outbox.isEmpty
            || requests.canRoute(raft, requestLog, around: detours.unreached)
            || transfers.canRoute(raft, around: detours.unreached)
    }

    /// What to do now; see `Ready`.
    package mutating func takeReady() -> ReplicaReady {
        requestLog.appendHeldForwards(to: &raft)
        requestLog.refuseFailedChanges(&raft)
        requests.route(&raft, &requestLog, around: detours.unreached, &outbox)
        // What was asked before is in the log by now, or a transfer would hold it up.
        transfers.route(&raft, around: detours.unreached, &outbox)
        let ready = raft.takeReady()
        var update = ready.storage
        update.snapshotPieces = snapshots.admit(update.snapshotPieces, raft)
        update.ownSnapshotPiece = snapshots.takeOwnPiece()
        requestLog.follow(raft, update)
        let early = outbox.takeEarly(isTermDurable: update.hardState == nil)
        return ReplicaReady(
            early: early.map(detours.detoured) + ready.early.map(detours.detoured), storage: update,
            events: ready.events)
    }

    /// Call when `update`, from `takeReady()`, is durable. Applies what is committed, and answers requests.
    package mutating func stored(_ update: StorageUpdate) -> ReplicaEffects {
        let effects = raft.stored(update)
        requestLog.changesFailed(effects.failedChanges)
        var waiting = effects.reads[...]
        answer(&waiting)
        for index in effects.committed {
            if let (id, outcome) = requestLog.apply(raft.log[index], at: index) {
                requests.settle(id, outcome, &outbox)
            }
            answer(&waiting)
        }
        precondition(waiting.isEmpty, "a read was released before its index was committed")
        if let replyToken = effects.replyToken { takeOver(for: replyToken) }
        if let piece = update.ownSnapshotPiece, let snapshot = snapshots.stored(piece) {
            raft.compact(snapshot, keeping: limits.snapshotEvery / 2)
        }
        let (late, replies) = outbox.takeLate()
        return ReplicaEffects(
            late: late.map(detours.detoured) + effects.late.map(detours.detoured), applied: effects.committed,
            replies: replies, events: effects.events)
    }

    /// - Returns: a sentence about an impossible state, or nil. `InvariantMonitor` checks the rest.
    package func violatedInvariant() -> String? {
        lastApplied == raft.lastApplied
            ? nil : "the store holds what is applied up to \(lastApplied), not up to \(raft.lastApplied)"
    }

    /// Answers the reads whose index is applied, before the next entry changes what they see.
    private mutating func answer(_ waiting: inout ArraySlice<ReadyRead>) {
        while let read = waiting.first, read.index <= lastApplied {
            waiting.removeFirst()
            requests.answerReads(read.id, from: store, &outbox)
        }
    }

    /// Replaces the state by the leader's snapshot, which is stored now, if it was found right.
    private mutating func takeOver(for replyToken: SnapshotReplyToken) {
        guard let arrived = snapshots.takeArrived(), let membership = arrived.reader.membership else {
            return raft.refuseSnapshot(for: replyToken, snapshots.fault ?? "pieces of it are missing")
        }
        precondition(
            arrived.position == replyToken.position && arrived.position.index > raft.commitIndex,
            "the snapshot that is stored is not the one to be taken over")
        requestLog.takeOver(arrived.reader.store, at: arrived.position.index)
        let snapshot = Snapshot(position: arrived.position, source: arrived.text)
        raft.install(snapshot, membership: membership, for: replyToken)
        requests.settle(by: store, &outbox)
    }

    // MARK: - Ending

    /// Answers all pending requests: no more input will come.
    package mutating func endOfInput() {
        requests.expire(at: .max, &raft, &requestLog, &outbox)
        transfers.endOfInput(&outbox)
    }

    /// Begins the shutdown: the member transfers its leadership, if it leads, and starts no more elections. It still
    /// answers requests.
    package mutating func beginShutdown(now: Microseconds) {
        advanceHeartbeats(to: now)
        raft.beginShutdown()
        transferLeadershipAway()
    }

    /// Starts a transfer of leadership, also after one has failed.
    private mutating func transferLeadershipAway() {
        if !raft.isTransferring, let target = raft.preferredTransferTarget {
            _ = raft.transferLeadership(to: target)
        }
    }

    /// Whether the member may end now: it has no request to answer, and does not lead, or no other member can lead.
    package var mayEnd: Bool {
        requests.isEmpty && transfers.isEmpty && outbox.replies.isEmpty
            && (!raft.isLeader || raft.preferredTransferTarget == nil)
    }
}

/// What to do now, with each message on its route; see `Ready`.
package typealias ReplicaReady = Ready<PeerEnvelope>

/// What follows once an update is durable; see `Ready`.
package struct ReplicaEffects: Sendable {
    /// Messages that had to wait for the sync.
    package let late: [PeerEnvelope]
    /// The indexes of the entries that have been applied.
    package let applied: Range<Index>
    /// The answers to clients.
    package let replies: [ClientReply]
    /// What happened, for the log that people read.
    package let events: [Event]
}
