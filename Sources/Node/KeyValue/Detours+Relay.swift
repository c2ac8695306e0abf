import Consensus
import Detours

/// Messages that travel on routes.
extension Detours {
    /// The next hop of a relayed message; nil at the end of its route, or where the next member does not exist.
    func next(of relay: Relay) -> PeerEnvelope? {
        guard let next = relay.route.first, isOther(next) else { return nil }
        let rest = Relay(source: relay.source, route: Array(relay.route.dropFirst()), message: relay.message)
        return PeerEnvelope(to: next, .relay(rest))
    }

    func detoured(_ outgoing: Outgoing) -> PeerEnvelope {
        detoured(PeerEnvelope(to: outgoing.to, .raft(outgoing.message)))
    }

    /// The same message, as a relay where it must take a detour.
    func detoured(_ envelope: PeerEnvelope) -> PeerEnvelope {
        guard let route = routes[envelope.to], let first = route.first else { return envelope }
        switch envelope.message {
        case .raft, .forward, .transfer:
            let relay = Relay(source: id, route: Array(route.dropFirst()), message: envelope.message)
            return PeerEnvelope(to: first, .relay(relay))
        // A hello tests the direct link; a relay already has its route.
        case .hello, .relay: return envelope
        }
    }
}
