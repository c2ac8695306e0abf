import Glibc

/// What has to be done to a node: one after another, each once the last has ended. Commands take their time; what
/// the bench does itself has ended at once.
struct NodeSteps {
    enum Step {
        case kill, pause, resume
        /// Starts the node again, as it was.
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

    /// The longest that a command may take, in nanoseconds.
    static let patience: UInt64 = 60_000_000_000

    private var queues: [[Step]]
    private var running: [(pid: pid_t, since: UInt64)?]

    init(nodes: Int) {
        queues = Array(repeating: [], count: nodes)
        running = Array(repeating: nil, count: nodes)
    }

    /// Whether it is being killed: then it may end at any time.
    func isDying(_ node: Int) -> Bool { queues[node].contains(.kill) }

    /// Whether it will run once all is done, given whether it runs now.
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

    /// - Returns: whether this step comes at once.
    mutating func add(_ step: Step, to node: Int) -> Bool {
        queues[node].append(step)
        return queues[node].count == 1
    }

    func current(_ node: Int) -> Step? { queues[node].first }

    mutating func begin(_ pid: pid_t, of node: Int, at now: UInt64) { running[node] = (pid, now) }

    /// A node whose command takes too long.
    func late(at now: UInt64) -> Int? {
        running.firstIndex { $0.map { now >= $0.since + NodeSteps.patience } ?? false }
    }

    /// Ends all commands that have not ended, each with what it started.
    mutating func abandon() {
        for case let command? in running {
            Glibc.kill(-command.pid, SIGKILL)
            while waitpid(command.pid, nil, 0) == -1, errno == EINTR {}
        }
        running = running.map { _ in nil }
    }

    /// Ends the current step of a node.
    mutating func end(_ node: Int) {
        running[node] = nil
        queues[node].removeFirst()
    }

    /// The commands that have ended, with the status that wait(2) gives.
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
