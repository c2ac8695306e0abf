/// What breaks things, and when, as Jepsen's combined nemesis has it: faults of the network begin and end in
/// turns, at once at the start of the run and then after waits between 0 and twice the interval. What befalls
/// processes has times of its own: each time it is drawn whether that is kill or pause, of which each begins and
/// ends in turns too. What operators ask for comes one by one, and its first after a wait. All that a seed can
/// fix is drawn when an act is due, so that the same seed does the same however the cluster fares.
struct Nemesis {
    enum Fault: String, CaseIterable, Encodable, Sendable {
        case partition, kill, pause, loss, duplicate, membership, transfer
    }

    enum Act: Hashable, Sendable {
        case startPartition(Partition, Cuts)
        case stopPartition
        /// SIGKILL; of the nodes in this order.
        case kill(Target, order: [Int])
        /// Starts all that are down.
        case start
        /// SIGSTOP; of the nodes in this order.
        case pause(Target, order: [Int])
        /// SIGCONT to all that are paused.
        case resume
        /// Messages between nodes are lost, or stop being so.
        case lose(Bool)
        /// Messages between nodes arrive twice, or stop doing so.
        case duplicate(Bool)
        case changeMembership(MembershipPlan)
        /// To the first voter in this order that does not lead.
        case transfer(order: [Int])
    }

    /// Faults that share their times.
    private struct Schedule {
        var faults: [Fault]
        var ongoing: Set<Fault> = []
        /// In nanoseconds from the start of the run.
        var next: UInt64 = 0
    }

    private static let groups: [[Fault]] = [
        [.partition], [.kill, .pause], [.loss], [.duplicate], [.membership, .transfer],
    ]

    private let nodes: Int
    private let partitions: [Partition]
    /// The mean wait, in nanoseconds.
    private let interval: Double
    private var random: SeededRandom
    private var schedules: [Schedule]

    /// - Parameters:
    ///   - partitions: the ways to cut the network of which one is drawn each time.
    ///   - interval: the mean time between two acts of a schedule, in seconds.
    init(
        faults: [Fault], nodes: Int, interval: Double, partitions: [Partition] = Partition.allCases,
        random: SeededRandom
    ) {
        self.nodes = nodes
        self.partitions = partitions
        self.interval = interval * 1e9
        self.random = random
        schedules = Nemesis.groups.map { $0.filter(faults.contains) }.filter { !$0.isEmpty }
            .map { Schedule(faults: $0) }
        for index in schedules.indices where schedules[index].faults.contains(where: \.isAsked) {
            schedules[index].next = wait()
        }
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
        schedules[index].next = due + wait()
        let begins = schedules[index].ongoing.remove(fault) == nil
        if begins, !fault.isAsked { schedules[index].ongoing.insert(fault) }
        return act(fault, begins: begins)
    }

    private mutating func act(_ fault: Fault, begins: Bool) -> Act {
        switch fault {
        case .partition:
            guard begins else { return .stopPartition }
            let partition = partitions[random.below(partitions.count)]
            return .startPartition(partition, partition.cuts(nodes: nodes, random: &random))
        case .kill: return begins ? .kill(drawTarget(), order: drawOrder()) : .start
        case .pause: return begins ? .pause(drawTarget(), order: drawOrder()) : .resume
        case .loss: return .lose(begins)
        case .duplicate: return .duplicate(begins)
        case .membership: return .changeMembership(MembershipPlan(nodes: nodes, random: &random))
        case .transfer: return .transfer(order: drawOrder())
        }
    }

    private mutating func wait() -> UInt64 { UInt64(random.unit() * 2 * interval) }

    private mutating func drawTarget() -> Target {
        Target.allCases[random.below(Target.allCases.count)]
    }

    private mutating func drawOrder() -> [Int] { Array(0..<nodes).shuffled(using: &random) }
}

extension Nemesis.Fault {
    /// Whether it is something that operators ask of nodes, and no harm.
    var isAsked: Bool {
        switch self {
        case .membership, .transfer: true
        case .partition, .kill, .pause, .loss, .duplicate: false
        }
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

    /// Which nodes that are.
    /// - Parameters:
    ///   - order: all nodes, as drawn.
    ///   - leader: nil where nobody knows one: then it is anyone.
    func pick(_ order: [Int], leader: Int?) -> [Int] {
        let picked =
            switch self {
            case .one: order.prefix(1)
            case .minority: order.prefix((order.count - 1) / 2)
            case .majority: order.prefix(order.count / 2 + 1)
            case .leader: leader.map { [$0] } ?? order.prefix(1)
            case .all: order[...]
            }
        return picked.sorted()
    }
}
