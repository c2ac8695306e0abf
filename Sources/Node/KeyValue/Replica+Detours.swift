import Consensus
import Detours

/// Messages on detours.
extension Replica {
    /// The one member that this one must hear all the time; nil where it must hear all, for it leads, or looks for
    /// a leader.
    var expectedSpeaker: NodeID? { raft.isLeader ? nil : raft.leader }

    mutating func lookForDetours() {
        guard
            let advertisements = detours.advance(
                to: now, expecting: expectedSpeaker, window: raft.timing.silence)
        else {
            return
        }
        for other in detours.others { outgoing.append(PeerEnvelope(to: other, .hello(advertisements))) }
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
            deliver(relay.message, from: relay.source)
        }
    }

    func detoured(_ outgoing: Outgoing) -> PeerEnvelope {
        detoured(PeerEnvelope(to: outgoing.to, .raft(outgoing.message)))
    }

    /// The same on the detour that it must take, where it must.
    func detoured(_ envelope: PeerEnvelope) -> PeerEnvelope {
        guard let route = detours.routes[envelope.to], let first = route.first else { return envelope }
        switch envelope.message {
        case .raft, .forward, .transfer:
            let relay = Relay(source: raft.id, route: Array(route.dropFirst()), message: envelope.message)
            return PeerEnvelope(to: first, .relay(relay))
        // These say what a link is worth, or where they go.
        case .hello, .relay: return envelope
        }
    }
}
