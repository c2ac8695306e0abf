import Consensus
import XCTest

@testable import KeyValue

/// Members that lag behind the compacted log.
final class CompactionTests: XCTestCase {
    private func swap(_ number: Int) -> ClientOperation {
        .cas(
            key: 1, from: JSONValue(canonical: "\(number - 1)"), to: JSONValue(canonical: "\(number)"),
            createIfNotExists: true)
    }

    /// Requests swaps from `n0` one by one, and lets it take the due snapshots.
    private func fill(_ cluster: ReplicaCluster, _ numbers: ClosedRange<Int>) {
        for number in numbers {
            cluster.ask("n0", "c1", number, swap(number))
            cluster.settle()
            cluster.with("n0") { $0.advance(to: cluster.now) }
            cluster.run(for: 1_000)
        }
        XCTAssertEqual(cluster.answers("n0", to: numbers.upperBound), [.casOK])
    }

    // Scenario 61
    func testAMemberBehindTheLogGetsTheSnapshotAndThenEntries() {
        let cluster = led(3, snapshotEvery: 20)
        cluster.isolate("n2")
        fill(cluster, 1...70)
        let base = cluster["n0"].raft.log.lastIncludedIndex
        XCTAssertGreaterThan(base, cluster["n2"].raft.log.lastIndex)
        XCTAssertGreaterThan(cluster["n0"].lastApplied, cluster["n0"].raft.snapshot?.position.index ?? 0)
        cluster.heal()
        cluster.run(for: 2_000_000)
        XCTAssertTrue(cluster.sent.contains { $0.isSnapshot && $0.to == "n2" })
        XCTAssertEqual(cluster["n2"].store[1], "70")
        XCTAssertEqual(cluster["n2"].lastApplied, cluster["n0"].lastApplied)
    }

    // Scenario 69
    func testASlowMemberWithAFullWindowCatchesUpAfterACompaction() {
        let cluster = led(3, snapshotEvery: 100)
        // Nothing reaches n2; the leader writes until its window is full, and beyond.
        cluster.firewall = { $0.to != "n2" }
        fill(cluster, 1...150)
        XCTAssertGreaterThan(cluster["n0"].raft.log.lastIncludedIndex, cluster["n2"].raft.log.lastIndex)
        cluster.heal()
        // From now on all messages arrive, late.
        cluster.latency = { _, to in to == "n2" ? 30_000 : 100 }
        cluster.run(for: 3_000_000)
        XCTAssertEqual(cluster["n2"].store[1], "150")
        let leader = cluster.leaderIDs[0]
        let count = 400
        for number in 151...count {
            cluster.ask(leader, "c1", number, swap(number))
            cluster.run(for: 1_000)
        }
        cluster.run(for: 1_000_000)
        XCTAssertEqual(cluster["n2"].store[1]?.text, "\(count)", "it goes on with appends")
    }

    func testAWriteThatArrivesInASnapshotIsAnswered() {
        let cluster = led(3, snapshotEvery: 20)
        cluster.write(2, 5, at: "n2", 900)
        // The write reaches the leader, but nothing reaches n2.
        cluster.firewall = { $0.to != "n2" }
        cluster.settle()
        fill(cluster, 1...70)
        XCTAssertEqual(cluster.answers("n2", to: 900), [])
        XCTAssertGreaterThan(cluster["n0"].raft.log.lastIncludedIndex, cluster["n2"].raft.log.lastIndex)
        cluster.heal()
        cluster.run(for: 500_000)
        XCTAssertTrue(cluster.sent.contains { $0.isSnapshot && $0.to == "n2" })
        XCTAssertEqual(cluster.answers("n2", to: 900), [.writeOK])
    }

    func testAnInvalidSnapshotIsRefusedAndChangesNothing() {
        let whole = "members n0,n1,n2\nkey 1 2\nend\n"
        for pieces in [
            ["what is this\n"], ["members n0\nkey 1 2\n"], [whole, "key 3 4\n"], ["nonsense\n", whole],
            ["x=5"], [whole + "x"], [whole.dropLast() + ""], ["members n0\nkey 1 2\nkey 1 3\nend\n"],
            ["members n0\ndid c1 1 written\ndid c1 1 written\nend\n"], ["members n0\nkey 1 nonsense\nend\n"],
        ] {
            let cluster = ReplicaCluster(3, areCanonical: { !$0.contains("nonsense") })
            var offset = 0
            for (slot, text) in pieces.enumerated() {
                let request = InstallSnapshot(
                    term: 3, leader: "n0", lastIncluded: LogPosition(index: 9, term: 3), offset: offset,
                    data: text, done: slot == pieces.count - 1)
                offset += text.utf8.count
                cluster.with("n1") { [now = cluster.now] in
                    $0.receive(.raft(RaftMessage(id: slot, .installSnapshot(request))), from: "n0", now: now)
                }
            }
            XCTAssertEqual(cluster.sent.last?.to, "n0")
            XCTAssertEqual(
                cluster.sent.last?.message,
                .raft(
                    RaftMessage(
                        inReplyTo: pieces.count - 1,
                        .installSnapshotReply(InstallSnapshotReply(term: 3, offset: 0, installed: false)))),
                "the leader is to begin again")
            XCTAssertEqual(cluster["n1"].lastApplied, 0)
            XCTAssertEqual(cluster["n1"].store.count, 0)
        }
    }

    // Scenario 70
    func testASnapshotCarriesTheMembershipAndTheCompletedRequests() throws {
        let cluster = led(4, voters: 3, snapshotEvery: 20)
        cluster.isolate("n2")
        fill(cluster, 1...5)
        cluster.change(["n0", "n1", "n2", "n3"], at: "n0", 6)
        cluster.run(for: 1_000_000)
        XCTAssertEqual(cluster.answers("n0", to: 6), [.changeMembershipOK(["n0", "n1", "n2", "n3"])])
        for number in 100...160 { cluster.write(2, 3, at: "n0", number) }
        cluster.run(for: 100_000)
        cluster.heal()
        cluster.run(for: 2_000_000)
        XCTAssertTrue(cluster.sent.contains { $0.isSnapshot && $0.to == "n2" })
        XCTAssertEqual(cluster["n2"].raft.membership.voters, ["n0", "n1", "n2", "n3"])
        XCTAssertGreaterThan(cluster["n2"].raft.log.lastIncludedIndex, 20, "its log tells of neither")

        // The client repeats its request to n2, and a copy gets into the log.
        cluster.ask("n2", "c1", 1, swap(1))
        cluster.settle()
        XCTAssertEqual(cluster.answers("n2", to: 1), [.casOK], "as it was answered then")
        let copy = Command(RequestID(client: "c1", number: 106), .write(key: 2, value: 3))
        let leader = try XCTUnwrap(cluster.leaderIDs.first)
        cluster.write(2, 4, at: leader, 200)
        cluster.settle()
        XCTAssertNotNil(cluster.with(leader) { $0.tamper { raft, _ in raft.propose(copy) } })
        cluster.run(for: 500_000)
        for id in cluster.ids {
            XCTAssertEqual(cluster[id].store[1], "5", id)
            XCTAssertEqual(cluster[id].store[2], "4", "\(id) carried it out twice")
            XCTAssertEqual(cluster[id].lastApplied, cluster[leader].lastApplied)
        }
    }

    // Appends and the last piece of a snapshot arrive in one turn. The entries are committed before the snapshot is
    // complete, so installing it would undo them, or apply them twice.
    func testASnapshotThatIsOvertakenInItsOwnTurnIsNotInstalled() {
        let settings = Raft.Settings(id: "n1", members: ["n0", "n1", "n2"], seed: 1)
        var replica = Replica(settings: settings, now: 0)
        let entries = (1...4).map {
            Entry(term: 1, payload: .command(Command(line: "c1 \($0) write 1 \($0)")!))
        }
        let append = AppendEntries(
            term: 1, leader: "n0", prevLogIndex: 0, prevLogTerm: 0, entries: entries, leaderCommit: 0,
            leaderDurable: 4)
        let position = LogPosition(index: 2, term: 1)
        var writer = SnapshotWriter(of: Store(), at: position, membership: replica.raft.membership)
        let piece = InstallSnapshot(
            term: 1, leader: "n0", lastIncluded: position, offset: 0, data: writer.next(bytes: 1 << 20),
            done: true)
        replica.receive(.raft(RaftMessage(id: 1, .appendEntries(append))), from: "n0", now: 0)
        replica.receive(.raft(RaftMessage(id: 2, .installSnapshot(piece))), from: "n0", now: 0)
        XCTAssertTrue(replica.drive({ _ in }, then: { _ in }))
        XCTAssertEqual(replica.lastApplied, 4)
        XCTAssertEqual(replica.store[1], 4)
    }
}
