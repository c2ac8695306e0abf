import XCTest

/// The network between members and the clock, in microseconds. Both move only when a test moves them.
open class TestNetwork<RaftMessage> {
    /// A message in flight, and when it arrives.
    package struct Packet {
        package var from: String
        package var to: String
        package var message: RaftMessage
        package var due: Int

        package init(from: String, to: String, message: RaftMessage, due: Int) {
            self.from = from
            self.to = to
            self.message = message
            self.due = due
        }
    }

    package let ids: [String]
    package var now: Int = 1_000_000
    package var network: [Packet] = []
    /// All messages sent so far.
    package private(set) var sent: [Packet] = []
    package var latency: (String, String) -> Int = { _, _ in 0 }
    /// Whether a message passes; checked on arrival.
    package var firewall: (Packet) -> Bool = { _ in true }
    private var cuts: Set<[String]> = []

    public init(_ count: Int) {
        ids = (0..<count).map { "n\($0)" }
    }

    // MARK: - Overridden by clusters

    open func receive(_ message: RaftMessage, from sender: String, at id: String) {
        fatalError("a cluster does this")
    }

    open func deadline(of id: String) -> Int? { fatalError("a cluster does this") }

    open func advance(_ id: String) { fatalError("a cluster does this") }

    // MARK: - Links

    package func cut(_ one: String, _ other: String) {
        cutOneWay(from: one, to: other)
        cutOneWay(from: other, to: one)
    }

    package func cutOneWay(from: String, to: String) { cuts.insert([from, to]) }

    package func isolate(_ id: String) {
        for other in ids where other != id { cut(id, other) }
    }

    package func heal() {
        cuts = []
        firewall = { _ in true }
    }

    // MARK: - Messages

    package func post(_ message: RaftMessage, from: String, to: String) {
        let packet = Packet(from: from, to: to, message: message, due: now + latency(from, to))
        network.append(packet)
        sent.append(packet)
    }

    package func deliver(_ packet: Packet) {
        guard !cuts.contains([packet.from, packet.to]), firewall(packet) else { return }
        receive(packet.message, from: packet.from, at: packet.to)
    }

    /// Delivers all messages in order, with those they cause, at the current time.
    package func settle() {
        var steps = 0
        while !network.isEmpty {
            steps += 1
            guard steps < 100_000 else { return XCTFail("the members never stop sending") }
            deliver(network.removeFirst())
        }
    }

    /// Removes messages from the network, to deliver them later or never.
    package func intercept(_ isMeant: (Packet) -> Bool) -> [Packet] {
        let taken = network.filter(isMeant)
        network.removeAll(where: isMeant)
        return taken
    }

    // MARK: - Time

    package func wait(_ time: Int) { now += time }

    /// Runs all members for `time`. Messages take as long as `latency` says.
    package func run(for time: Int) {
        let end = now + time
        while let next = (network.map(\.due) + ids.compactMap(deadline)).min(), next <= end {
            now = max(now, next)
            while let slot = network.indices.min(by: { network[$0].due < network[$1].due }),
                network[slot].due <= now
            {
                deliver(network.remove(at: slot))
            }
            for id in ids where deadline(of: id) ?? .max <= now {
                advance(id)
                guard deadline(of: id) ?? .max > now else { return XCTFail("\(id) is always due") }
            }
        }
        now = end
    }
}
