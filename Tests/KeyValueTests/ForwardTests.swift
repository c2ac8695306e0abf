import Consensus
import TestPrograms
import XCTest

@testable import KeyValue

/// How a write reaches the leader, also after losses.
final class ForwardTests: XCTestCase {
    private let patience: Microseconds = 900_000

    /// Small limits, in place of 50,000 entries.
    private var small: Limits {
        var limits = Limits()
        limits.requestsRemembered = 1_000
        limits.forwardReach = 400
        limits.logAhead = 300
        return limits
    }

    private func request(_ number: Int, _ value: JSONValue = 5) -> Proposal {
        .command(Command(RequestID(client: "c", number: number), .write(key: 1, value: value)))
    }

    // Scenario 43
    func testAFollowerForwardsWritesAndAnswersThemItself() {
        let cluster = led()
        cluster.write(1, 5, at: "n1", 1)
        XCTAssertEqual(cluster.network.filter(\.isForward).map(\.to), ["n0"])
        cluster.settle()
        XCTAssertEqual(cluster.answers("n1", to: 1), [.writeOK])
        XCTAssertEqual(cluster.replies["n0"] ?? [], [])
        XCTAssertEqual(cluster.replies["n2"] ?? [], [])
    }

    func testALostForwardIsRepeatedInTime() {
        let cluster = led()
        cluster.write(1, 5, at: "n1", 1)
        XCTAssertEqual(cluster.intercept(\.isForward).count, 1)
        cluster.run(for: 500_000)
        XCTAssertEqual(cluster.answers("n1", to: 1), [.writeOK])
        XCTAssertEqual(cluster["n0"].raft.log.lastIndex, 2)
    }

    func testAWriteIsForwardedOnceOnASlowNetworkWithoutLoss() {
        _ = concurrently([1_000, 20_000, 100_000]) { latency in
            let cluster = ReplicaCluster(3)
            cluster.latency = { _, _ in latency }
            cluster.run(for: 30_000_000)
            let follower = cluster.ids.first { $0 != cluster.leaderIDs[0] }!
            let before = cluster.sent.filter(\.isForward).count
            let length = cluster[follower].raft.log.lastIndex
            cluster.write(1, 5, at: follower, 1)
            cluster.run(for: 5 * latency)
            XCTAssertEqual(cluster.answers(follower, to: 1), [.writeOK], "\(latency)")
            XCTAssertEqual(cluster.sent.filter(\.isForward).count, before + 1, "\(latency)")
            XCTAssertEqual(cluster[follower].raft.log.lastIndex, length + 1, "\(latency)")
        }
    }

    func testAWriteIsForwardedToTheNextLeaderAndCarriedOutOnce() {
        for asked in ["n0", "n1"] {
            let cluster = led()
            cluster.write(1, 0, at: "n0", 0)
            cluster.settle()
            cluster.ask(asked, "c1", 1, .cas(key: 1, from: 0, to: 1, createIfNotExists: false))
            let lost = cluster.intercept { _ in true }
            // It may or may not have reached n2's log.
            for envelope in lost where envelope.to == "n2" { cluster.deliver(envelope) }
            cluster.cut("n0", "n2")
            cluster.firewall = { !($0.isForward && $0.to == "n0") }
            cluster.with("n2") { [now = cluster.now] in
                let order = TimeoutNow(term: $0.raft.currentTerm, leader: "n0")
                $0.receive(.raft(RaftMessage(.timeoutNow(order))), from: "n0", now: now)
            }
            cluster.settle()
            XCTAssertTrue(cluster["n2"].raft.isLeader)
            cluster.heal()
            cluster.run(for: 700_000)
            XCTAssertEqual(cluster.answers(asked, to: 1), [.casOK], asked)
            cluster.run(for: 2_000_000)
            XCTAssertEqual(cluster.answers(asked, to: 1), [.casOK], "it was answered twice")
            for id in cluster.ids { XCTAssertEqual(cluster[id].store[1], 1) }
        }
    }

    func testAWriteTruncatedFromTheLogOfADeposedLeaderIsForwardedToTheNext() {
        let cluster = led()
        cluster.write(1, 5, at: "n0", 1)
        // No other member has the entry when n2 takes over.
        _ = cluster.intercept { _ in true }
        cluster.with("n2") { [now = cluster.now] in
            let order = TimeoutNow(term: $0.raft.currentTerm, leader: "n0")
            $0.receive(.raft(RaftMessage(.timeoutNow(order))), from: "n0", now: now)
        }
        cluster.firewall = { $0.to != "n0" || $0.isForward }
        cluster.settle()
        XCTAssertTrue(cluster["n2"].raft.isLeader)
        cluster.heal()
        cluster.run(for: 200_000)
        XCTAssertEqual(cluster.answers("n0", to: 1), [.writeOK])
        for id in cluster.ids { XCTAssertEqual(cluster[id].store[1], 5) }
    }

    func testAMemberThatDoesNotLeadDropsForwards() {
        let cluster = led()
        let forward = Forward([request(1)], limit: 1_000)
        cluster.deliver(Envelope(from: "n1", to: "n2", message: .forward(forward), due: 0))
        XCTAssertEqual(cluster.network.count, 0)
        XCTAssertEqual(cluster["n2"].raft.log.lastIndex, 1)
    }

    // Scenario 95
    func testALeaderRefusesACopyBeyondItsLimit() {
        let cluster = led()
        for (limit, isTaken) in [(0, false), (1, false), (2, true), (.max, true), (-1, false)] {
            let length = cluster["n0"].raft.log.lastIndex
            let offset = limit == 2 ? length + 1 : limit == 1 ? length : limit
            let forward = Forward([request(abs(limit) % 1_000_003)], limit: offset)
            cluster.deliver(Envelope(from: "n1", to: "n0", message: .forward(forward), due: 0))
            cluster.settle()
            XCTAssertEqual(cluster["n0"].raft.log.lastIndex, length + (isTaken ? 1 : 0), "\(limit)")
        }
    }

    // Scenario 43
    func testALeaderPutsNoCopyIntoItsLogBeforeTheFirstIsApplied() {
        let cluster = led()
        func forward(from sender: NodeID) {
            let forward = Forward([request(1), request(2)], limit: 1_000)
            cluster.deliver(Envelope(from: sender, to: "n0", message: .forward(forward), due: 0))
        }
        for sender in ["n1", "n2", "n1"] { forward(from: sender) }
        cluster.write(1, 5, at: "n0", 2, of: "c")
        cluster.write(1, 5, at: "n0", 2, of: "c")
        XCTAssertEqual(cluster["n0"].raft.log.lastIndex, 3)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n0", to: 2, of: "c"), [.writeOK, .writeOK])
        // Known from its outcome now.
        forward(from: "n2")
        XCTAssertEqual(cluster["n0"].raft.log.lastIndex, 3)
    }

    func testAMemberThatIsAboutToLeadHoldsARepeatedForwardOnce() {
        let cluster = led(3)
        cluster.isolate("n2")
        cluster.with("n2") { [now = cluster.now] in
            let order = TimeoutNow(term: $0.raft.currentTerm, leader: "n0")
            $0.receive(.raft(RaftMessage(.timeoutNow(order))), from: "n0", now: now)
            for requests in [[1], [1], [1, 2], [2]] {
                let forward = Forward(requests.map { request($0) }, limit: 100)
                $0.receive(.forward(forward), from: "n1", now: now)
            }
            let held = $0.requestLog.heldForwards.map { $0.forward.requests.map(\.id.number) }
            XCTAssertEqual(held, [[1], [2]])
        }
    }

    func testAForwardCarriesTheLastIndexForItsRequests() {
        let cluster = led()
        cluster.write(1, 5, at: "n1", 1)
        let limit = cluster.network.compactMap(\.forward).first?.limit
        XCTAssertEqual(limit, cluster["n1"].lastApplied + Limits().forwardReach)
    }

    /// After a snapshot, a member cannot know whether a copy was carried out and forgotten.
    func testARepeatedForwardKeepsItsFirstLimit() {
        let cluster = led()
        cluster.write(1, 5, at: "n1", 1)
        let first = cluster.intercept(\.isForward).compactMap(\.forward).first?.limit
        for number in 2...20 { cluster.write(1, 6, at: "n0", number) }
        cluster.settle()
        cluster.run(for: cluster["n0"].raft.timing.heartbeatInterval)
        XCTAssertGreaterThan(cluster["n1"].lastApplied, 10)
        cluster.firewall = { !$0.isForward }
        cluster.run(for: patience)
        let limits = cluster.sent.compactMap(\.forward).map(\.limit)
        XCTAssertGreaterThan(limits.count, 1)
        XCTAssertEqual(Set(limits), [first])
        XCTAssertEqual(cluster.codes("n1", to: 1), [.timeout])
    }

    func testARequestBeyondItsLimitIsNotForwardedAndIsAnswered0() {
        let cluster = led(limits: small)
        cluster.write(1, 5, at: "n1", 1)
        _ = cluster.intercept(\.isForward)
        let limit = cluster["n1"].lastApplied + small.forwardReach
        cluster.with("n0") { replica in
            while replica.raft.log.lastIndex < limit {
                _ = replica.tamper { raft, _ in raft.propose(Command("c 0 write 1 2")) }
            }
        }
        cluster.settle()
        cluster.run(for: cluster["n0"].raft.timing.heartbeatInterval)
        XCTAssertEqual(cluster["n1"].lastApplied, limit)
        let before = cluster.sent.filter(\.isForward).count
        cluster.run(for: patience)
        XCTAssertEqual(cluster.sent.filter(\.isForward).count, before)
        XCTAssertEqual(cluster.codes("n1", to: 1), [.timeout])
        // A new request of the client gets a new limit.
        cluster.write(1, 5, at: "n1", 1)
        cluster.settle()
        XCTAssertEqual(cluster.answers("n1", to: 1).last, .writeOK)
    }

    func testALeaderWhoseLogIsFarAheadQueuesRequestsAndEndsItsTurn() {
        let cluster = led(limits: small)
        cluster.isolate("n0")
        cluster.with("n0") { [now = cluster.now] replica in
            for number in 0..<(small.logAhead + 100) {
                let write = ClientOperation.write(key: 1, value: 2)
                replica.receive(ClientRequest(client: "c1", messageID: number, write), now: now)
            }
        }
        XCTAssertEqual(cluster["n0"].raft.log.lastIndex, 1 + small.logAhead)
        cluster.run(for: patience)
        let codes = (cluster.replies["n0"] ?? []).map { reply -> ErrorCode? in
            if case .error(let code, _) = reply.body { code } else { nil }
        }
        XCTAssertEqual(codes.count { $0 == .timeout }, small.logAhead)
        XCTAssertEqual(codes.count { $0 == .temporarilyUnavailable }, 100)
    }

    /// A cluster of five in which n1 holds 30 entries that it does not know to be committed, with a limit of 20.
    private func farAhead() -> ReplicaCluster {
        var limits = Limits()
        limits.forwardReach = 20
        let cluster = ReplicaCluster(5, limits: limits)
        cluster.elect("n0")
        cluster.firewall = { $0.from == "n0" && $0.to == "n1" }
        for number in 1...30 {
            let forward = Forward([request(number)], limit: 1_000)
            cluster.with("n0") { [now = cluster.now] in $0.receive(.forward(forward), from: "n1", now: now) }
            cluster.settle()
        }
        XCTAssertEqual(cluster["n1"].raft.log.lastIndex, 31)
        XCTAssertEqual(cluster["n1"].lastApplied, 1)
        return cluster
    }

    // After a start, nothing is known to be committed, and the leader refused forwards until the requests expired.
    func testAWriteWaitsUntilItsLimitIsBeyondTheLog() {
        let cluster = farAhead()
        cluster.write(1, 5, at: "n1", 1)
        XCTAssertEqual(cluster.network.count(where: \.isForward), 0)
        cluster.heal()
        cluster.firewall = { _ in true }
        cluster.run(for: 200_000)
        XCTAssertEqual(cluster.answers("n1", to: 1), [.writeOK])
    }

    func testANewLeaderQueuesRequestsWhileItsLogIsFarAhead() {
        let cluster = farAhead()
        cluster.firewall = { $0.from != "n0" && $0.to != "n0" && ($0.isVote || $0.from == "n1") }
        cluster.elect("n1")
        cluster.write(1, 5, at: "n1", 1)
        cluster.settle()
        XCTAssertEqual(cluster["n1"].raft.log.lastIndex, 32)
        cluster.firewall = { _ in true }
        cluster.run(for: 200_000)
        XCTAssertEqual(cluster.answers("n1", to: 1), [.writeOK])
    }

    func testACopyOfAnAppliedRequestIsNotAppended() {
        let cluster = led()
        cluster.write(1, 5, at: "n1", 1)
        let copy = cluster.network.first(where: \.isForward)!
        cluster.settle()
        let length = cluster["n0"].raft.log.lastIndex
        cluster.deliver(copy)
        cluster.settle()
        XCTAssertEqual(cluster["n0"].raft.log.lastIndex, length)
    }

    func testForwardsAreSplitBySize() {
        let cluster = led()
        let large = JSONValue(canonical: "\"" + String(repeating: "x", count: 700_000) + "\"")
        cluster.with("n1") { [now = cluster.now] replica in
            for number in 0..<3 {
                replica.receive(
                    ClientRequest(client: "c1", messageID: number, .write(key: 1, value: large)), now: now)
            }
        }
        XCTAssertEqual(cluster.network.compactMap(\.forward).map(\.requests.count), [1, 1, 1])
        cluster.settle()
        for number in 0..<3 { XCTAssertEqual(cluster.answers("n1", to: number), [.writeOK]) }
    }

    // Scenario 50
    func testEveryRequestIsAnsweredOnceWhateverIsLost() {
        _ = concurrently(Array(0..<10 as Range<UInt64>)) { seed in
            let cluster = ReplicaCluster(3, seed: seed)
            var fate = SeededGenerator(seed: seed)
            cluster.latency = { _, _ in Int.random(in: 0..<20_000, using: &fate) }
            var loss = SeededGenerator(seed: ~seed)
            cluster.firewall = { _ in Int.random(in: 0..<100, using: &loss) < 80 }
            for number in 0..<60 {
                let id = cluster.ids[number % 3]
                if number % 2 == 0 {
                    cluster.write(1, JSONValue(canonical: "\(number)"), at: id, number)
                } else {
                    cluster.read(1, at: id, number)
                }
                cluster.run(for: 50_000)
            }
            cluster.run(for: 5_000_000)
            let answered = cluster.replies.values.flatMap { $0 }.compactMap(\.inReplyTo).sorted()
            XCTAssertEqual(answered, Array(0..<60), "seed \(seed)")
        }
    }
}
