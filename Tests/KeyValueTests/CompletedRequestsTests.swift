import Consensus
import XCTest

@testable import KeyValue

/// A request takes effect once, however often it comes.
final class CompletedRequestsTests: XCTestCase {
    private func cas(_ number: Int, _ from: JSONValue, _ to: JSONValue, create: Bool = false) -> Command {
        Command(
            RequestID(client: "c1", number: number),
            .cas(key: 1, from: from, to: to, createIfNotExists: create))
    }

    // Scenario 96
    func testTheStoreDoesWhatTheContractSays() {
        var store = Store()
        XCTAssertNil(store[1])
        XCTAssertEqual(store.apply(cas(1, 1, 2)), .noSuchKey)
        XCTAssertNil(store[1])
        XCTAssertEqual(store.apply(cas(2, 1, 2, create: true)), .swapped)
        XCTAssertEqual(store[1], 2)
        XCTAssertEqual(store.apply(cas(3, 1, 3)), .differs)
        XCTAssertEqual(store.apply(cas(4, 1, 3, create: true)), .differs)
        XCTAssertEqual(store[1], 2)
        XCTAssertEqual(store.apply(cas(5, 2, 3)), .swapped)
        XCTAssertEqual(store[1], 3)
        let write = Command(RequestID(client: "c1", number: 6), .write(key: 1, value: 4))
        XCTAssertEqual(store.apply(write), .written)
        XCTAssertEqual(store[1], 4)
        XCTAssertEqual(store.count, 1)
    }

    // Scenario 99
    func testKeysAndValuesAreComparedByTheirCodePoints() {
        var store = Store()
        let keys: [JSONValue] = [
            "1", "\"1\"", "\"\u{e9}\"", "\"e\u{301}\"", "null", "[]", "{}", "1.5", "true",
        ]
        for (number, key) in keys.enumerated() {
            let id = RequestID(client: "c", number: number)
            _ = store.apply(
                Command(id, .write(key: key, value: JSONValue(canonical: "\(number)"))))
        }
        XCTAssertEqual(store.count, keys.count)
        for (number, key) in keys.enumerated() { XCTAssertEqual(store[key]?.text, "\(number)") }
        let swap = Command(
            RequestID(client: "c", number: 99), .cas(key: "1", from: "\"0\"", to: 7, createIfNotExists: false)
        )
        XCTAssertEqual(store.apply(swap), .differs)
    }

    // Scenario 95
    func testACopyOfARequestChangesNothingAndHasTheSameResult() {
        var store = Store()
        let outcomes = [cas(1, 0, 1), cas(2, 0, 1, create: true), cas(3, 5, 6), cas(4, 1, 0), cas(5, 0, 2)]
            .map { store.apply($0) }
        XCTAssertEqual(outcomes, [.noSuchKey, .swapped, .differs, .swapped, .swapped])
        for (slot, request) in [cas(1, 0, 1), cas(2, 0, 1, create: true), cas(3, 5, 6), cas(4, 1, 0)]
            .enumerated()
        {
            XCTAssertEqual(store.apply(request), outcomes[slot])
            XCTAssertEqual(store[1], 2)
        }
    }

    func testTheLastHundredThousandRequestsAreRemembered() {
        var store = Store()
        func write(_ number: Int, _ value: JSONValue) -> Command {
            Command(RequestID(client: "c", number: number), .write(key: 1, value: value))
        }
        for number in 0..<101_000 { _ = store.apply(write(number, 0)) }
        _ = store.apply(write(101_000, 5))
        _ = store.apply(write(1_000, 0))
        XCTAssertEqual(store[1], 5, "the oldest that is remembered was carried out again")
        XCTAssertNil(store.outcome(of: write(999, 0).id))
    }

    func testClientsAreComparedByCodePointsAndNumbersByTheirOrigin() {
        let ids = [
            RequestID(client: "\u{e9}", number: 1), RequestID(client: "e\u{301}", number: 1),
            RequestID(client: "c", number: 1), RequestID(client: "c", number: 1, numberedBy: "n0"),
            RequestID(client: "c", number: 1, numberedBy: "n1"), RequestID(client: "c", number: 2),
            RequestID(client: "c", number: 1, digest: 1),
        ]
        XCTAssertEqual(Set(ids).count, ids.count)
        XCTAssertEqual(ids[0], RequestID(client: "\u{e9}", number: 1))
    }

    // Scenario 95
    func testARequestThatTheNetworkRepeatsTakesEffectOnce() {
        let cluster = led(3)
        cluster.write(1, 0, at: "n1", 1)
        cluster.settle()
        cluster.ask("n1", "c1", 2, .cas(key: 1, from: 0, to: 1, createIfNotExists: false))
        let copies = cluster.network.filter(\.isForward)
        XCTAssertEqual(copies.count, 1)
        cluster.deliver(copies[0])
        cluster.settle()
        cluster.ask("n2", "c2", 1, .cas(key: 1, from: 1, to: 0, createIfNotExists: false))
        cluster.settle()
        for _ in 0..<3 {
            cluster.deliver(copies[0])
            cluster.settle()
        }
        for id in cluster.ids { XCTAssertEqual(cluster[id].store[1], 0, "carried out twice at \(id)") }
        XCTAssertEqual(cluster.answers("n1", to: 2), [.casOK])
    }

    func testTheSameRequestToAnotherMemberIsAnsweredAsBefore() {
        let cluster = led(3)
        cluster.ask("n1", "c1", 1, .cas(key: 1, from: 0, to: 1, createIfNotExists: false))
        cluster.settle()
        cluster.write(1, 0, at: "n0", 1, of: "c2")
        cluster.settle()
        cluster.run(for: Timing.shortestElectionTimeout)
        for id in cluster.ids {
            cluster.ask(id, "c1", 1, .cas(key: 1, from: 0, to: 1, createIfNotExists: false))
            cluster.settle()
            XCTAssertEqual(cluster.codes(id, to: 1).last, .keyDoesNotExist, id)
            XCTAssertEqual(cluster[id].store[1], 0)
        }
        XCTAssertEqual(cluster.codes("n1", to: 1).count, 2)
        XCTAssertEqual(cluster.codes("n2", to: 1).count, 1)
    }

    func testAReusedMsgIDWithOtherContentIsAnotherRequest() {
        let cluster = led(3)
        for (slot, id) in cluster.ids.enumerated() {
            cluster.write(1, JSONValue(canonical: "\(slot)"), at: id, 1)
            cluster.settle()
            XCTAssertEqual(cluster["n0"].store[1]?.text, "\(slot)", id)
        }
        cluster.ask("n1", "c1", 1, .cas(key: 1, from: 2, to: 7, createIfNotExists: false))
        cluster.ask("n1", "c1", 1, .cas(key: 1, from: 2, to: 8, createIfNotExists: true))
        cluster.settle()
        XCTAssertEqual(cluster.answers("n0", to: 1), [.writeOK])
        XCTAssertEqual(cluster.answers("n1", to: 1).prefix(2), [.writeOK, .casOK])
        XCTAssertEqual(cluster.codes("n1", to: 1).last, .preconditionFailed)
        XCTAssertEqual(cluster["n0"].store[1], 7)
        cluster.change(["n0", "n1"], at: "n0", 1)
        cluster.settle()
        cluster.change(["n0"], at: "n0", 1)
        cluster.settle()
        XCTAssertEqual(
            cluster.answers("n0", to: 1).dropFirst(),
            [.changeMembershipOK(["n0", "n1"]), .changeMembershipOK(["n0"])])
        // A repetition of either is still a copy.
        cluster.write(1, 0, at: "n0", 1)
        cluster.change(["n1", "n0", "n1"], at: "n0", 1)
        cluster.settle()
        XCTAssertEqual(cluster["n0"].store[1], 7)
        XCTAssertEqual(cluster["n0"].raft.membership.voters, ["n0"])
    }

    func testTwoConcurrentRequestsWithOneMsgIDAreBothCarriedOut() {
        let cluster = led(3)
        cluster.with("n1") { [now = cluster.now] replica in
            for value in [5, 6, 5] {
                let write = ClientOperation.write(key: JSONValue(integerLiteral: value), value: 1)
                replica.receive(ClientRequest(client: "c1", messageID: 1, write), now: now)
            }
        }
        cluster.settle()
        XCTAssertEqual(cluster.answers("n1", to: 1), [.writeOK, .writeOK, .writeOK])
        XCTAssertEqual(cluster["n0"].store.count, 2)
        XCTAssertEqual(cluster["n0"].raft.log.lastIndex, 3, "the third is a copy of the first")
    }

    func testTheSameRequestAtTwoMembersAtOnceIsCarriedOutOnceAndAnsweredByBoth() {
        let cluster = led(3)
        cluster.ask("n1", "c1", 1, .cas(key: 1, from: 0, to: 1, createIfNotExists: true))
        cluster.ask("n2", "c1", 1, .cas(key: 1, from: 0, to: 1, createIfNotExists: true))
        cluster.ask("n2", "c1", 1, .cas(key: 1, from: 0, to: 1, createIfNotExists: true))
        cluster.settle()
        XCTAssertEqual(cluster.answers("n1", to: 1), [.casOK])
        XCTAssertEqual(cluster.answers("n2", to: 1), [.casOK, .casOK], "it was asked twice")
    }

    func testRequestsWithoutMsgIDAreCarriedOutEachTime() {
        let cluster = led(3)
        for _ in 0..<2 {
            cluster.write(1, 5, at: "n1", nil)
            cluster.settle()
            cluster.write(1, 6, at: "n1", nil)
            cluster.settle()
        }
        XCTAssertEqual(cluster.answers("n1", to: nil), [.writeOK, .writeOK, .writeOK, .writeOK])
        XCTAssertEqual(cluster["n0"].store[1], 6)
        cluster.read(1, at: "n2", nil)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n2", to: nil), [.readOK(6)])
    }
}
