import Consensus
import Detours

/// Messages on detours.
extension Detours {
    /// Where a relayed message goes from here; nil where it is for this member, or makes no sense.
    func next(of relay: Relay) -> PeerEnvelope? {
        guard let next = relay.route.first, isOther(next) else { return nil }
        let rest = Relay(source: relay.source, route: Array(relay.route.dropFirst()), message: relay.message)
        return PeerEnvelope(to: next, .relay(rest))
    }

    func detoured(_ outgoing: Outgoing) -> PeerEnvelope {
        detoured(PeerEnvelope(to: outgoing.to, .raft(outgoing.message)))
    }

    /// The same on the detour that it must take, where it must.
    func detoured(_ envelope: PeerEnvelope) -> PeerEnvelope {
        guard let route = routes[envelope.to], let first = route.first else { return envelope }
        switch envelope.message {
        case .raft, .forward, .transfer:
            let relay = Relay(source: id, route: Array(route.dropFirst()), message: envelope.message)
            return PeerEnvelope(to: first, .relay(relay))
        // These say what a link is worth, or where they go.
        case .hello, .relay: return envelope
        }
    }
}
