import Consensus
import Detours

/// A member of the cluster as its clients see it: consensus, the store that it drives, and the requests that
/// this member still owes an answer.
///
/// The member that was asked answers. Requests wait in `inbox` until there is a leader; writes go into its
/// log, reads wait for its word; whatever is not answered in time is answered with an error that tells
/// whether it may still happen.
package struct Replica: Driven, Sendable {
    package internal(set) var raft: Raft
    package internal(set) var store: Store
    /// The last index whose entry the store has taken in; at most the commit index.
    package internal(set) var lastApplied: Index
    /// What stands in the log behind it.
    var unapplied: UnappliedRequests

    /// Requests that wait for a leader, in the order in which they came.
    var inbox: [Waiting] = []
    var pending: PendingWrites
    /// Reads that Raft has taken up, by the number they were given; rising.
    var reads: [(id: ReadID, reads: [ClientRead])] = []
    var nextReadID: ReadID = 0
    /// No later than the first deadline of a read that is owed.
    var nextReadExpiry: Microseconds?
    /// The term under whose leader the writes that are owed were placed last.
    var routedInTerm: Term?
    /// Numbers the requests that have no `msg_id`; drawn at random, so that no two runs of a member share any.
    var nextNumber: Int
    var outgoing: [PeerEnvelope] = []
    /// What of it waits for the disk.
    private var late: [PeerEnvelope] = []
    var replies: [ClientReply] = []
    /// The snapshot that is being taken, what there is of its text, and its next piece to be stored.
    var snapshotWriter: SnapshotWriter?
    var ownText = SnapshotText()
    var snapshotPiece: SnapshotPiece?
    /// The leader's snapshot, as far as it has come.
    var arriving: ArrivingSnapshot?
    /// The one that is whole and right, while it is stored.
    var arrived: ArrivingSnapshot?
    /// Why the one that came last was none.
    var snapshotFault: String?
    let areCanonical: ValueCheck
    var transfers: [PendingTransfer] = []
    /// Changes that cannot be made, until their refusal stands in the log.
    var failedChanges: [String] = []
    var detours: Detours
    /// What was passed on to this member while it was about to lead, and by whom.
    var forwardsHeldForLeadership: [(Forward, from: NodeID)] = []
    var isShuttingDown = false
    var now: Microseconds

    enum Waiting: Sendable {
        case write(RequestID)
        case read(ClientRead)
    }

    struct ClientRead: Sendable {
        var client: String
        var messageID: Int?
        var key: JSONValue
        var deadline: Microseconds
    }

    /// - Parameters:
    ///   - stored: what was stored of the member; nothing for a new one.
    ///   - areCanonical: whether values that a leader's snapshot holds are JSON, which nothing here reads.
    package init(
        settings: Raft.Settings, stored: StoredState = StoredState(),
        areCanonical: @escaping ValueCheck = { _ in true }, now: Microseconds
    ) {
        raft = Raft(
            settings: settings, hardState: stored.hardState, log: stored.log,
            snapshot: stored.snapshot, membership: stored.membership, now: now)
        store = stored.store
        store.keep(within: settings.limits)
        pending = PendingWrites(remembered: settings.limits.abandonedRemembered)
        self.areCanonical = areCanonical
        lastApplied = stored.log.lastIncludedIndex
        unapplied = UnappliedRequests(after: stored.log.lastIncludedIndex)
        detours = Detours(id: settings.id, members: settings.members, now: now)
        self.now = now
        var generator = SeededGenerator(seed: ~settings.seed)
        nextNumber = Int.random(in: 0..<(1 << 52), using: &generator)
    }

    package var limits: Limits { raft.settings.limits }

    /// The time by which `advance(to:)` must be called; nil where only input can move the member.
    package var deadline: Microseconds? {
        if snapshotWriter != nil { return now }
        return earliest(
            raft.deadline, pending.nextExpiry, nextReadExpiry, pending.retryAt, transferDeadline,
            detours.deadline(expecting: expectation, window: raft.timing.silence))
    }

    /// How long a request may wait for its answer: nine tenths of what Maelstrom's lin-kv clients wait.
    package var patience: Microseconds {
        max(1_000_000, 10 * raft.timing.oneWayLatency) * 9 / 10
    }

    private func patience(for operation: Operation) -> Microseconds {
        switch operation {
        case .read, .write, .cas: patience
        case .changeMembership, .refuseChange: limits.changePatience
        }
    }

    /// Takes how late the member is called; see `Raft.noteLateness(at:)`.
    package mutating func noteLateness(at now: Microseconds) {
        raft.noteLateness(at: now)
    }

    /// Takes the time, and acts on every deadline that it has reached.
    package mutating func advance(to now: Microseconds) {
        self.now = max(self.now, now)
        raft.advance(to: self.now)
        lookForDetours()
        expire()
        continueTransfers()
        continueSnapshot()
        if isShuttingDown { handOver() }
    }

    /// Takes the time while input waits to be received; see `Raft.advanceHeartbeats(to:)`.
    package mutating func advanceHeartbeats(to now: Microseconds) {
        self.now = max(self.now, now)
        raft.advanceHeartbeats(to: self.now)
    }

    /// Takes what a client asks.
    package mutating func receive(_ request: ClientRequest, now: Microseconds) {
        self.now = max(self.now, now)
        let deadline = self.now + patience(for: request.operation)
        if case .read(let key) = request.operation {
            nextReadExpiry = earliest(nextReadExpiry, deadline)
            inbox.append(
                .read(
                    ClientRead(
                        client: request.client, messageID: request.messageID, key: key, deadline: deadline)))
            return
        }
        let write = LoggedRequest(id: identify(request), operation: request.operation)
        if let outcome = store.outcome(of: write.id) {
            reply(to: request.client, request.messageID, Self.body(outcome, request.operation))
        } else if pending.add(write, request.messageID, deadline: deadline) {
            inbox.append(.write(write.id))
        }
    }

    private mutating func identify(_ request: ClientRequest) -> RequestID {
        if let number = request.messageID { return RequestID(client: request.client, number: number) }
        nextNumber += 1
        return RequestID(client: request.client, number: nextNumber, numberedBy: raft.id)
    }

    /// Takes a message from another member.
    package mutating func receive(_ message: PeerMessage, from sender: NodeID, now: Microseconds) {
        self.now = max(self.now, now)
        detours.heard(sender, at: self.now)
        if case .relay(let relay) = message {
            receive(relay, from: sender)
        } else {
            deliver(message, from: sender)
        }
    }

    mutating func deliver(_ message: PeerMessage, from sender: NodeID) {
        switch message {
        case .raft(let message): raft.receive(message, from: sender, now: now)
        case .forward(let forward): receive(forward, from: sender)
        case .transfer(let request): receive(request)
        case .hello(let hello): detours.take(hello, from: sender, at: now)
        // None is ever put into another.
        case .relay: break
        }
    }

    /// Whether there is anything to be done.
    package var hasReady: Bool {
        raft.hasReady || canRefuse || snapshotPiece != nil || !outgoing.isEmpty || !replies.isEmpty
            || canRoute
    }

    /// What is to be done now.
    package mutating func takeReady() -> ReplicaReady {
        appendHeldForwards()
        refuseFailedChanges()
        route()
        let ready = raft.takeReady()
        var update = ready.storage
        update.snapshotPieces = admit(update.snapshotPieces)
        update.ownSnapshotPiece = snapshotPiece
        snapshotPiece = nil
        followLog(update)
        var early: [PeerEnvelope] = []
        for envelope in outgoing {
            if mayOvertake(envelope.message, update) {
                early.append(detoured(envelope))
            } else {
                late.append(detoured(envelope))
            }
        }
        outgoing.removeAll(keepingCapacity: true)
        return ReplicaReady(early: early + ready.early.map(detoured), storage: update, events: ready.events)
    }

    /// Nothing that carries a term of this member's leaves before that term is durable.
    private func mayOvertake(_ message: PeerMessage, _ update: StorageUpdate) -> Bool {
        switch message {
        case .raft, .transfer: update.hardState == nil
        // These carry no term, but for what is relayed for another, which has stored its own.
        case .forward, .hello, .relay: true
        }
    }

    /// What `takeReady()` asked to be stored is durable: applies what is committed, and answers.
    package mutating func stored(_ update: StorageUpdate) -> ReplicaEffects {
        let effects = raft.stored(update)
        failedChanges += effects.failedChanges
        var waiting = effects.reads[...]
        answer(&waiting)
        for index in effects.committed {
            precondition(index == lastApplied + 1, "entries are applied in order, each once")
            apply(raft.log[index])
            lastApplied = index
            answer(&waiting)
        }
        precondition(waiting.isEmpty, "a read was released before its index was committed")
        unapplied.forget(upTo: lastApplied)
        if let replyToken = effects.replyToken { settle(replyToken) }
        if let piece = update.ownSnapshotPiece { stored(piece) }
        defer {
            late.removeAll(keepingCapacity: true)
            replies.removeAll(keepingCapacity: true)
        }
        return ReplicaEffects(
            late: late + effects.late.map(detoured), applied: effects.committed, replies: replies,
            events: effects.events)
    }

    private mutating func apply(_ entry: Entry) {
        switch entry.payload {
        case .noOp: break
        case .command(let command):
            guard let request = LoggedRequest(command), request.operation.isApplied else { return }
            let outcome = store.apply(request)
            if let pending = pending.settle(request.id) { answer(pending, outcome) }
        case .membership(let membership):
            // The joint one is but half of the change.
            guard !membership.isJoint, let id = RequestID(words: membership.change) else { return }
            let outcome = store.membershipChanged(by: id)
            if let pending = pending.settle(id) { answer(pending, outcome) }
        }
    }

    mutating func answer(_ pending: PendingWrites.Pending, _ outcome: OperationResult) {
        let body = Self.body(outcome, pending.request.operation)
        for waiter in pending.waiters { reply(to: pending.request.id.client, waiter.messageID, body) }
    }

    /// Answers the reads whose index is applied, and does so before another entry changes what they see.
    private mutating func answer(_ waiting: inout ArraySlice<ReadyRead>) {
        while let read = waiting.first, read.index <= lastApplied {
            waiting.removeFirst()
            guard let slot = reads.firstIndex(where: { $0.id == read.id }) else { continue }
            for read in reads.remove(at: slot).reads {
                reply(to: read.client, read.messageID, value(of: read.key))
            }
        }
    }

    private func value(of key: JSONValue) -> ClientReply.Body {
        store[key].map { .readOK($0) } ?? Self.noSuchKey(key)
    }

    mutating func reply(to client: String, _ messageID: Int?, _ body: ClientReply.Body) {
        replies.append(ClientReply(to: client, inReplyTo: messageID, body))
    }

    private static func noSuchKey(_ key: JSONValue) -> ClientReply.Body {
        .error(.keyDoesNotExist, "there is no key \(key)")
    }

    /// How a client is told of an outcome, also of one that was remembered.
    private static func body(_ outcome: OperationResult, _ operation: Operation) -> ClientReply.Body {
        switch (outcome, operation) {
        case (.written, _): .writeOK
        case (.swapped, _): .casOK
        case (.noSuchKey, .read(let key)), (.noSuchKey, .write(let key, _)),
            (.noSuchKey, .cas(let key, _, _, _)):
            noSuchKey(key)
        case (.differs, .cas(let key, let from, _, _)):
            .error(.preconditionFailed, "the current value of \(key) is not \(from)")
        case (.differs, _):
            .error(.preconditionFailed, "the current value was not what the cas expected")
        case (.membershipChanged, .changeMembership(let members)):
            .changeMembershipOK(Membership(voters: members).voters)
        case (.changeBusy, _):
            .error(.abort, "another change of membership is under way; nothing was changed")
        case (.changeBehind, _): .error(.abort, "a new voter does not catch up; nothing was changed")
        case (.noSuchKey, _), (.membershipChanged, _):
            // Two requests of one client, with one `msg_id`, and digests that are equal by chance.
            .error(.abort, "this msg_id was used for another request, which was carried out")
        }
    }
}
