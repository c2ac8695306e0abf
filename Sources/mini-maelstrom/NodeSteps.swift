import Glibc

/// What has to be done to a node that only commands reach: one after another, each once the last has ended.
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

    private var queues: [[Step]]
    private var running: [pid_t?]

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

    mutating func begin(_ pid: pid_t?, of node: Int) { running[node] = pid }

    /// Ends the current step of a node.
    mutating func end(_ node: Int) {
        running[node] = nil
        queues[node].removeFirst()
    }

    /// The commands that have ended, with the status that wait(2) gives.
    mutating func reap() -> [(node: Int, status: Int32)] {
        var ended: [(Int, Int32)] = []
        for (node, pid) in running.enumerated() {
            var status: Int32 = 0
            if let pid, waitpid(pid, &status, WNOHANG) == pid {
                running[node] = nil
                ended.append((node, status))
            }
        }
        return ended
    }
}
