import Foundation

/// The commands that start nodes and apply faults to them, on any host. In each, `{i}` becomes the node's number and
/// `{id}` its id.
struct ShellCommands: Hashable, Sendable {
    var start: String?
    var kill: String?
    var pause: String?
    var resume: String?

    static let shell = "/bin/sh"

    static func fill(_ command: String, node: Int, named name: String) -> String {
        command.replacingOccurrences(of: "{i}", with: "\(node)")
            .replacingOccurrences(of: "{id}", with: name)
    }

    /// - Throws: `UsageError` if a fault lacks its command.
    func check(_ faults: [Nemesis.Fault]) throws {
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
        for (fault, option, command) in needs where faults.contains(fault) && command == nil {
            throw UsageError(
                "--nemesis \(fault.rawValue): expected \(option), for only a command reaches the nodes of "
                    + "--node-command")
        }
    }
}
