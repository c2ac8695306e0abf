import Consensus
import Detours

/// Messages on detours.
extension Replica {
    /// Whom this member must hear all the time.
    var expectation: Expectation { raft.isLeader ? .all : raft.leader.map { .one($0) } ?? .nobody }

    mutating func lookForDetours() {
        let hellos = detours.advance(to: now, expecting: expectation, window: raft.timing.silence)
        for (to, hello) in hellos { outgoing.append(PeerEnvelope(to: to, .hello(hello))) }
    }

    /// Whether what is said to `member` may arrive there.
    func mayReach(_ member: NodeID) -> Bool {
        member == raft.id || !detours.unreached.contains(member)
    }

    mutating func receive(_ relay: Relay, from sender: NodeID) {
        guard detours.isOther(relay.source) else { return }
        if let next = relay.route.first {
            guard detours.isOther(next) else { return }
            let rest = Relay(
                source: relay.source, route: Array(relay.route.dropFirst()), message: relay.message)
            outgoing.append(PeerEnvelope(to: next, .relay(rest)))
        } else {
            detours.heardOnDetour(relay.source, at: now)
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
