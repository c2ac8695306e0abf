import XCTest

@testable import Raft

/// Found by the simulation: a network far slower than the first timeouts.
final class SlowNetworkTests: XCTestCase {
    private struct Flying {
        var arrives: Microseconds
        var from: NodeID
        var outgoing: Outgoing
    }

    /// Runs members over links that take `latency` each way.
    /// - Returns: when one of them first led.
    private func firstLeader(latency: Microseconds, until end: Microseconds) -> Microseconds? {
        let names = ["n0", "n1", "n2"]
        var members = names.enumerated().map { index, name in
            Raft(configuration: Raft.Configuration(id: name, members: names, seed: UInt64(index)), now: 0)
        }
        var flying: [Flying] = []
        for now in stride(from: 0, to: end, by: 10_000) {
            let arrived = flying.filter { $0.arrives <= now }
            flying.removeAll { $0.arrives <= now }
            for index in members.indices {
                for one in arrived where one.outgoing.to == names[index] {
                    members[index].receive(one.outgoing.message, from: one.from, now: now)
                }
                members[index].advance(to: now)
                while members[index].hasReady {
                    let ready = members[index].takeReady()
                    members[index].persisted(ready)
                    flying += (ready.early + ready.late).map {
                        Flying(arrives: now + latency, from: names[index], outgoing: $0)
                    }
                }
            }
            if members.contains(where: \.isLeader) { return now }
        }
        return nil
    }

    // Campaigns followed each other so fast that none was remembered when its answers came, so the members
    // never learned how slow the network is, and asked for ever.
    func testMembersLearnThatTheNetworkIsSlowFromLateAnswers() {
        for latency in [1_000, 100_000, 500_000, 1_000_000, 2_000_000] {
            XCTAssertNotNil(firstLeader(latency: latency, until: 120_000_000), "\(latency) us")
        }
    }
}
