/// Schedules faults, as Jepsen's combined nemesis does. Network faults alternate between beginning and end: at once
/// at the start of the run, then after waits between 0 and twice the interval. Kill and pause share a schedule: each
/// time one of them is drawn, and each alternates too. Requests of operators come one by one, the first after a wait.
/// Everything random is drawn when an operation is due, so that a seed gives the same operations however the cluster
/// behaves.
struct Nemesis {
    enum Fault: String, CaseIterable, Encodable, Sendable {
        case partition, kill, pause, loss, duplicate, membership, transfer
    }

    enum Act: Hashable, Sendable {
        case startPartition(Partition, Cuts)
        case stopPartition
        /// SIGKILL to the target, picked from the nodes in this order.
        case kill(Target, order: [Int])
        /// Restarts all nodes that are down.
        case start
        /// SIGSTOP to the target, picked from the nodes in this order.
        case pause(Target, order: [Int])
        /// SIGCONT to all paused nodes.
        case resume
        /// Starts or stops losing messages between nodes.
        case lose(Bool)
        /// Starts or stops duplicating messages between nodes.
        case duplicate(Bool)
        case changeMembership(MembershipPlan)
        /// A transfer to the first voter in this order that does not lead.
        case transfer(order: [Int])
    }

    /// Faults that share a schedule.
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
    ///   - partitions: the kinds of partition to draw from.
    ///   - interval: the mean time between two operations of a schedule, in seconds.
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

    /// When the next operation is due, in nanoseconds since the start; nil if there is none.
    var next: UInt64? { schedules.map(\.next).min() }

    /// The operation that is due, if any.
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
    /// Whether it is a request of operators and not a failure.
    var isAsked: Bool {
        switch self {
        case .membership, .transfer: true
        case .partition, .kill, .pause, .loss, .duplicate: false
        }
    }
}

/// The nodes that a fault hits.
enum Target: String, CaseIterable, Sendable {
    case one
    /// The largest minority.
    case minority
    case majority
    case leader
    case all

    /// Picks the nodes.
    /// - Parameters:
    ///   - order: all nodes, in random order.
    ///   - leader: nil if unknown; the first node is picked then.
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
