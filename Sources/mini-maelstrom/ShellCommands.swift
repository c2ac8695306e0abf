import Foundation
import Glibc

/// Nodes that run wherever a command reaches them: how to start them, and what strikes them there. In each,
/// `{i}` stands for the number of a node and `{id}` for its name.
struct ShellCommands: Hashable, Sendable {
    var start: String?
    var kill: String?
    var pause: String?
    var resume: String?

    static let shell = "/bin/sh"

    static func fill(_ command: String, node: Int) -> String {
        command.replacingOccurrences(of: "{i}", with: "\(node)")
            .replacingOccurrences(of: "{id}", with: "n\(node)")
    }

    /// - Throws: `UsageError` where a fault has no command that would bring it about.
    func check(_ faults: [Nemesis.Fault], bin: String?) throws {
        let needs: [(Nemesis.Fault, String, String?)] = [
            (.kill, "--kill-command", kill), (.pause, "--pause-command", pause),
            (.pause, "--resume-command", resume),
        ]
        guard start != nil else {
            if let (_, option, command) = needs.first(where: { $0.2 != nil }), let command {
                throw UsageError(option, command, expected: "--node-command with it")
            }
            return
        }
        if let bin { throw UsageError("--bin", bin, expected: "either --bin or --node-command") }
        for (fault, option, command) in needs where faults.contains(fault) && command == nil {
            throw UsageError(
                "--nemesis \(fault.rawValue): expected \(option), for only a command reaches the nodes of "
                    + "--node-command")
        }
    }
}

/// What has to be done to a node that only commands reach: one after another, each once the last has ended.
struct Errands {
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

    private var steps: [[Step]]
    private var running: [pid_t?]

    init(nodes: Int) {
        steps = Array(repeating: [], count: nodes)
        running = Array(repeating: nil, count: nodes)
    }

    /// Whether it is being killed: then it may end at any time.
    func isDying(_ node: Int) -> Bool { steps[node].contains(.kill) }

    /// Whether it will run once all is done, given whether it runs now.
    func willRun(_ node: Int, runs: Bool) -> Bool {
        for step in steps[node].reversed() {
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
        steps[node].append(step)
        return steps[node].count == 1
    }

    func current(_ node: Int) -> Step? { steps[node].first }

    mutating func begin(_ pid: pid_t?, of node: Int) { running[node] = pid }

    /// Ends the current step of a node.
    mutating func end(_ node: Int) {
        running[node] = nil
        steps[node].removeFirst()
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
