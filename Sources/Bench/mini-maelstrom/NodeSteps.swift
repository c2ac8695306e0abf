import Platform

/// The queued steps of each node. A step starts when the one before has ended: when its command has exited, or at once
/// where the bench does it itself.
struct NodeSteps {
    enum Step {
        case kill, pause, resume
        /// Restarts the node with the same arguments.
        case start

        var option: String {
            switch self {
            case .kill: "--kill-command"
            case .pause: "--pause-command"
            case .resume: "--resume-command"
            case .start: "--node-command"
            }
        }
    }

    /// The longest duration of a command, in nanoseconds.
    static let patience: UInt64 = 60_000_000_000

    private var queues: [[Step]]
    private var running: [(pid: pid_t, since: UInt64)?]

    init(nodes: Int) {
        queues = Array(repeating: [], count: nodes)
        running = Array(repeating: nil, count: nodes)
    }

    /// Whether a kill is queued, so that the node may end at any time.
    func isDying(_ node: Int) -> Bool { queues[node].contains(.kill) }

    /// Whether the node runs after all queued steps, given whether it runs now.
    func willRun(_ node: Int, runs: Bool) -> Bool {
        for step in queues[node].reversed() {
            switch step {
            case .kill: return false
            case .start: return true
            case .pause, .resume: break
            }
        }
        return runs
    }

    /// - Returns: whether the step starts at once.
    mutating func add(_ step: Step, to node: Int) -> Bool {
        queues[node].append(step)
        return queues[node].count == 1
    }

    func current(_ node: Int) -> Step? { queues[node].first }

    mutating func begin(_ pid: pid_t, of node: Int, at now: UInt64) { running[node] = (pid, now) }

    /// A node whose command has taken longer than `patience`.
    func late(at now: UInt64) -> Int? {
        running.firstIndex { $0.map { now >= $0.since + NodeSteps.patience } ?? false }
    }

    /// Kills all running commands with their children.
    mutating func abandon() {
        for case let command? in running {
            systemKill(-command.pid, SIGKILL)
            while waitpid(command.pid, nil, 0) == -1, errno == EINTR {}
        }
        running = running.map { _ in nil }
    }

    /// Ends the current step of a node.
    mutating func end(_ node: Int) {
        running[node] = nil
        queues[node].removeFirst()
    }

    /// The commands that have ended, with their wait(2) statuses.
    mutating func reap() -> [(node: Int, status: Int32)] {
        var ended: [(Int, Int32)] = []
        for (node, command) in running.enumerated() {
            var status: Int32 = 0
            if let pid = command?.pid, waitpid(pid, &status, WNOHANG) == pid {
                running[node] = nil
                ended.append((node, status))
            }
        }
        return ended
    }
}
