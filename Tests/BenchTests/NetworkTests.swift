import XCTest

@testable import mini_maelstrom

final class NetworkTests: XCTestCase {
    private func network(_ mean: Double, _ kind: Latency.Distribution, seed: UInt64 = 1) -> Network {
        Network(
            nodes: 3, latency: Latency(mean: mean, distribution: kind), random: SeededRandom(seed: seed))
    }

    private func message(_ number: UInt8, from source: Int = 0, to destination: Int = 1) -> Network.Message {
        Network.Message(source: .node(source), destination: .node(destination), line: [number])
    }

    private func arrivals(_ network: inout Network, at now: UInt64) -> [(delivered: Bool, number: UInt8)] {
        var result: [(Bool, UInt8)] = []
        while let arrival = network.next(at: now) {
            switch arrival {
            case .delivered(let message): result.append((true, message.line[0]))
            case .dropped(let message): result.append((false, message.line[0]))
            }
        }
        return result
    }

    func testAMessageArrivesAfterItsLatencyAndNotBefore() {
        var network = network(5, .constant)
        network.send(message(1), at: 1_000_000)
        XCTAssertEqual(network.nextArrival, 6_000_000)
        XCTAssertTrue(arrivals(&network, at: 5_999_999).isEmpty)
        XCTAssertEqual(arrivals(&network, at: 6_000_000).map(\.number), [1])
        XCTAssertNil(network.nextArrival)
    }

    func testWithConstantLatencyNothingIsOvertaken() {
        var network = network(5, .constant)
        for number in 0..<100 { network.send(message(UInt8(number)), at: 7) }
        XCTAssertEqual(arrivals(&network, at: 9_000_000).map(\.number), Array(0..<100))
    }

    func testWithVaryingLatencyMessagesAreOvertakenAndArriveByDeadline() {
        for kind in [Latency.Distribution.uniform, .exponential] {
            var network = network(5, kind)
            for number in 0..<100 { network.send(message(UInt8(number)), at: 0) }
            var order: [UInt8] = []
            var last: UInt64 = 0
            while let next = network.nextArrival {
                XCTAssertGreaterThanOrEqual(next, last)
                last = next
                order += arrivals(&network, at: next).map(\.number)
            }
            XCTAssertEqual(order.sorted(), Array(0..<100))
            XCTAssertNotEqual(order, Array(0..<100))
        }
    }

    func testAMessageIsDroppedAtDeliveryWhileItsLinkIsCutInThatDirection() {
        var network = network(5, .constant)
        var cuts = Cuts(nodes: 3)
        cuts.insert(from: 0, to: 1)
        network.send(message(1), at: 0)
        network.send(message(2, from: 1, to: 0), at: 0)
        network.cut(cuts)
        XCTAssertEqual(arrivals(&network, at: 5_000_000).map(\.delivered), [false, true])
        network.send(message(3), at: 5_000_000)
        network.heal()
        XCTAssertEqual(arrivals(&network, at: 10_000_000).map(\.delivered), [true])
    }

    func testFaultsHitOnlyMessagesBetweenNodesAndClientsHaveNoLatency() {
        var network = network(5, .constant)
        (network.lossShare, network.duplicateShare) = (1, 1)
        let service = Network.Message(source: .node(0), destination: .service(.linKV), line: [1])
        network.send(service, at: 0)
        network.send(Network.Message(source: .client(9), destination: .node(1), line: [2]), at: 0)
        network.send(message(3), at: 0)
        XCTAssertEqual(arrivals(&network, at: 0).map(\.number), [2])
        XCTAssertEqual(arrivals(&network, at: 5_000_000).map(\.number), [1])
    }

    func testLatenciesHaveTheRequestedMean() {
        var random = SeededRandom(seed: 4)
        for kind in Latency.Distribution.allCases {
            let latency = Latency(mean: 20, distribution: kind)
            let draws = (0..<20_000).map { _ in Double(latency.draw(&random)) / 1e6 }
            XCTAssertEqual(draws.reduce(0, +) / 20_000, 20, accuracy: 0.5, "\(kind)")
            switch kind {
            case .constant: XCTAssertEqual(Set(draws), [20])
            case .uniform: XCTAssertTrue(draws.allSatisfy { (0...40).contains($0) })
            case .exponential: XCTAssertGreaterThan(draws.max() ?? 0, 100)
            }
        }
    }

    func testTheSameSeedDrawsTheSame() {
        var one = network(5, .exponential, seed: 8)
        var other = network(5, .exponential, seed: 8)
        for number in 0..<50 {
            one.send(message(UInt8(number)), at: 0)
            other.send(message(UInt8(number)), at: 0)
        }
        XCTAssertEqual(
            arrivals(&one, at: .max).map(\.number), arrivals(&other, at: .max).map(\.number))
    }

    func testMessagesAreLostAndDuplicatedAtTheRequestedRate() {
        var network = network(5, .exponential)
        network.lossShare = 0.25
        network.duplicateShare = 0.1
        for _ in 0..<10_000 { network.send(message(1), at: 0) }
        XCTAssertEqual(Double(network.lost), 2500, accuracy: 150)
        XCTAssertEqual(Double(network.duplicated), 750, accuracy: 100)
        XCTAssertEqual(
            arrivals(&network, at: .max).count, 10_000 - network.lost + network.duplicated)
        (network.lossShare, network.duplicateShare) = (0, 0)
        for _ in 0..<100 { network.send(message(1), at: 0) }
        XCTAssertEqual(arrivals(&network, at: .max).count, 100)
    }
}
