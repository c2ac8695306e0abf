import Consensus
import TestNetwork
import XCTest

@testable import KeyValue

typealias Envelope = TestNetwork<PeerMessage>.Packet

/// Replicas on a network that only a test moves.
final class ReplicaCluster: TestNetwork<PeerMessage> {
    private(set) var replicas: [NodeID: Replica] = [:]
    private(set) var replies: [NodeID: [ClientReply]] = [:]

    /// - Parameters:
    ///   - voters: the number of initial voters, counted from n0; all by default.
    ///   - snapshotEvery: the entries between two snapshots; overrides `limits`.
    ///   - areCanonical: checks the JSON values of a received snapshot.
    ///   - retentionSilence: overrides `limits`. With 0, no log is retained for a silent member, so that tests get
    ///     snapshots at once.
    init(
        _ count: Int, voters: Int? = nil, snapshotEvery: Int? = nil, limits: Limits = Limits(),
        seed: UInt64 = 1, areCanonical: @escaping ValueCheck = { _ in true },
        retentionSilence: Microseconds = 0
    ) {
        super.init(count)
        for (slot, id) in ids.enumerated() {
            var settings = Raft.Settings(
                id: id, members: ids, voters: Array(ids.prefix(voters ?? count)),
                seed: seed &* 31 &+ UInt64(slot))
            settings.limits = limits
            settings.limits.retentionSilence = retentionSilence
            if let snapshotEvery { settings.limits.snapshotEvery = snapshotEvery }
            replicas[id] = Replica(settings: settings, areCanonical: areCanonical, now: now)
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
        let isDone = replicas[id]!.drive {
            post($0.early, from: id)
        } then: {
            post($0.late, from: id)
            replies[id, default: []] += $0.replies
        }
        XCTAssertTrue(isDone, "\(id) never ends its turn")
    }

    private func post(_ envelopes: [PeerEnvelope], from id: NodeID) {
        for envelope in envelopes { post(envelope.message, from: id, to: envelope.to) }
    }

    // MARK: - Clients

    func ask(_ id: NodeID, _ client: String, _ messageID: Int?, _ operation: ClientOperation) {
        ask(id, ClientRequest(client: client, messageID: messageID, operation))
    }

    func ask(_ id: NodeID, _ client: String, _ messageID: Int?, _ request: OperatorRequest) {
        ask(id, ClientRequest(client: client, messageID: messageID, request))
    }

    private func ask(_ id: NodeID, _ request: ClientRequest) {
        with(id) { [now] in $0.receive(request, now: now) }
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
        ask(id, client, messageID, .transferLeadership(to: target))
    }

    func read(_ key: JSONValue, at id: NodeID, _ messageID: Int?, of client: String = "c1") {
        ask(id, client, messageID, .read(key: key))
    }

    /// The member's answers to a request.
    func answers(_ id: NodeID, to messageID: Int?, of client: String = "c1") -> [ClientReply.Body] {
        (replies[id] ?? []).filter { $0.client == client && $0.inReplyTo == messageID }.map(\.body)
    }

    /// The error codes of the member's answers to a request; nil for other answers.
    func codes(_ id: NodeID, to messageID: Int?, of client: String = "c1") -> [ErrorCode?] {
        answers(id, to: messageID, of: client).map { if case .error(let code, _) = $0 { code } else { nil } }
    }

    // MARK: - On the network

    func elect(_ id: NodeID) {
        now += 2 * self[id].raft.timing.electionTimeout
        advance(id)
        settle()
        XCTAssertTrue(self[id].raft.isLeader, "\(id) was not elected")
    }

    override func receive(_ message: PeerMessage, from sender: NodeID, at id: NodeID) {
        with(id) { [now] in $0.receive(message, from: sender, now: now) }
    }

    override func deadline(of id: NodeID) -> Microseconds? { self[id].deadline }

    override func advance(_ id: NodeID) {
        with(id) { [now] in $0.advance(to: now) }
    }
}

/// A cluster that n0 leads; see `ReplicaCluster.init`.
func led(
    _ count: Int = 3, voters: Int? = nil, snapshotEvery: Int? = nil, limits: Limits = Limits()
) -> ReplicaCluster {
    let cluster = ReplicaCluster(count, voters: voters, snapshotEvery: snapshotEvery, limits: limits)
    cluster.elect("n0")
    return cluster
}

extension Envelope {
    var forward: Forward? { if case .forward(let forward) = message { forward } else { nil } }
    var isForward: Bool { forward != nil }

    /// Whether the message carries a piece of a snapshot, also on a detour.
    var isSnapshot: Bool {
        var carried = message
        if case .relay(let relay) = message { carried = relay.message }
        guard case .raft(let message) = carried, case .installSnapshot = message.body else { return false }
        return true
    }

    var isVote: Bool {
        guard case .raft(let message) = message else { return false }
        switch message.body {
        case .requestVote, .requestVoteReply: return true
        default: return false
        }
    }

    var isRaft: Bool { !isForward }
}

extension JSONValue: ExpressibleByStringLiteral {
    /// The literal is the value's text, as in `"\"x\""`.
    public init(stringLiteral text: String) { self.init(canonical: text) }
}

extension ClientOperation {
    static func read(key: JSONValue) -> ClientOperation { .query(.read(key: key)) }

    static func txn(_ operations: Transaction.MicroOperation...) -> ClientOperation {
        let transaction = Transaction(operations)
        return transaction.isReadOnly ? .query(.transaction(transaction)) : .update(.transaction(transaction))
    }

    static func write(key: JSONValue, value: JSONValue) -> ClientOperation {
        .update(.write(key: key, value: value))
    }

    static func cas(key: JSONValue, from: JSONValue, to: JSONValue, createIfNotExists: Bool)
        -> ClientOperation
    {
        .update(.cas(key: key, from: from, to: to, createIfNotExists: createIfNotExists))
    }
}

extension ClientReply.Body {
    static func readOK(_ value: JSONValue) -> Self { .done(.read, [OperationField("value", value)]) }
    static let writeOK = Self.done(.write, [])
    static let casOK = Self.done(.cas, [])
}
