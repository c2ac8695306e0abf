/// The messages under way between the nodes, and the links that are cut. A message is lost if its link is cut when it
/// arrives, as in a run.
struct PlayNetwork {
    struct Link: Hashable, Sendable {
        var from: Int
        var to: Int
    }

    struct Flight {
        var number: Int
        var link: Link
        var message: PlayMessage?
        /// The line, with its newline.
        var line: [UInt8]
        var label: String
        /// A heartbeat, or the answer to one.
        var isQuiet: Bool
        /// On the monotonic clock, in nanoseconds.
        var sent: UInt64
        var arrives: UInt64
    }

    /// The mean latency at speed 1, in milliseconds.
    var latency: Double
    var speed: Double
    var cuts: Set<Link> = []
    private(set) var flights: [Flight] = []
    private var count = 0

    init(latency: Double, speed: Double) {
        (self.latency, self.speed) = (latency, speed)
    }

    /// When the next message arrives.
    var nextArrival: UInt64? { flights.map(\.arrives).min() }

    /// Latencies differ by up to a third, so that messages may overtake each other.
    mutating func send(
        _ line: [UInt8], _ message: PlayMessage?, on link: Link, isQuiet: Bool, at now: UInt64
    ) {
        let delay = latency / speed * Double.random(in: 0.67...1.33)
        flights.append(
            Flight(
                number: count, link: link, message: message, line: line, label: message?.label ?? "(no JSON)",
                isQuiet: isQuiet, sent: now, arrives: now + UInt64(delay * 1e6)))
        count += 1
    }

    /// Removes and returns the messages that have arrived, in order.
    mutating func arrivals(at now: UInt64) -> [Flight] {
        let arrived = flights.filter { $0.arrives <= now }.sorted {
            ($0.arrives, $0.number) < ($1.arrives, $1.number)
        }
        if !arrived.isEmpty { flights.removeAll { $0.arrives <= now } }
        return arrived
    }

    mutating func cut(_ one: Int, _ other: Int, bothWays: Bool = true) {
        cuts.insert(Link(from: one, to: other))
        if bothWays { cuts.insert(Link(from: other, to: one)) }
    }

    /// Mends the links of these nodes; all links where there are none.
    mutating func heal(_ nodes: [Int]) {
        cuts = nodes.isEmpty ? [] : cuts.filter { !nodes.contains($0.from) && !nodes.contains($0.to) }
    }
}
