import Consensus
import KeyValue
import Maelstrom
import Platform
import Storage

/// The node's state, guarded by a lock, and the turn that changes it.
struct NodeState: Sendable {
    private let options: Options
    var log: Logger
    /// Messages of this turn.
    private(set) var writer = MessageWriter()
    private var replica: Replica?
    var monitor = InvariantMonitor()
    /// The member's durable storage; nil where its state is in memory only.
    private var storage: MemberStorage<PosixDisk>?
    /// Why the node cannot go on, once it cannot, and the exit code for that, of sysexits.h.
    private(set) var failure: (text: String, exitCode: Int32)?
    private(set) var isShuttingDown = false
    private var turns = 0
    private var stopwatch: Stopwatch

    init(_ options: Options) {
        self.options = options
        log = Logger(options.log)
        stopwatch = Stopwatch(isRunning: options.log.admits(.debug, .node))
    }

    /// When the next turn is due, whether or not something is read.
    var deadline: Microseconds? { replica?.deadline }

    /// Whether a node that was told to end may do so.
    var mayEnd: Bool { isShuttingDown && replica?.mayEnd ?? true }

    /// Processes what was read, then acts on the time: a node that was stopped and resumes must see the messages that
    /// arrived meanwhile before it acts on timeouts.
    mutating func process(_ batch: Batch, at now: Microseconds) {
        turns += 1
        stopwatch.add(batch.stopwatch)
        stopwatch.start()
        for line in batch.lines { log.log(.trace, .rpc, "in  \(line)") }
        for input in batch.inputs { process(input, at: now) }
        replica?.noteLateness(at: now)
        replica?.advance(to: now)
        drain()
    }

    /// When the next heartbeat is due, whatever is read.
    var heartbeatDeadline: Microseconds? { replica?.raft.heartbeatDeadline }

    /// A turn in which nothing happens but heartbeats.
    mutating func advanceHeartbeats(to now: Microseconds) {
        turns += 1
        stopwatch.start()
        replica?.advanceHeartbeats(to: now)
        drain()
    }

    mutating func beginShutdown(at now: Microseconds) {
        isShuttingDown = true
        replica?.beginShutdown(now: now)
        drain()
    }

    /// The input has ended, so all that is owed is answered now.
    mutating func endOfInput() {
        replica?.endOfInput()
        drain()
    }

    /// Notes in the manifest how far the log reaches, at a clean end: the next start finds out if less is there.
    mutating func noteCleanPoint() {
        do {
            try storage?.noteCleanPoint()
        } catch {
            failure = ("\(error)", EX_IOERR)
        }
    }

    /// Writes the buffered messages to stdout, and then the log to stderr.
    /// - Returns: 0, or the error number of the write to stdout.
    mutating func flush() -> Int32 {
        var error: Int32 = 0
        if !writer.bytes.isEmpty {
            if log.admits(.trace, .rpc) {
                for line in writer.bytes.split(separator: UInt8(ascii: "\n")) {
                    log.log(.trace, .rpc, "out \(String(decoding: line.prefix(1000), as: UTF8.self))")
                }
            }
            error = Descriptor.standardOutput.write(writer.bytes)
            writer.clear()
        }
        log.flush()
        stopwatch.ends(.write)
        return error
    }

    /// Counts for measurements.
    var effort: String {
        "\(turns) turns, \(storage?.disk.syncs ?? 0) syncs" + (stopwatch.isRunning ? "; \(stopwatch)" : "")
    }

    // MARK: - Input

    private mutating func process(_ input: Input, at now: Microseconds) {
        switch input {
        case .initialize(let request):
            initialize(request, at: now)
        case .request(let request):
            replica?.receive(request, now: now)
        case .status(let client, let messageID):
            // Requests before it in the same batch take effect first, as whoever typed them expects.
            drain()
            guard let status = replica?.status else { return }
            writer.write(ClientReply(to: client, inReplyTo: messageID, .statusOK(status)))
        case .log(let range, let client, let messageID):
            drain()
            guard let excerpt = replica?.excerpt(range) else { return }
            writer.write(ClientReply(to: client, inReplyTo: messageID, .logOK(excerpt)))
        case .peer(let message, let member):
            replica?.receive(message, from: member, now: now)
        case .refusal(let refusal):
            let isMember = replica?.raft.settings.members.holds(refusal.destination) ?? false
            log.log(
                isMember ? .warning : .debug, isMember ? .rpc : .client,
                "tells \(refusal.destination) error \(refusal.code.rawValue): \(refusal.text)")
            writer.write(refusal)
        case .unusable(let reason):
            log.log(.warning, .node, "drops \(reason)")
        case .unneeded(let reason):
            log.log(.debug, .rpc, "ignores \(reason)")
        }
    }

    // MARK: - The start

    private mutating func initialize(_ request: Initialize, at now: Microseconds) {
        if replica == nil {
            guard knowsVoters(request) else { return }
            begin(request.identity, at: now)
            guard failure == nil else { return }
        }
        writer.write(initOKTo: request.client, inReplyTo: request.messageID)
        // Recovery is not part of any request.
        stopwatch.start()
        // A lone voter leads at once.
        replica?.advance(to: now)
    }

    /// Whether `--members` names none but those whom the `init` names; else that is said, and the node cannot go on.
    private mutating func knowsVoters(_ request: Initialize) -> Bool {
        let identity = request.identity
        guard let stranger = options.voters?.first(where: { !identity.members.holds($0) }) else {
            return true
        }
        let text = "--members takes ids that init's node_ids hold; \"\(stranger)\" is none of them"
        writer.write(
            Refusal(
                from: identity.id, to: request.client, inReplyTo: request.messageID, .malformedRequest, text))
        _ = flush()
        failure = (text, EX_USAGE)
        return false
    }

    /// Makes the member of what is stored of it; where that cannot be, there is a failure.
    private mutating func begin(_ identity: Identity, at now: Microseconds) {
        var generator = SystemRandomNumberGenerator()
        let initialVoters = options.voters ?? identity.members
        guard let stored = open(identity.id, initialVoters: initialVoters) else { return }
        var settings = Raft.Settings(
            id: identity.id, members: identity.members, voters: stored.initialVoters ?? initialVoters,
            timing: Timing(
                electionTimeout: options.electionTimeout, heartbeatInterval: options.heartbeatInterval),
            seed: generator.next())
        settings.isInMemory = storage == nil
        settings.limits = options.limits
        let replica = Replica(
            settings: settings, stored: stored, areCanonical: MessageDecoder().areCanonical,
            now: now)
        self.replica = replica
        let members = identity.members.joined(separator: " ")
        let membership = replica.raft.membership
        guard membership.hasQuorum(among: identity.members) else {
            failure = (
                "what is stored makes the voters \(membership.words), and init's node_ids hold no quorum of them: "
                    + members, EX_DATAERR
            )
            return
        }
        writer.identify(as: identity.id)
        log.id = identity.id
        log.isVoter = membership.contains(identity.id)
        log.role = replica.status.role
        let standing = Logger.standing(log.role, in: replica.raft.currentTerm)
        let warning = "; its state is in memory only, so it must not be started again within this cluster"
        log.log(
            .info, .node,
            "one of \(members); voters are \(membership.voters.joined(separator: " "))"
                + "\(storage == nil ? warning : "") \(standing)")
    }

    /// The member's stored state; nil, with `failure` set, where it cannot be read.
    private mutating func open(_ id: NodeID, initialVoters: [NodeID]) -> StoredState? {
        guard let directory = options.dataDirectory else { return StoredState() }
        do {
            let disk = try PosixDisk(MemberDirectory.path(of: id, in: directory))
            let (storage, found) = try MemberStorage.open(on: disk, node: id, initialVoters: initialVoters)
            self.storage = storage
            let state = found.state
            log.id = id
            log.term = state.hardState.term
            if let torn = found.tornTail { log.log(.warning, .snapshot, "\(torn); they are cut off") }
            log.log(
                .info, .snapshot,
                "keeps its state in \(directory): term \(state.hardState.term), voted for "
                    + "\(state.hardState.votedFor ?? "nobody"), snapshot up to \(state.log.lastIncludedIndex), "
                    + "log up to \(state.log.lastIndex)")
            if state.hardState.lostLog != nil {
                log.log(.error, .replication, "has lost its log before: \(Logger.lostLog)")
            }
            return state
        } catch {
            failure = ("\(error)", MemberDirectory.exitCode(error))
            return nil
        }
    }

    // MARK: - Output

    /// Takes all rounds that are due. Nothing that must wait for the disk leaves if it fails.
    private mutating func drain() {
        guard failure == nil, var replica = replica.take() else { return }
        defer { self.replica = replica }
        do {
            guard try replica.drive({ try store($0) }, then: { act(on: $0) }) else {
                failure = (
                    "its state is impossible: there is always more to be done (a turn ends within "
                        + "\(options.limits.roundsPerTurn) rounds)", EX_SOFTWARE
                )
                return
            }
            // What is said in this turn has not left yet.
            if let violation = monitor.violation(of: replica.raft) ?? replica.violatedInvariant() {
                failure = ("its state is impossible: \(violation)", EX_SOFTWARE)
            }
        } catch {
            failure = ("\(error)", EX_IOERR)
        }
    }

    /// Makes durable what must be. What may leave early is written before.
    private mutating func store(_ ready: ReplicaReady) throws {
        stopwatch.ends(.step)
        if let term = ready.storage.hardState?.term { log.term = term }
        for event in ready.events { log.narrate(event) }
        for envelope in ready.early { writer.write(envelope) }
        stopwatch.ends(.encode)
        guard !ready.storage.isEmpty, storage != nil else { return }
        _ = flush()
        try storage?.store(ready.storage)
        stopwatch.ends(.store)
    }

    private mutating func act(on effects: ReplicaEffects) {
        stopwatch.ends(.step)
        for event in effects.events { log.narrate(event) }
        for envelope in effects.late { writer.write(envelope) }
        for reply in effects.replies {
            if case .error(let code, let text) = reply.body {
                log.log(.debug, .client, "tells \(reply.client) error \(code.rawValue): \(text)")
            }
            writer.write(reply)
        }
        stopwatch.ends(.encode)
    }
}
