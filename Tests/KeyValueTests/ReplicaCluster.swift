import Raft
import XCTest

@testable import KeyValue

/// A message between two replicas, and when it arrives.
struct Envelope {
    var from: NodeID
    var to: NodeID
    var message: PeerMessage
    var due: Microseconds
}

/// Replicas, their network and the clock, which stand still until a test moves them.
final class ReplicaCluster {
    let ids: [NodeID]
    private(set) var now: Microseconds = 1_000_000
    private(set) var replicas: [NodeID: Replica] = [:]
    var network: [Envelope] = []
    var latency: (NodeID, NodeID) -> Microseconds = { _, _ in 0 }
    /// Whether a message passes; asked when it arrives.
    var firewall: (Envelope) -> Bool = { _ in true }
    private var cuts: Set<[NodeID]> = []
    private(set) var replies: [NodeID: [ClientReply]] = [:]
    private(set) var sent: [Envelope] = []

    /// - Parameters:
    ///   - voters: how many of the members vote, the first ones; all, where it is nil.
    ///   - snapshotEvery: how many entries are applied between two snapshots.
    init(_ count: Int, voters: Int? = nil, snapshotEvery: Int = 10_000, seed: UInt64 = 1) {
        ids = (0..<count).map { "n\($0)" }
        for (place, id) in ids.enumerated() {
            let configuration = Raft.Configuration(
                id: id, members: ids, voters: Array(ids.prefix(voters ?? count)),
                seed: seed &* 31 &+ UInt64(place))
            replicas[id] = Replica(configuration: configuration, snapshotEvery: snapshotEvery, now: now)
        }
    }

    subscript(id: NodeID) -> Replica { replicas[id]! }

    var leaderIDs: [NodeID] { ids.filter { self[$0].raft.isLeader } }

    @discardableResult
    func with<Result>(_ id: NodeID, _ change: (inout Replica) -> Result) -> Result {
        let result = change(&replicas[id]!)
        drain(id)
        return result
    }

    private func drain(_ id: NodeID) {
        var turns = 0
        while replicas[id]!.hasReady {
            turns += 1
            guard turns < 50 else { return XCTFail("\(id) asks for its turn for ever") }
            let ready = replicas[id]!.takeReady()
            post(ready.early, from: id)
            replicas[id]!.persisted(ready)
            post(ready.late, from: id)
            replies[id, default: []] += ready.replies
        }
    }

    private func post(_ envelopes: [PeerEnvelope], from id: NodeID) {
        for envelope in envelopes {
            let due = now + latency(id, envelope.to)
            network.append(Envelope(from: id, to: envelope.to, message: envelope.message, due: due))
            sent.append(network[network.count - 1])
        }
    }

    // MARK: - Clients

    func ask(_ id: NodeID, _ client: String, _ messageID: Int?, _ operation: KeyValue.Operation) {
        with(id) { [now] in
            $0.receive(ClientRequest(client: client, messageID: messageID, operation), now: now)
        }
    }

    func write(
        _ key: JSONValue, _ value: JSONValue, at id: NodeID, _ messageID: Int?, of client: String = "c1"
    ) {
        ask(id, client, messageID, .write(key: key, value: value))
    }

    func change(_ voters: [NodeID], at id: NodeID, _ messageID: Int?, of client: String = "c1") {
        ask(id, client, messageID, .changeMembership(voters))
    }

    func transfer(to target: NodeID, at id: NodeID, _ messageID: Int?, of client: String = "c1") {
        with(id) { [now] in
            $0.transferLeadership(to: target, client: client, messageID: messageID, now: now)
        }
    }

    func read(_ key: JSONValue, at id: NodeID, _ messageID: Int?, of client: String = "c1") {
        ask(id, client, messageID, .read(key: key))
    }

    /// What the member said to a request.
    func answers(_ id: NodeID, to messageID: Int?, of client: String = "c1") -> [ClientReply.Body] {
        (replies[id] ?? []).filter { $0.client == client && $0.inReplyTo == messageID }.map(\.body)
    }

    /// The codes of the errors that the member said to a request; nil for what is no error.
    func codes(_ id: NodeID, to messageID: Int?, of client: String = "c1") -> [ErrorCode?] {
        answers(id, to: messageID, of: client).map { if case .error(let code, _) = $0 { code } else { nil } }
    }

    // MARK: - Network and time

    func elect(_ id: NodeID) {
        now += 2 * self[id].raft.timing.electionTimeout
        with(id) { [now] in $0.advance(to: now) }
        settle()
        XCTAssertTrue(self[id].raft.isLeader, "\(id) was not elected")
    }

    func cut(_ one: NodeID, _ other: NodeID) { cuts.formUnion([[one, other], [other, one]]) }

    func isolate(_ id: NodeID) {
        for other in ids where other != id { cut(id, other) }
    }

    func heal() {
        cuts = []
        firewall = { _ in true }
    }

    func deliver(_ envelope: Envelope) {
        guard !cuts.contains([envelope.from, envelope.to]), firewall(envelope) else { return }
        with(envelope.to) { [now] in $0.receive(envelope.message, from: envelope.from, now: now) }
    }

    func settle() {
        var steps = 0
        while !network.isEmpty {
            steps += 1
            guard steps < 100_000 else { return XCTFail("the replicas talk for ever") }
            deliver(network.removeFirst())
        }
    }

    func intercept(_ isMeant: (Envelope) -> Bool) -> [Envelope] {
        let taken = network.filter(isMeant)
        network.removeAll(where: isMeant)
        return taken
    }

    func wait(_ time: Microseconds) { now += time }

    func run(for time: Microseconds) {
        let end = now + time
        while let next = (network.map(\.due) + ids.compactMap { self[$0].deadline }).min(), next <= end {
            now = max(now, next)
            while let place = network.indices.min(by: { network[$0].due < network[$1].due }),
                network[place].due <= now
            {
                deliver(network.remove(at: place))
            }
            for id in ids where self[id].deadline ?? .max <= now {
                with(id) { [now] in $0.advance(to: now) }
                guard self[id].deadline ?? .max > now else { return XCTFail("\(id) is due for ever") }
            }
        }
        now = end
    }
}

/// A cluster that n0 leads; see `ReplicaCluster.init`.
func led(_ count: Int = 3, voters: Int? = nil, snapshotEvery: Int = 10_000) -> ReplicaCluster {
    let cluster = ReplicaCluster(count, voters: voters, snapshotEvery: snapshotEvery)
    cluster.elect("n0")
    return cluster
}

extension Envelope {
    var forward: Forward? { if case .forward(let forward) = message { forward } else { nil } }
    var isForward: Bool { forward != nil }

    var isSnapshot: Bool {
        guard case .raft(let message) = message, case .installSnapshot = message.body else { return false }
        return true
    }

    var isRaft: Bool { !isForward }
}

extension JSONValue: ExpressibleByStringLiteral {
    /// The literal is the value's text, as in `"\"x\""`.
    public init(stringLiteral text: String) { self.init(canonical: text) }
}
