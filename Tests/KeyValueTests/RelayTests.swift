import Consensus
import XCTest

@testable import KeyValue

/// Messages on detours; DetoursTests covers how routes are found.
final class RelayTests: XCTestCase {
    private let request = Proposal.command(
        Command(RequestID(client: "c9", number: 1), .write(key: "\"x\"", value: 5)))
    private let timeout = Timing.shortestElectionTimeout

    /// Runs the cluster as the node does, where each turn ends by advancing the time.
    private func run(_ cluster: ReplicaCluster, for time: Microseconds) {
        for _ in 0..<(time / 5_000) {
            cluster.run(for: 5_000)
            for id in cluster.ids { cluster.with(id) { $0.advance(to: cluster.now) } }
        }
    }

    func testAFollowerBehindACutIsServedThroughTheThirdMember() {
        let cluster = led()
        cluster.latency = { _, _ in 1_000 }
        cluster.cut("n0", "n1")
        run(cluster, for: 4 * timeout)
        let terms = cluster.ids.map { cluster[$0].raft.currentTerm }
        cluster.write(1, 5, at: "n1", 1)
        cluster.read(1, at: "n1", 2)
        run(cluster, for: timeout)
        XCTAssertEqual(cluster.answers("n1", to: 1), [.writeOK])
        XCTAssertEqual(cluster.answers("n1", to: 2), [.readOK(5)])
        XCTAssertEqual(cluster.ids.map { cluster[$0].raft.currentTerm }, terms, "somebody stood meanwhile")
    }

    func testARelayIsForwardedUnchangedAndCountsAsItsSourcesMessage() {
        let cluster = led()
        let forward = PeerMessage.forward(Forward([request], limit: 100))
        let way = PeerMessage.relay(Relay(source: "n1", route: ["n0"], message: forward))
        cluster.with("n2") { $0.receive(way, from: "n1", now: cluster.now) }
        let passedOn = cluster.intercept { if case .relay = $0.message { true } else { false } }
        XCTAssertEqual(passedOn.map(\.to), ["n0"])
        XCTAssertEqual(passedOn.map(\.message), [.relay(Relay(source: "n1", route: [], message: forward))])
        for envelope in passedOn { cluster.deliver(envelope) }
        cluster.settle()
        XCTAssertEqual(cluster["n0"].store[JSONValue(canonical: "\"x\"")], 5)
    }

    func testARelayOfOrToAStrangerIsDropped() {
        let cluster = led()
        let forward = PeerMessage.forward(Forward([request], limit: 100))
        let inner = PeerMessage.relay(Relay(source: "n1", route: [], message: forward))
        for relay in [
            Relay(source: "n7", route: [], message: forward),
            Relay(source: "n1", route: ["n7"], message: forward),
            Relay(source: "n1", route: ["n0"], message: forward),
            // A nested relay would hide its source.
            Relay(source: "n1", route: [], message: inner),
        ] {
            cluster.with("n0") { $0.receive(.relay(relay), from: "n2", now: cluster.now) }
            XCTAssertEqual(cluster.network.count, 0)
            XCTAssertNil(cluster["n0"].store[JSONValue(canonical: "\"x\"")])
        }
    }

    func testARequestThatCannotReachTheLeaderIsAnswered11InTime() {
        let cluster = led()
        cluster.latency = { _, _ in 1_000 }
        cluster.firewall = { $0.from != "n1" }
        run(cluster, for: 4 * timeout)
        XCTAssertEqual(cluster["n1"].raft.leader, "n0")
        cluster.write(1, 5, at: "n1", 1)
        run(cluster, for: cluster["n1"].patience + 5_000)
        XCTAssertEqual(cluster.codes("n1", to: 1), [.temporarilyUnavailable])
    }
}
