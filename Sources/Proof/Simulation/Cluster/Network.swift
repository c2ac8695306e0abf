import Consensus
import KeyValue

/// The links between members, with latency, loss and cuts. A cut link drops messages at delivery, as in Maelstrom.
struct Network {
    /// A message under way.
    struct Packet {
        var from: Int
        var to: Int
        var message: PeerMessage
        /// The message as its sender wrote it, where messages travel as lines.
        var line: [UInt8]?
    }

    let size: Int
    var latency: Scenario.Latency
    var linkFaults: Scenario.LinkFaults
    /// Whether a link is cut, at index sender * `size` + receiver.
    private(set) var isCut: [Bool]
    /// All messages of this kind are lost.
    var muted: PeerMessage.Kind?
    private var packets: [Packet?] = []
    private var free: [Int] = []

    init(size: Int, latency: Scenario.Latency, linkFaults: Scenario.LinkFaults) {
        self.size = size
        self.latency = latency
        self.linkFaults = linkFaults
        isCut = Array(repeating: false, count: size * size)
    }

    // MARK: - Packets

    mutating func put(_ packet: Packet) -> Int {
        guard let slot = free.popLast() else {
            packets.append(packet)
            return packets.count - 1
        }
        packets[slot] = packet
        return slot
    }

    /// Removes a packet from its slot.
    mutating func take(_ slot: Int) -> Packet {
        guard let packet = packets[slot].take() else { preconditionFailure("a packet is delivered once") }
        free.append(slot)
        return packet
    }

    /// Draws the delay of each copy of a message; none if it is lost. Mutating only so that calls through a class
    /// instance do not copy the network.
    mutating func delays(_ dice: inout Dice) -> [Microseconds] {
        if dice.chance(perMillion: linkFaults.loss) { return [] }
        var delays = [delay(&dice)]
        if dice.chance(perMillion: linkFaults.duplication) { delays.append(delay(&dice)) }
        if dice.chance(perMillion: linkFaults.lateCopy) { delays.append(lateDelay(&dice)) }
        return delays
    }

    /// From 5 ms to three minutes, each power of two as likely as the others.
    private func lateDelay(_ dice: inout Dice) -> Microseconds {
        let most = 10_000 << dice.below(15)
        return dice.within(most / 2...most)
    }

    private func delay(_ dice: inout Dice) -> Microseconds {
        let usual =
            switch latency.distribution {
            case .constant: latency.mean
            case .uniform: dice.within(0...(2 * latency.mean))
            case .exponential: dice.exponential(mean: latency.mean)
            }
        guard dice.chance(perMillion: linkFaults.delay) else { return usual }
        return usual + dice.within(0...(5 * latency.mean + 1_000))
    }

    // MARK: - Cuts

    /// The links that are not cut, for people.
    var links: [String] {
        (0..<size).flatMap { from in
            (0..<size).filter { $0 != from && !drops(from: from, to: $0) }.map { "n\(from)>n\($0)" }
        }
    }

    func drops(from: Int, to: Int) -> Bool { isCut[from * size + to] }

    mutating func cut(from: Int, to: Int) { isCut[from * size + to] = true }

    mutating func cut(_ links: [(from: Int, to: Int)]) {
        for (from, to) in links { cut(from: from, to: to) }
    }

    mutating func healAll() {
        for slot in isCut.indices { isCut[slot] = false }
        muted = nil
    }

    /// Cuts single directions of links at random, except for a directed cycle through `core`.
    /// - Returns: the members that can reach `core` and can be reached from it, with `core`.
    mutating func thin(around core: [Int], _ dice: inout Dice) -> [Int] {
        let share = dice.pick([30, 50, 70, 85])
        for from in 0..<size {
            for to in 0..<size where from != to && dice.below(100) < share { cut(from: from, to: to) }
        }
        var circle = core
        dice.shuffle(&circle)
        for (slot, from) in circle.enumerated() {
            isCut[from * size + circle[(slot + 1) % circle.count]] = false
        }
        let there = reach(from: core[0]) { !drops(from: $0, to: $1) }
        let back = reach(from: core[0]) { !drops(from: $1, to: $0) }
        return there.intersection(back).sorted()
    }

    /// Whether messages from `start` reach `member`, also by way of others.
    func reaches(_ member: Int, from start: Int) -> Bool {
        reach(from: start) { !drops(from: $0, to: $1) }.contains(member)
    }

    private func reach(from start: Int, _ isLinked: (Int, Int) -> Bool) -> Set<Int> {
        var reached: Set<Int> = [start]
        var open = [start]
        while let at = open.popLast() {
            for next in 0..<size where next != at && isLinked(at, next) && reached.insert(next).inserted {
                open.append(next)
            }
        }
        return reached
    }
}
