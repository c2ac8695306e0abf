import XCTest

@testable import Detours

/// A network of `Detours` whose links each have one direction.
struct World {
    var now = 0
    /// The time between two turns of a member.
    var step = 5_000
    var windows: [Int]
    var members: [Detours]
    /// Whether the link from one member to another works.
    var isLinked: (Int, Int) -> Bool = { _, _ in true }
    /// Members that neither send nor receive.
    var down: Set<Int> = []
    /// How long each message is under way. A cut link drops what arrives.
    var latency = 0
    private var messages: [(arrival: Int, sender: Int, message: Message)] = []
    /// The number of hellos that each member sent, and of ids and numbers in them.
    private(set) var told: [Int]
    private(set) var words: [Int]

    init(_ size: Int) {
        let ids = (0..<size).map { "n\($0 < 10 && size > 10 ? "0" : "")\($0)" }
        members = ids.map { Detours(id: $0, members: ids, now: 0) }
        windows = ids.map { _ in 75_000 }
        told = ids.map { _ in 0 }
        words = told
    }

    var tellings: Int { told.reduce(0, +) }

    /// A message on its way: a hello, or one of consensus, which follows its route.
    private struct Message {
        var source: Int
        /// The remaining members on the way, the receiver last.
        var route: [Int]
        var hello: Hello?
    }

    private static func words(_ hello: Hello) -> Int {
        4 + hello.own.missed.count + hello.others.reduce(0) { $0 + 2 + $1.missed.count }
    }

    private func carries(_ from: Int, _ to: Int) -> Bool {
        isLinked(from, to) && !down.contains(from) && !down.contains(to)
    }

    func slot(_ id: String) -> Int { members.firstIndex { $0.id == id }! }

    /// Lets time pass. `leader` exchanges messages with all members, as far as links and routes allow.
    mutating func run(for time: Int, leader: Int?) {
        let end = now + time
        while now < end {
            now += step
            deliver()
            if let leader {
                for other in members.indices where other != leader {
                    talk(from: leader, to: other)
                    talk(from: other, to: leader)
                }
            }
            for from in members.indices where !down.contains(from) {
                let expected: Expectation =
                    leader.map { $0 == from ? .all : .one(members[$0].id) } ?? .nobody
                let hellos = members[from].advance(to: now, expecting: expected, window: windows[from])
                told[from] += hellos.count
                for (to, hello) in hellos {
                    words[from] += Self.words(hello)
                    send(Message(source: from, route: [slot(to)], hello: hello), from: from)
                }
            }
        }
    }

    /// Sends one consensus message on the route that its sender knows.
    private mutating func talk(from: Int, to: Int) {
        send(Message(source: from, route: route(from: from, to: to), hello: nil), from: from)
    }

    private mutating func send(_ message: Message, from sender: Int) {
        if latency == 0 { return deliver(message, from: sender) }
        messages.append((now + latency, sender, message))
    }

    private mutating func deliver() {
        guard !messages.isEmpty else { return }
        let due = messages.filter { $0.arrival <= now }
        messages.removeAll { $0.arrival <= now }
        for (_, sender, message) in due { deliver(message, from: sender) }
    }

    private mutating func deliver(_ message: Message, from sender: Int) {
        let receiver = message.route[0]
        guard carries(sender, receiver) else { return }
        members[receiver].heard(members[sender].id, at: now)
        if let hello = message.hello {
            members[receiver].receive(hello, from: members[sender].id, at: now)
        } else if message.route.count == 1 {
            members[receiver].heardOnDetour(members[message.source].id, at: now)
        } else {
            let rest = Array(message.route.dropFirst())
            send(Message(source: message.source, route: rest, hello: nil), from: receiver)
        }
    }

    private func route(from: Int, to: Int) -> [Int] {
        (members[from].routes[members[to].id] ?? [members[to].id]).map(slot)
    }

    /// Whether a message arrives on the route that its sender knows.
    func arrives(from: Int, to: Int) -> Bool {
        var at = from
        for next in route(from: from, to: to) {
            guard carries(at, next) else { return false }
            at = next
        }
        return at == to
    }

    /// Whether each member reaches each other on the route that it knows, and knows no member as unreached.
    var isSettled: Bool {
        members.indices.allSatisfy { from in
            members[from].unreached.isEmpty
                && members.indices.allSatisfy { $0 == from || arrives(from: from, to: $0) }
        }
    }

    /// Whether links lead from one member to another.
    func isJoined(_ from: Int, _ to: Int) -> Bool {
        var reached: Set<Int> = [from]
        var open = [from]
        while let at = open.popLast() {
            for next in members.indices where !reached.contains(next) && carries(at, next) {
                reached.insert(next)
                open.append(next)
            }
        }
        return reached.contains(to)
    }
}

/// A hello of `member` with its own list, and those of others.
func told(
    _ member: String, _ number: Int, _ missed: [String], holds: Int = 0, asks: Bool = false,
    _ others: [LinkStateAdvertisement] = []
) -> Hello {
    Hello(
        own: LinkStateAdvertisement(member: member, number: number, missed: missed), holds: holds,
        asks: asks,
        others: others)
}
