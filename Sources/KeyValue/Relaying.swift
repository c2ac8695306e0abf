import Detours
import Raft

/// Messages on detours.
extension Replica {
    /// The one member that this one must hear all the time; nil where it must hear all, for it leads, or looks for
    /// a leader.
    var expectedSpeaker: NodeID? { raft.isLeader ? nil : raft.leader }

    mutating func lookForDetours() {
        guard let hearings = detours.advance(to: now, expecting: expectedSpeaker, window: raft.timing.silence)
        else {
            return
        }
        for other in detours.others { outgoing.append(PeerEnvelope(to: other, .hello(hearings))) }
    }

    /// Whether what is said to `member` may arrive there.
    func mayReach(_ member: NodeID) -> Bool {
        member == raft.id || !detours.unreached.contains(member)
    }

    mutating func receive(_ relay: Relay, from sender: NodeID) {
        guard detours.others.contains(relay.source) else { return }
        if let next = relay.route.first {
            guard detours.others.contains(next) else { return }
            let rest = Relay(
                source: relay.source, route: Array(relay.route.dropFirst()), message: relay.message)
            outgoing.append(PeerEnvelope(to: next, .relay(rest)))
        } else {
            take(relay.message, from: relay.source)
        }
    }
}

extension PeerEnvelope {
    /// The same on the detour that it must take, where it must.
    func detoured(by routes: [NodeID: [NodeID]], from source: NodeID) -> PeerEnvelope {
        guard let route = routes[to], let first = route.first else { return self }
        switch message {
        case .raft, .forward, .transfer:
            return PeerEnvelope(
                to: first, .relay(Relay(source: source, route: Array(route.dropFirst()), message: message)))
        // These say what a link is worth, or where they go.
        case .hello, .relay: return self
        }
    }
}
