import TestNetwork
import XCTest

@testable import Consensus

typealias Packet = TestNetwork<RaftMessage>.Packet

/// Members on a network without time of its own: a test moves messages and the clock.
///
/// After every step it checks that a term has one leader, that members commit the same entries, that the invariants
/// hold, and that turns end.
final class Cluster: TestNetwork<RaftMessage> {
    let timing: Timing
    private(set) var members: [NodeID: Raft] = [:]
    private var monitors: [NodeID: InvariantMonitor] = [:]
    private var down: Set<NodeID> = []

    private(set) var stored: [NodeID: (hardState: HardState, entries: [Entry])] = [:]
    private(set) var committed: [NodeID: [Entry]] = [:]
    private(set) var reads: [NodeID: [ReadID]] = [:]
    private(set) var events: [NodeID: [Event]] = [:]
    private(set) var failedChanges: [String] = []

    private var history: [Entry] = []
    private var leaders: [Term: NodeID] = [:]

    /// The initial voters.
    private let voters: [NodeID]

    /// - Parameter voters: the number of initial voters, counted from n0; all by default.
    init(
        _ count: Int, voters: Int? = nil, timing: Timing = Timing(), seed: UInt64 = 1,
        logs: [NodeID: [Entry]] = [:]
    ) {
        self.voters = (0..<(voters ?? count)).map { "n\($0)" }
        self.timing = timing
        super.init(count)
        for (slot, id) in ids.enumerated() {
            let log = logs[id] ?? []
            let state = HardState(term: log.last?.term ?? 0)
            stored[id] = (state, log)
            members[id] = Raft(
                settings: settings(of: id, seed: seed &* 31 &+ UInt64(slot)), hardState: state,
                log: Log(entries: log), now: now)
        }
    }

    private func settings(of id: NodeID, seed: UInt64) -> Raft.Settings {
        Raft.Settings(id: id, members: ids, voters: voters, timing: timing, seed: seed)
    }

    subscript(id: NodeID) -> Raft { members[id]! }

    var leaderIDs: [NodeID] { ids.filter { self[$0].isLeader && !down.contains($0) } }

    // MARK: - One member

    /// Changes a member, then carries out everything it has ready.
    @discardableResult
    func with<Result>(_ id: NodeID, _ change: (inout Raft) -> Result) -> Result {
        let result = change(&members[id]!)
        drain(id)
        return result
    }

    private func drain(_ id: NodeID) {
        var committed: [Range<Index>] = []
        let isDone = members[id]!.drive {
            post($0.early, from: id)
            store($0.storage, at: id)
            events[id, default: []] += $0.events
        } then: {
            post($0.late, from: id)
            committed.append($0.committed)
            reads[id, default: []] += $0.reads.map(\.id)
            events[id, default: []] += $0.events
            failedChanges += $0.failedChanges
        }
        XCTAssertTrue(isDone, "\(id) never ends its turn")
        for index in committed.joined() { commit(self[id].log[index], at: index, by: id) }
        check(id)
    }

    private func post(_ messages: [Outgoing], from id: NodeID) {
        for outgoing in messages { post(outgoing.message, from: id, to: outgoing.to) }
    }

    private func store(_ update: StorageUpdate, at id: NodeID) {
        if let state = update.hardState { stored[id]!.hardState = state }
        if case .suffix(let start, let entries) = update.log {
            stored[id]!.entries.removeSubrange((start - 1)...)
            stored[id]!.entries += entries
        }
    }

    private func commit(_ entry: Entry, at index: Index, by id: NodeID) {
        if index <= history.count {
            XCTAssertEqual(history[index - 1], entry, "\(id) commits something else at \(index)")
        } else {
            XCTAssertEqual(history.count, index - 1, "\(id) leaves out an entry")
            history.append(entry)
        }
        committed[id, default: []].append(entry)
    }

    private func check(_ id: NodeID) {
        let member = self[id]
        if let violation = monitors[id, default: InvariantMonitor()].violation(of: member) {
            XCTFail("\(id): \(violation)")
        }
        if member.isLeader {
            let leader = leaders[member.currentTerm] ?? id
            XCTAssertEqual(leader, id, "term \(member.currentTerm) has two leaders")
            leaders[member.currentTerm] = id
        }
    }

    func propose(_ text: String, to id: NodeID) {
        with(id) { XCTAssertNotNil($0.propose(Command(text)), "\(id) takes no commands") }
    }

    /// Lets the member's election timeout elapse.
    func timeOut(_ id: NodeID) {
        now = max(now, self[id].deadline ?? now)
        advance(id)
    }

    /// Lets the member win an undisturbed election.
    func elect(_ id: NodeID) {
        now += 2 * self[id].timing.electionTimeout
        timeOut(id)
        settle()
        XCTAssertTrue(self[id].isLeader, "\(id) was not elected")
    }

    /// Stops the member until `restart`. It keeps only what it stored.
    func crash(_ id: NodeID) {
        down.insert(id)
    }

    func restart(_ id: NodeID) {
        down.remove(id)
        committed[id] = []
        monitors[id] = nil
        members[id] = Raft(
            settings: settings(of: id, seed: 77), hardState: stored[id]!.hardState,
            log: Log(entries: stored[id]!.entries), now: now)
        drain(id)
    }

    /// Restarts the member with only the first `count` entries, and without its vote.
    func replaceDisk(of id: NodeID, keeping count: Int) {
        crash(id)
        let kept = Array(stored[id]!.entries.prefix(count))
        stored[id] = (HardState(term: kept.last?.term ?? 0), kept)
        restart(id)
    }

    // MARK: - On the network

    override func receive(_ message: RaftMessage, from sender: NodeID, at id: NodeID) {
        guard !down.contains(id) else { return }
        with(id) { [now] in $0.receive(message, from: sender, now: now) }
    }

    override func deadline(of id: NodeID) -> Microseconds? {
        down.contains(id) ? nil : self[id].deadline
    }

    override func advance(_ id: NodeID) {
        with(id) { [now] in $0.advance(to: now) }
    }
}

extension Packet {
    var isAppend: Bool { append != nil }
    var isAppendReply: Bool { if case .appendEntriesReply = message.body { true } else { false } }
    var isVoteRequest: Bool { if case .requestVote(let vote) = message.body { !vote.preVote } else { false } }
    var isPreVoteRequest: Bool {
        if case .requestVote(let vote) = message.body { vote.preVote } else { false }
    }
    var isVoteReply: Bool { if case .requestVoteReply = message.body { true } else { false } }
    var isReadQuestion: Bool { if case .readIndex = message.body { true } else { false } }
    var isReadAnswer: Bool { if case .readIndexReply = message.body { true } else { false } }
    var isTimeoutNow: Bool { if case .timeoutNow = message.body { true } else { false } }

    var append: AppendEntries? { if case .appendEntries(let append) = message.body { append } else { nil } }
}

/// A cluster that n0 leads; see `Cluster.init`.
func led(_ count: Int = 3, voters: Int? = nil, timing: Timing = Timing(), seed: UInt64 = 1) -> Cluster {
    let cluster = Cluster(count, voters: voters, timing: timing, seed: seed)
    cluster.elect("n0")
    return cluster
}
