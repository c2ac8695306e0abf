import Consensus
import Detours
import XCTest

@testable import KeyValue

/// Many replicas on one machine of two processors, each with its own process, as a bench runs them: every turn and
/// every message takes time of a processor, and whoever has something to do waits for its turn.
final class BusyMachine {
    /// What a turn takes of a processor, besides its messages: the process is woken up, and waits again.
    var turnCost: Microseconds = 40
    /// What each message takes, at its sender, its receiver, and between.
    var messageCost: Microseconds = 40
    static let processors = 2

    /// A member's process, beside its replica, which costs much to copy.
    private struct Member {
        var isUp = false
        var inbox: [(message: PeerMessage, from: NodeID)] = []
        var requests: [ClientRequest] = []
        var isWaiting = false
        /// When the next turn is due, whether or not anything comes.
        var deadline: Microseconds?
    }

    let ids: [NodeID]
    private var members: [Member]
    private var replicas: [Replica?]
    private let slots: [NodeID: Int]
    private(set) var now: Microseconds = 0
    /// In microseconds, from one member to another.
    private let latency: Microseconds
    /// Sent messages, in the order of their arrival.
    private var flights: [(due: Microseconds, from: NodeID, to: NodeID, message: PeerMessage)] = []
    private var landed = 0
    /// Members with something to do, the one that has waited longest first.
    private var waiting: [Int] = []
    /// At or before the first time at which a turn is due whether or not anything comes.
    private var nextDeadline: Microseconds = .max
    private(set) var replies: [ClientReply] = []
    /// What was sent, by kind.
    private(set) var sent: [String: Int] = [:]

    init(_ count: Int, latency: Microseconds = 1_000) {
        ids = (0..<count).map { "n\($0)" }
        members = ids.map { _ in Member() }
        replicas = ids.map { _ in nil }
        slots = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
        self.latency = latency
    }

    subscript(slot: Int) -> Replica { replicas[slot]! }

    var leaders: [Int] { replicas.indices.filter { replicas[$0]?.raft.isLeader ?? false } }

    /// Starts a member. What was sent to it before waits for it.
    func start(_ slot: Int, seed: UInt64 = 1) {
        var settings = Raft.Settings(
            id: ids[slot], members: ids, seed: seed &* 7_919 &+ UInt64(slot))
        settings.isInMemory = true
        let replica = Replica(settings: settings, now: now)
        replicas[slot] = replica
        members[slot].isUp = true
        members[slot].deadline = replica.deadline
        nextDeadline = 0
    }

    func ask(_ slot: Int, _ request: ClientRequest) {
        members[slot].requests.append(request)
        wait(slot)
    }

    /// Lets time pass.
    func run(until end: Microseconds) {
        while now < end {
            deliver()
            if nextDeadline <= now {
                for slot in members.indices where isDue(slot) { wait(slot) }
                nextDeadline = members.lazy.filter { !$0.isWaiting }.compactMap(\.deadline).min() ?? .max
            }
            if waiting.isEmpty {
                let arrival = landed < flights.count ? flights[landed].due : end
                now = max(now + 1, min(end, nextDeadline, arrival))
            } else {
                let slot = waiting.removeFirst()
                members[slot].isWaiting = false
                turn(slot)
            }
        }
    }

    private func deliver() {
        while landed < flights.count, flights[landed].due <= now {
            let flight = flights[landed]
            landed += 1
            guard let slot = slots[flight.to] else { continue }
            members[slot].inbox.append((flight.message, flight.from))
            wait(slot)
        }
        if landed > 10_000 {
            flights.removeFirst(landed)
            landed = 0
        }
    }

    private func wait(_ slot: Int) {
        guard members[slot].isUp, !members[slot].isWaiting else { return }
        members[slot].isWaiting = true
        waiting.append(slot)
    }

    private func isDue(_ slot: Int) -> Bool {
        guard members[slot].isUp else { return false }
        return !members[slot].inbox.isEmpty || !members[slot].requests.isEmpty
            || members[slot].deadline ?? .max <= now
    }

    private func turn(_ slot: Int) {
        var replica = replicas[slot]!
        replicas[slot] = nil
        var count = members[slot].inbox.count + members[slot].requests.count
        for (message, sender) in members[slot].inbox { replica.receive(message, from: sender, now: now) }
        for request in members[slot].requests { replica.receive(request, now: now) }
        members[slot].inbox = []
        members[slot].requests = []
        replica.noteLateness(at: now)
        replica.advance(to: now)
        var output: [PeerEnvelope] = []
        let isDone = replica.drive {
            output += $0.early
        } then: {
            output += $0.late
            replies += $0.replies
        }
        XCTAssertTrue(isDone)
        let deadline = replica.deadline
        members[slot].deadline = deadline
        nextDeadline = min(nextDeadline, deadline ?? .max)
        replicas[slot] = replica
        count += output.count
        now += (turnCost + count * messageCost / 2) / Self.processors
        for envelope in output {
            sent[Self.kind(of: envelope.message), default: 0] += 1
            flights.append((now + latency, ids[slot], envelope.to, envelope.message))
        }
    }

    private static func kind(of message: PeerMessage) -> String {
        switch message {
        case .hello(let hello): hello.asks ? "hello?" : "hello"
        case .forward: "forward"
        case .transfer: "transfer"
        case .relay: "relay"
        case .raft(let message):
            switch message.body {
            case .requestVote(let request): request.preVote ? "pre-vote" : "vote"
            case .requestVoteReply(let reply):
                (reply.preVote ? "pre-vote" : "vote") + (reply.voteGranted ? " yes" : " no")
            case .appendEntries(let request): request.entries.isEmpty ? "heartbeat" : "append"
            case .appendEntriesReply: "append_res"
            case .readIndex, .readIndexReply: "read"
            case .installSnapshot, .installSnapshotReply: "snapshot"
            case .timeoutNow: "timeout_now"
            }
        }
    }
}
