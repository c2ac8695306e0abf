import Consensus
import XCTest

@testable import KeyValue

/// The order that a client sees when it types one request after another.
final class OrderTests: XCTestCase {
    private func lone() -> ReplicaCluster { ReplicaCluster(1) }

    func testALoneMemberAnswersRequestsFromBeforeItsElectionAtOnce() {
        let cluster = lone()
        cluster.write(1, "{\"any\":[\"json\"]}", at: "n0", 2)
        cluster.read(1, at: "n0", 3)
        XCTAssertEqual(cluster.replies["n0"] ?? [], [])
        cluster.with("n0") { [now = cluster.now] in $0.advance(to: now) }
        XCTAssertEqual(
            cluster.replies["n0"],
            [
                ClientReply(to: "c1", inReplyTo: 2, .writeOK),
                ClientReply(to: "c1", inReplyTo: 3, .readOK("{\"any\":[\"json\"]}")),
            ])
        cluster.run(for: 1_000_000)
        XCTAssertNil(cluster["n0"].deadline)
        XCTAssertEqual(cluster.replies["n0"]?.count, 2)
    }

    func testRequestsOfOneTurnAreCarriedOutAndAnsweredInOrder() {
        for isLeading in [false, true] {
            let cluster = lone()
            if isLeading { cluster.with("n0") { [now = cluster.now] in $0.advance(to: now) } }
            let typed: [ClientOperation] = [
                .read(key: 1), .write(key: 1, value: 1), .read(key: 1), .write(key: 1, value: 2),
                .read(key: 1),
                .cas(key: 1, from: 2, to: 3, createIfNotExists: false), .read(key: 1),
                .cas(key: 1, from: 2, to: 4, createIfNotExists: false), .read(key: 1),
            ]
            cluster.with("n0") { [now = cluster.now] replica in
                for (number, operation) in typed.enumerated() {
                    replica.receive(
                        ClientRequest(client: "c1", messageID: number, operation), now: now)
                }
                replica.advance(to: now)
            }
            let answers = typed.indices.map { cluster.answers("n0", to: $0) }
            XCTAssertEqual(cluster.codes("n0", to: 0), [.keyDoesNotExist], "it saw a later write")
            XCTAssertEqual(answers[2], [.readOK(1)])
            XCTAssertEqual(answers[4], [.readOK(2)])
            XCTAssertEqual(answers[6], [.readOK(3)])
            XCTAssertEqual(cluster.codes("n0", to: 7), [.preconditionFailed])
            XCTAssertEqual(answers[8], [.readOK(3)])
            XCTAssertEqual(cluster.replies["n0"]?.map(\.inReplyTo), Array(typed.indices))
        }
    }

    func testAReadAtAnyMemberSeesAnEarlierWrite() {
        let cluster = led(3)
        for (number, id) in cluster.ids.enumerated() {
            cluster.write(1, JSONValue(canonical: "\(number)"), at: id, 10 + number)
            cluster.read(1, at: id, 20 + number)
            cluster.settle()
            cluster.run(for: 100_000)
            XCTAssertEqual(cluster.answers(id, to: 10 + number), [.writeOK])
            XCTAssertEqual(cluster.answers(id, to: 20 + number), [.readOK(JSONValue(canonical: "\(number)"))])
        }
    }

    func testWritesOfOneClientTakeEffectInOrder() {
        let cluster = led(3)
        cluster.with("n1") { [now = cluster.now] replica in
            for number in 0..<50 {
                let value = JSONValue(canonical: "\(number)")
                replica.receive(
                    ClientRequest(client: "c1", messageID: number, .write(key: 1, value: value)), now: now)
            }
        }
        XCTAssertEqual(cluster.network.filter(\.isForward).map { $0.forward?.requests.count }, [50])
        cluster.settle()
        XCTAssertEqual(cluster["n0"].store[1], 49)
        XCTAssertEqual(cluster.replies["n1"]?.map(\.inReplyTo), Array(0..<50))
    }

    // Scenario 59
    func testManyReadsOfOneTurnAreOneQuestion() {
        let cluster = led(3)
        cluster.write(1, 5, at: "n0", 0)
        cluster.settle()
        let before = cluster.sent.count
        cluster.with("n1") { [now = cluster.now] replica in
            for number in 1...100 {
                replica.receive(ClientRequest(client: "c1", messageID: number, .read(key: 1)), now: now)
            }
        }
        cluster.settle()
        for number in 1...100 { XCTAssertEqual(cluster.answers("n1", to: number), [.readOK(5)]) }
        // The question, a round of two, their answers, and the reply.
        XCTAssertLessThanOrEqual(cluster.sent.count - before, 6)
        XCTAssertEqual(cluster["n0"].raft.log.lastIndex, 2)
    }

    // Scenario 53
    func testALeaderThatWasCutOffAnswersNoStaleRead() {
        let cluster = led(3)
        cluster.write(1, 5, at: "n0", 1)
        cluster.settle()
        cluster.isolate("n0")
        cluster.read(1, at: "n0", 2)
        cluster.run(for: 600_000)
        let next = cluster.leaderIDs.first { $0 != "n0" }!
        cluster.write(1, 6, at: next, 3)
        cluster.settle()
        cluster.read(1, at: "n0", 4)
        cluster.heal()
        cluster.run(for: 600_000)
        for number in [2, 4] {
            XCTAssertEqual(cluster.answers("n0", to: number).count, 1)
            XCTAssertNotEqual(cluster.answers("n0", to: number), [.readOK(5)])
        }
    }
}
