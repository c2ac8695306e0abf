/// What breaks things, and when, as Jepsen's combined nemesis has it: cuts begin and end in turns, at once at the
/// start of the run and then after waits between 0 and twice the interval. What befalls processes has times of
/// its own: each time it is drawn whether that is kill or pause, of which each begins and ends in turns too.
struct Nemesis {
    enum Fault: String, CaseIterable, Sendable {
        case partition, kill, pause
    }

    enum Act: Hashable, Sendable {
        case startPartition(Partition, Cuts)
        case stopPartition
        /// SIGKILL.
        case kill(Target)
        /// Starts all that are down.
        case start
        /// SIGSTOP.
        case pause(Target)
        /// SIGCONT to all that are paused.
        case resume
    }

    /// Faults that share their times.
    private struct Schedule {
        var faults: [Fault]
        var ongoing: Set<Fault> = []
        /// In nanoseconds from the start of the run.
        var next: UInt64 = 0
    }

    private let nodes: Int
    /// The mean wait, in nanoseconds.
    private let interval: Double
    private var random: SeededRandom
    private var schedules: [Schedule]

    /// - Parameter interval: the mean time between two acts of a schedule, in seconds.
    init(faults: [Fault], nodes: Int, interval: Double, random: SeededRandom) {
        self.nodes = nodes
        self.interval = interval * 1e9
        self.random = random
        let groups: [[Fault]] = [[.partition], [.kill, .pause]]
        schedules = groups.map { $0.filter(faults.contains) }.filter { !$0.isEmpty }
            .map { Schedule(faults: $0) }
    }

    /// When the next act is due, in nanoseconds from the start of the run; nil when there is none.
    var next: UInt64? { schedules.map(\.next).min() }

    /// The act that is due; nil before its time.
    mutating func act(at now: UInt64) -> Act? {
        guard let due = next, due <= now, let index = schedules.firstIndex(where: { $0.next == due }) else {
            return nil
        }
        let faults = schedules[index].faults
        let fault = faults[random.below(faults.count)]
        schedules[index].next = due + UInt64(random.unit() * 2 * interval)
        let begins = schedules[index].ongoing.remove(fault) == nil
        if begins { schedules[index].ongoing.insert(fault) }
        switch fault {
        case .partition:
            guard begins else { return .stopPartition }
            let partition = Partition.allCases[random.below(Partition.allCases.count)]
            return .startPartition(partition, partition.cuts(nodes: nodes, random: &random))
        case .kill: return begins ? .kill(drawTarget()) : .start
        case .pause: return begins ? .pause(drawTarget()) : .resume
        }
    }

    /// Draws the nodes that a target means.
    /// - Parameter leader: nil where nobody knows one.
    mutating func draw(_ target: Target, leader: Int?) -> [Int] {
        target.draw(nodes: nodes, leader: leader, random: &random)
    }

    private mutating func drawTarget() -> Target {
        Target.allCases[random.below(Target.allCases.count)]
    }
}

/// Whom a fault strikes.
enum Target: String, CaseIterable, Sendable {
    case one
    /// As many as there may be without breaking a majority.
    case minority
    case majority
    case leader
    case all

    /// Draws which nodes that are.
    /// - Parameter leader: nil where nobody knows one: then it is anyone.
    func draw(nodes: Int, leader: Int?, random: inout SeededRandom) -> [Int] {
        let order = Array(0..<nodes).shuffled(using: &random)
        let drawn =
            switch self {
            case .one: order.prefix(1)
            case .minority: order.prefix((nodes - 1) / 2)
            case .majority: order.prefix(nodes / 2 + 1)
            case .leader: leader.map { [$0] } ?? order.prefix(1)
            case .all: order[...]
            }
        return drawn.sorted()
    }
}
