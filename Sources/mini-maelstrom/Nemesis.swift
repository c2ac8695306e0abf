/// What breaks things, and when: faults begin and end in turns, at once at the start of the run and then after
/// waits between 0 and twice the interval, as Jepsen's `flip-flop` and `stagger` have it.
struct Nemesis {
    enum Fault: String, CaseIterable, Sendable {
        case partition
    }

    enum Act {
        case startPartition(Partition, Cuts)
        case stopPartition
    }

    private let faults: [Fault]
    private let nodes: Int
    /// The mean wait, in nanoseconds.
    private let interval: Double
    private var random: SeededRandom
    private var isBroken = false
    /// When the next act is due, in nanoseconds from the start of the run; nil when there is none.
    private(set) var next: UInt64?

    /// - Parameter interval: the mean time between two acts, in seconds.
    init(faults: [Fault], nodes: Int, interval: Double, random: SeededRandom) {
        self.faults = faults
        self.nodes = nodes
        self.interval = interval * 1e9
        self.random = random
        next = faults.isEmpty ? nil : 0
    }

    /// The act that is due; nil before its time.
    mutating func act(at now: UInt64) -> Act? {
        guard let due = next, due <= now, let fault = faults.randomElement(using: &random) else { return nil }
        next = due + UInt64(random.unit() * 2 * interval)
        isBroken.toggle()
        switch fault {
        case .partition:
            guard isBroken else { return .stopPartition }
            let partition = Partition.allCases[random.below(Partition.allCases.count)]
            return .startPartition(partition, partition.cuts(nodes: nodes, random: &random))
        }
    }
}
