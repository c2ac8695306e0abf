import XCTest

@testable import Consensus

/// Found by the simulation: a network much slower than the initial timeouts.
final class SlowElectionTests: XCTestCase {
    private struct Flying {
        var arrives: Microseconds
        var from: NodeID
        var outgoing: Outgoing
    }

    private let names = ["n0", "n1", "n2"]

    private func members() -> [Raft] {
        names.enumerated().map { index, name in
            Raft(settings: Raft.Settings(id: name, members: names, seed: UInt64(index)), now: 0)
        }
    }

    /// Runs members over links that take `latency` each way, until `isOver`.
    /// - Returns: the time at which `isOver` held.
    private func run(
        _ members: inout [Raft], _ flying: inout [Flying], latency: Microseconds,
        from start: Microseconds = 0,
        until end: Microseconds, _ isOver: (Raft, [ReadyRead]) -> Bool
    ) -> Microseconds? {
        for now in stride(from: start, to: end, by: 10_000) {
            let arrived = flying.filter { $0.arrives <= now }
            flying.removeAll { $0.arrives <= now }
            for index in members.indices {
                for one in arrived where one.outgoing.to == names[index] {
                    members[index].receive(one.outgoing.message, from: one.from, now: now)
                }
                members[index].advance(to: now)
                let (sent, reads) = members[index].drain()
                flying += sent.map { Flying(arrives: now + latency, from: names[index], outgoing: $0) }
                if isOver(members[index], reads) { return now }
            }
        }
        return nil
    }

    // Campaigns followed each other so fast that the answers to each came after it was forgotten, so members never
    // measured the network.
    func testMembersMeasureASlowNetworkFromLateAnswers() {
        for latency in [1_000, 100_000, 500_000, 1_000_000, 2_000_000] {
            var members = members()
            var flying: [Flying] = []
            let elected = run(&members, &flying, latency: latency, until: 120_000_000) { raft, _ in
                raft.isLeader
            }
            XCTAssertNotNil(elected, "\(latency) us")
        }
    }

    // The retry interval was half an election timeout, which on a steady network is less than a round trip, so every
    // answer was to an abandoned question.
    func testAFollowersReadIsAnsweredOverASteadySlowNetwork() throws {
        for latency in [10_000, 100_000, 300_000] {
            var members = members()
            var flying: [Flying] = []
            // Long enough for the estimate to lose its initial deviation.
            _ = run(&members, &flying, latency: latency, until: 150_000_000) { _, _ in false }
            let follower = try XCTUnwrap(members.firstIndex { !$0.isLeader && $0.leader != nil })
            members[follower].read(1)
            let answered = run(
                &members, &flying, latency: latency, from: 150_000_000, until: 180_000_000
            ) { _, reads in !reads.isEmpty }
            XCTAssertLessThan(try XCTUnwrap(answered, "\(latency) us"), 150_000_000 + 5 * latency + 100_000)
        }
    }
}
