/// The messages under way between nodes and services. Each has its own delay, so messages may overtake each other. A
/// message between nodes is dropped if its link is cut when it would be delivered; what a node sends in the name of a
/// client has no delay, as in Maelstrom.
struct Network {
    struct Message {
        var source: Address
        var destination: Address
        /// The line, with its newline.
        var line: [UInt8]
        /// Its number in the journal.
        var number = 0

        /// The link, where it is one between nodes.
        var link: (from: Int, to: Int)? {
            guard case .node(let from) = source, case .node(let to) = destination else { return nil }
            return (from, to)
        }
    }

    enum Arrival {
        case delivered(Message)
        /// Its link was cut.
        case dropped(Message)
    }

    private struct Flight {
        /// In nanoseconds.
        var deadline: UInt64
        /// Orders messages with equal deadlines by sending.
        var number: UInt64
        var message: Message

        func isBefore(_ other: Flight) -> Bool { (deadline, number) < (other.deadline, other.number) }
    }

    private let latency: Latency
    private var random: SeededRandom
    private var cuts: Cuts
    /// A binary heap by arrival.
    private var flights: [Flight] = []
    private var sent: UInt64 = 0
    /// The share of messages that are lost, from 0 to 1.
    var lossShare = 0.0
    /// The share of messages that are duplicated, from 0 to 1.
    var duplicateShare = 0.0
    private(set) var lost = 0
    private(set) var duplicated = 0

    init(nodes: Int, latency: Latency, random: SeededRandom) {
        self.latency = latency
        self.random = random
        cuts = Cuts(nodes: nodes)
    }

    /// When the next message arrives, in nanoseconds; nil if there is none.
    var nextArrival: UInt64? { flights.first?.deadline }

    mutating func cut(_ cuts: Cuts) { self.cuts = cuts }

    var isCut: Bool { !cuts.isEmpty }

    mutating func heal() { cuts = Cuts(nodes: cuts.nodes) }

    /// - Parameter now: in nanoseconds.
    mutating func send(_ message: Message, at now: UInt64) {
        let isBetweenNodes = message.link != nil
        if isBetweenNodes, lossShare > 0, random.unit() < lossShare {
            lost += 1
            return
        }
        launch(message, at: now)
        if isBetweenNodes, duplicateShare > 0, random.unit() < duplicateShare {
            duplicated += 1
            launch(message, at: now)
        }
    }

    private mutating func launch(_ message: Message, at now: UInt64) {
        sent += 1
        let isAtOnce = if case .client = message.source { true } else { false }
        let delay = isAtOnce ? 0 : latency.draw(&random)
        push(Flight(deadline: now + delay, number: sent, message: message))
    }

    /// The next message that has arrived by now, if any.
    mutating func next(at now: UInt64) -> Arrival? {
        guard let first = flights.first, first.deadline <= now else { return nil }
        let message = pop().message
        let isCut = message.link.map { cuts.contains(from: $0.from, to: $0.to) } ?? false
        return isCut ? .dropped(message) : .delivered(message)
    }

    private mutating func push(_ flight: Flight) {
        flights.append(flight)
        var child = flights.count - 1
        while child > 0, flights[child].isBefore(flights[(child - 1) / 2]) {
            flights.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() -> Flight {
        flights.swapAt(0, flights.count - 1)
        let first = flights.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < flights.count && flights[child].isBefore(flights[least]) {
                least = child
            }
            guard least != parent else { return first }
            flights.swapAt(parent, least)
            parent = least
        }
    }
}

/// The cut links, each in one direction.
struct Cuts: Hashable, Sendable {
    let nodes: Int
    private var links: [Bool]

    init(nodes: Int) {
        self.nodes = nodes
        links = Array(repeating: false, count: nodes * nodes)
    }

    func contains(from source: Int, to destination: Int) -> Bool { links[destination * nodes + source] }

    mutating func insert(from source: Int, to destination: Int) {
        links[destination * nodes + source] = true
    }

    var isEmpty: Bool { !links.contains(true) }

    var count: Int { links.count(where: \.self) }

    /// The nodes that a node does not hear, by node.
    var unheard: [(node: Int, by: [Int])] {
        (0..<nodes).map { node in (node, (0..<nodes).filter { contains(from: $0, to: node) }) }
            .filter { !$0.1.isEmpty }
    }

    /// For each node with cut links, the nodes that it does not hear, as Maelstrom prints it.
    func maelstrom(_ names: NodeNames) -> String {
        let deaf = unheard.map { "\"\(names[$0.node])\" #{\(names.quoted($0.by))}" }
        return "{\(deaf.joined(separator: ", "))}"
    }

    /// The same in words; nodes that do not hear the same nodes are named together.
    func words(_ names: NodeNames) -> String {
        var groups: [(deaf: [Int], unheard: [Int])] = []
        for (node, others) in unheard {
            if let known = groups.firstIndex(where: { $0.unheard == others }) {
                groups[known].deaf.append(node)
            } else {
                groups.append(([node], others))
            }
        }
        return groups.map { group in
            "\(names.list(group.deaf)) \(group.deaf.count == 1 ? "does" : "do") not hear \(names.list(group.unheard))"
        }.joined(separator: "; ")
    }
}
