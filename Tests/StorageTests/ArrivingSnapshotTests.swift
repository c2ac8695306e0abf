import Consensus
import KeyValue
import Simulation
import XCTest

@testable import Storage

/// A leader's snapshot in transfer: no durable state changes before the whole snapshot is received and valid.
final class ArrivingSnapshotTests: XCTestCase {
    private var storage: MemberStorage<SimulatedDisk>!
    private var replica: Replica!
    private var events: [Event] = []

    private func open(_ disk: SimulatedDisk) throws -> StoredState {
        let (storage, found) = try MemberStorage.open(
            on: disk, node: "n1", initialVoters: ["n0", "n1", "n2"])
        self.storage = storage
        return found.state
    }

    /// A member with a snapshot up to entry 3, and entry 4 after it.
    override func setUpWithError() throws {
        let state = try open(SimulatedDisk())
        let settings = Raft.Settings(id: "n1", members: ["n0", "n1", "n2"], seed: 1)
        replica = Replica(settings: settings, stored: state, now: 0)
        hear(piece(3, "members n0,n1,n2\nkey 1 2\nend\n"))
        try settle()
        let entries = [Entry(term: 1, payload: .command(Command(line: "c1 1 write 1 3")!))]
        hear(
            .appendEntries(
                AppendEntries(
                    term: 1, leader: "n0", prevLogIndex: 3, prevLogTerm: 1, entries: entries,
                    leaderCommit: 0)))
        try settle()
    }

    private func piece(_ index: Index, _ text: String, at offset: Int = 0, done: Bool = true)
        -> RaftMessage.Body
    {
        .installSnapshot(
            InstallSnapshot(
                term: 1, leader: "n0", lastIncluded: LogPosition(index: index, term: 1), offset: offset,
                data: text, done: done))
    }

    private func hear(_ body: RaftMessage.Body) {
        replica.receive(.raft(RaftMessage(id: 7, body)), from: "n0", now: 0)
    }

    private func settle() throws {
        let isDone = try replica.drive {
            events += $0.events
            try storage.store($0.storage)
        } then: {
            events += $0.events
        }
        XCTAssertTrue(isDone)
    }

    /// The state that the next start reads.
    private func found() throws -> StoredState {
        try open(storage.disk)
    }

    func testAnInvalidSnapshotLeavesTheDiskUnchanged() throws {
        for texts in [
            ["x=5"], ["members n0,n1,n2\nkey 1 9\n"], ["members n0,n1,n2\n", "what is this\n", "end\n"],
        ] {
            try setUpWithError()
            var offset = 0
            for (slot, text) in texts.enumerated() {
                hear(piece(9, text, at: offset, done: slot == texts.count - 1))
                offset += text.utf8.count
                try settle()
            }
            let state = try found()
            XCTAssertEqual(state.log.lastIncludedIndex, 3, "\(texts)")
            XCTAssertEqual(state.log.lastIndex, 4)
            XCTAssertEqual(state.store.count, 1)
            XCTAssertEqual(replica.lastApplied, 3)
        }
    }

    func testARefusedSnapshotIsReportedOnce() throws {
        func refusals(_ pieces: [RaftMessage.Body]) throws -> [String] {
            events = []
            for _ in 1...3 {
                for piece in pieces {
                    hear(piece)
                    try settle()
                }
            }
            return events.compactMap { event in
                guard case .refusedSnapshot(let position, "n0", let reason) = event else { return nil }
                return "\(position.index): \(reason)"
            }
        }
        let start = "members n0,n1,n2\n"
        let pieces = [
            piece(9, start, done: false), piece(9, "x=5\n", at: 17, done: false), piece(9, "end\n", at: 21),
        ]
        XCTAssertEqual(try refusals(pieces), ["9: a line of it is none of a snapshot: x=5"])
        XCTAssertEqual(try refusals([piece(8, start)]), ["8: it has no end"])
        XCTAssertEqual(
            try refusals([piece(7, "members n8,n9\nend\n")]),
            ["7: init's node_ids hold no quorum of its voters, n8,n9"])
    }

    func testTheInstalledSnapshotIsTheStoredOneThoughAnotherBeginsInTheSameTurn() throws {
        let (first, rest) = ("members n0,n1,n2\n", "key 1 5\nend\n")
        hear(piece(6, first, done: false))
        try settle()
        hear(piece(6, rest, at: first.utf8.count))
        hear(piece(9, "members n0,n1,n2\nkey 1 9\nend\n", done: false))
        try settle()
        XCTAssertEqual(replica.lastApplied, 6)
        XCTAssertEqual(replica.store[1], 5)
        let state = try found()
        XCTAssertEqual(state.log.lastIncludedIndex, 6)
        XCTAssertEqual(state.store[1], 5)
    }

    func testASnapshotBehindTheCommitIndexOfItsTurnIsNotStored() throws {
        hear(
            .appendEntries(
                AppendEntries(
                    term: 1, leader: "n0", prevLogIndex: 4, prevLogTerm: 1,
                    entries: [Entry(term: 1, payload: .command(Command(line: "c1 2 write 1 4")!))],
                    leaderCommit: 0, leaderDurable: 5)))
        hear(piece(5, "members n0,n1,n2\nkey 1 9\nend\n"))
        try settle()
        XCTAssertEqual(replica.lastApplied, 5)
        XCTAssertEqual(replica.store[1], 4)
        XCTAssertEqual(try found().log.lastIncludedIndex, 3)
    }
}
