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
                    let to = slot(to)
                    guard carries(from, to) else { continue }
                    members[to].heard(members[from].id, at: now)
                    members[to].receive(hello, from: members[from].id, at: now)
                }
            }
        }
    }

    /// Sends one consensus message on the route that its sender knows.
    private mutating func talk(from: Int, to: Int) {
        guard arrives(from: from, to: to) else { return }
        var at = from
        for next in members[from].routes[members[to].id] ?? [members[to].id] {
            members[slot(next)].heard(members[at].id, at: now)
            at = slot(next)
        }
        members[to].heardOnDetour(members[from].id, at: now)
    }

    /// Whether a message arrives on the route that its sender knows.
    func arrives(from: Int, to: Int) -> Bool {
        var at = from
        for next in members[from].routes[members[to].id] ?? [members[to].id] {
            guard carries(at, slot(next)) else { return false }
            at = slot(next)
        }
        return at == to
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
