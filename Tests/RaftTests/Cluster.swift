import XCTest

@testable import Raft

/// A message on its way, and when it arrives.
struct Packet {
    var from: NodeID
    var to: NodeID
    var message: Message
    var due: Microseconds
}

/// Members, the network between them, and the clock: all stand still until a test moves them.
///
/// After every step it is checked that no term has two leaders, that no two members commit different
/// entries, that nothing goes back, and that a member does not ask for its turn for ever.
final class Cluster {
    let ids: [NodeID]
    let timing: Timing
    private(set) var now: Microseconds = 1_000_000
    private(set) var members: [NodeID: Raft] = [:]
    var network: [Packet] = []
    var latency: (NodeID, NodeID) -> Microseconds = { _, _ in 0 }
    /// Whether a message passes; asked when it arrives.
    var firewall: (Packet) -> Bool = { _ in true }
    private var cuts: Set<[NodeID]> = []
    private var down: Set<NodeID> = []

    private(set) var stored: [NodeID: (hardState: HardState, entries: [Entry])] = [:]
    private(set) var committed: [NodeID: [Entry]] = [:]
    private(set) var reads: [NodeID: [ReadID]] = [:]
    private(set) var events: [NodeID: [Event]] = [:]
    private(set) var failedChanges: [String] = []
    /// All messages that were ever sent.
    private(set) var sent: [Packet] = []

    private var history: [Entry] = []
    private var leaders: [Term: NodeID] = [:]

    /// The voters that the cluster begins with.
    private let voters: [NodeID]

    /// - Parameter voters: how many of the members vote, the first ones; all, where it is nil.
    init(
        _ count: Int, voters: Int? = nil, timing: Timing = Timing(), seed: UInt64 = 1,
        logs: [NodeID: [Entry]] = [:]
    ) {
        ids = (0..<count).map { "n\($0)" }
        self.voters = Array(ids.prefix(voters ?? count))
        self.timing = timing
        for (place, id) in ids.enumerated() {
            let log = logs[id] ?? []
            let state = HardState(term: log.last?.term ?? 0)
            stored[id] = (state, log)
            members[id] = Raft(
                configuration: configuration(of: id, seed: seed &* 31 &+ UInt64(place)), hardState: state,
                log: Log(entries: log), now: now)
        }
    }

    private func configuration(of id: NodeID, seed: UInt64) -> Raft.Configuration {
        Raft.Configuration(id: id, members: ids, voters: voters, timing: timing, seed: seed)
    }

    subscript(id: NodeID) -> Raft { members[id]! }

    var leaderIDs: [NodeID] { ids.filter { self[$0].isLeader && !down.contains($0) } }

    // MARK: - One member

    /// Does something to a member, and then what it asks for.
    @discardableResult
    func with<Result>(_ id: NodeID, _ change: (inout Raft) -> Result) -> Result {
        let before = self[id]
        let result = change(&members[id]!)
        drain(id)
        XCTAssertGreaterThanOrEqual(self[id].currentTerm, before.currentTerm, "\(id)'s term goes back")
        XCTAssertGreaterThanOrEqual(self[id].commitIndex, before.commitIndex, "\(id) takes back a commit")
        return result
    }

    private func drain(_ id: NodeID) {
        var turns = 0
        while members[id]!.hasReady {
            turns += 1
            guard turns < 50 else { return XCTFail("\(id) asks for its turn for ever") }
            let ready = members[id]!.takeReady()
            post(ready.early, from: id)
            store(ready, at: id)
            members[id]!.persisted(ready)
            post(ready.late, from: id)
            for index in ready.committed { commit(self[id].log[index], at: index, by: id) }
            reads[id, default: []] += ready.reads.map(\.id)
            events[id, default: []] += ready.events
            failedChanges += ready.failedChanges
            check(id)
        }
    }

    private func post(_ messages: [Outgoing], from id: NodeID) {
        for outgoing in messages {
            let due = now + latency(id, outgoing.to)
            let packet = Packet(from: id, to: outgoing.to, message: outgoing.message, due: due)
            network.append(packet)
            sent.append(packet)
        }
    }

    private func store(_ ready: Ready, at id: NodeID) {
        if let state = ready.hardState { stored[id]!.hardState = state }
        if let start = ready.entriesStart {
            stored[id]!.entries.removeSubrange((start - 1)...)
            stored[id]!.entries += ready.entries
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
        if let violation = member.violatedInvariant() { XCTFail("\(id): \(violation)") }
        if member.isLeader {
            let leader = leaders[member.currentTerm] ?? id
            XCTAssertEqual(leader, id, "term \(member.currentTerm) has two leaders")
            leaders[member.currentTerm] = id
        }
    }

    func propose(_ text: String, to id: NodeID) {
        with(id) { XCTAssertNotNil($0.propose(Command(text)), "\(id) takes no commands") }
    }

    /// Lets the member miss its leader, whether or not the others do.
    func stand(_ id: NodeID) {
        now = max(now, self[id].deadline ?? now)
        with(id) { [now] in $0.advance(to: now) }
    }

    /// Lets the member win an election that nobody disturbs.
    func elect(_ id: NodeID) {
        now += 2 * self[id].timing.electionTimeout
        stand(id)
        settle()
        XCTAssertTrue(self[id].isLeader, "\(id) was not elected")
    }

    /// Loses what was not stored, and stays away until `restart`.
    func crash(_ id: NodeID) {
        down.insert(id)
    }

    func restart(_ id: NodeID) {
        down.remove(id)
        committed[id] = []
        members[id] = Raft(
            configuration: configuration(of: id, seed: 77), hardState: stored[id]!.hardState,
            log: Log(entries: stored[id]!.entries), now: now)
        drain(id)
    }

    // MARK: - Network

    func cut(_ one: NodeID, _ other: NodeID) {
        cutOneWay(from: one, to: other)
        cutOneWay(from: other, to: one)
    }

    func cutOneWay(from: NodeID, to: NodeID) { cuts.insert([from, to]) }

    func isolate(_ id: NodeID) {
        for other in ids where other != id { cut(id, other) }
    }

    func heal() {
        cuts = []
        firewall = { _ in true }
    }

    func deliver(_ packet: Packet) {
        guard !cuts.contains([packet.from, packet.to]), !down.contains(packet.to), firewall(packet) else {
            return
        }
        with(packet.to) { [now] in $0.receive(packet.message, from: packet.from, now: now) }
    }

    /// Delivers all messages that are on their way, and all that they bring about, in order and at once.
    func settle() {
        var steps = 0
        while !network.isEmpty {
            steps += 1
            guard steps < 100_000 else { return XCTFail("the members talk for ever") }
            deliver(network.removeFirst())
        }
    }

    /// Takes messages off the network, to be delivered later, or never.
    func intercept(_ isMeant: (Packet) -> Bool) -> [Packet] {
        let taken = network.filter(isMeant)
        network.removeAll(where: isMeant)
        return taken
    }

    // MARK: - Time

    func wait(_ time: Microseconds) { now += time }

    /// Lets all members live for `time`; messages take as long as `latency` says.
    func run(for time: Microseconds) {
        let end = now + time
        while let next = nextEvent(), next <= end {
            now = max(now, next)
            while let place = network.indices.min(by: { network[$0].due < network[$1].due }),
                network[place].due <= now
            {
                deliver(network.remove(at: place))
            }
            for id in ids where !down.contains(id) && self[id].deadline ?? .max <= now {
                with(id) { [now] in $0.advance(to: now) }
                guard self[id].deadline ?? .max > now else { return XCTFail("\(id) is due for ever") }
            }
        }
        now = end
    }

    private func nextEvent() -> Microseconds? {
        let deadlines = ids.filter { !down.contains($0) }.compactMap { self[$0].deadline }
        return (network.map(\.due) + deadlines).min()
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
