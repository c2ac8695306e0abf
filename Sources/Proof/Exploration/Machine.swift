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

    mutating func expectRequest(isOvertaken: Bool) {
        switch self {
        case .raft: changeRaft { $0.expectRequest(isOvertaken: isOvertaken) }
        case .replica: changeReplica { $0.expectRequest(isOvertaken: isOvertaken) }
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
    var heldForwards: Int { if case .replica(let replica) = self { replica.heldForwards } else { 0 } }

    /// Does something that only Raft alone is asked for.
    @discardableResult
    mutating func changeRaft<Result>(_ change: (inout Raft) -> Result) -> Result {
        // Taken out, so that nothing of it is copied.
        guard case .raft(var raft) = consume self else {
            preconditionFailure("a replica changes its own Raft")
        }
        let result = change(&raft)
        self = .raft(raft)
        return result
    }

    /// Does something that only a replica is asked for.
    @discardableResult
    mutating func changeReplica<Result>(_ change: (inout Replica) -> Result) -> Result {
        // Taken out, so that nothing of it is copied.
        guard case .replica(var replica) = consume self else {
            preconditionFailure("Raft alone has no clients")
        }
        let result = change(&replica)
        self = .replica(replica)
        return result
    }

    /// What tells it apart between two turns.
    func mix(into hasher: inout Hasher) {
        switch self {
        case .raft(let raft): raft.mix(into: &hasher)
        case .replica(let replica): replica.mix(into: &hasher)
        }
    }
}

extension Outgoing {
    fileprivate var envelope: PeerEnvelope { PeerEnvelope(to: to, .raft(message)) }
}
