import Consensus
import KeyValue

/// What runs at a member: Raft alone, or with the store and the requests of clients.
enum Machine: Sendable {
    case raft(Raft)
    case replica(Replica)

    /// What follows once an update is durable.
    struct Effects {
        var late: [PeerEnvelope]
        var reads: [ReadyRead] = []
        var replyToken: SnapshotReplyToken?
        var replies: [ClientReply] = []
    }

    var raft: Raft {
        switch self {
        case .raft(let raft): raft
        case .replica(let replica): replica.raft
        }
    }

    var hasReady: Bool {
        switch self {
        case .raft(let raft): raft.hasReady
        case .replica(let replica): replica.hasReady
        }
    }

    mutating func receive(_ message: PeerMessage, from sender: NodeID) {
        switch self {
        case .raft:
            guard case .raft(let message) = message else { return }
            changeRaft { $0.receive(message, from: sender, now: $0.now) }
        case .replica: changeReplica { $0.receive(message, from: sender, now: $0.raft.now) }
        }
    }

    mutating func advance(to time: Microseconds) {
        switch self {
        case .raft: changeRaft { $0.advance(to: time) }
        case .replica: changeReplica { $0.advance(to: time) }
        }
    }

    mutating func takeReady() -> Ready<PeerEnvelope> {
        switch self {
        case .raft:
            let ready = changeRaft { $0.takeReady() }
            return Ready(early: ready.early.map(\.envelope), storage: ready.storage, events: ready.events)
        case .replica: return changeReplica { $0.takeReady() }
        }
    }

    mutating func stored(_ update: StorageUpdate) -> Effects {
        switch self {
        case .raft:
            let effects = changeRaft { $0.stored(update) }
            return Effects(
                late: effects.late.map(\.envelope), reads: effects.reads, replyToken: effects.replyToken)
        case .replica:
            let effects = changeReplica { $0.stored(update) }
            return Effects(late: effects.late, replies: effects.replies)
        }
    }

    /// How many forwards wait until this member leads.
    var heldForwards: Int {
        guard case .replica(let replica) = self,
            let log = Mirror(reflecting: replica).descendant("requestLog", "heldForwards")
        else { return 0 }
        return Mirror(reflecting: log).children.count
    }

    /// Does something that only Raft alone is asked for.
    @discardableResult
    mutating func changeRaft<Result>(_ change: (inout Raft) -> Result) -> Result {
        guard case .raft(var raft) = self else { preconditionFailure("a replica changes its own Raft") }
        defer { self = .raft(raft) }
        return change(&raft)
    }

    /// Does something that only a replica is asked for.
    @discardableResult
    mutating func changeReplica<Result>(_ change: (inout Replica) -> Result) -> Result {
        guard case .replica(var replica) = self else { preconditionFailure("Raft alone has no clients") }
        defer { self = .replica(replica) }
        return change(&replica)
    }

    /// A replica's is that of its Raft, all that waits or is remembered at it, and its clock, because requests have
    /// deadlines. Left out are its detours, which are never taken where no member hears that it is missed
    /// (`Turn.send`).
    func mix(into fingerprint: inout Fingerprint) {
        raft.mix(into: &fingerprint)
        guard case .replica(let replica) = self else { return }
        fingerprint.mix(replica.raft.now)
        for part in Mirror(reflecting: replica).children
        where ["requestLog", "requests", "transfers"].contains(part.label) {
            fingerprint.mix(part.label)
            fingerprint.mix(reflecting: part.value)
        }
    }
}

extension Outgoing {
    fileprivate var envelope: PeerEnvelope { PeerEnvelope(to: to, .raft(message)) }
}

extension Fingerprint {
    /// Mixes in all that `value` is made of.
    fileprivate mutating func mix(reflecting value: Any) {
        // Limits are the same at all members, and a store has thousands of empty parts.
        if value is Limits { return }
        if let bytes = value as? [UInt8] { return mix(String(decoding: bytes, as: UTF8.self)) }
        if let store = value as? Store {
            for key in StoreOperation.Key.allCases { mix(store[key.json]?.text) }
            return mix(reflecting: store.completedRequests)
        }
        let mirror = Mirror(reflecting: value)
        if mirror.children.isEmpty { return mix(String(describing: value)) }
        mix(mirror.children.count)
        guard mirror.displayStyle == .dictionary || mirror.displayStyle == .set else {
            for child in mirror.children {
                mix(child.label)
                mix(reflecting: child.value)
            }
            return
        }
        // The order in which these come says nothing.
        let parts = mirror.children.map { child in
            var part = Fingerprint()
            part.mix(reflecting: child.value)
            return String(describing: part)
        }
        for part in parts.sorted() { mix(part) }
    }
}
