/// Why a run ended early.
enum Failure: Error, Hashable {
    /// A node printed an invalid line.
    case badLine(node: Int, line: String, why: String)
    case ended(node: Int, how: String)
    case notStarted(node: Int, why: String)
    /// The command of a fault failed.
    case command(node: Int, option: String, how: String)
    /// By a signal.
    case interrupted(Int32)

    /// The node whose log may explain it.
    var node: Int? {
        switch self {
        case .badLine(let node, _, _), .ended(let node, _), .notStarted(let node, _),
            .command(let node, _, _):
            node
        case .interrupted: nil
        }
    }

    /// The signal that interrupted the run.
    var signal: Int32? {
        if case .interrupted(let signal) = self { signal } else { nil }
    }

    func words(_ names: NodeNames = NodeNames()) -> String {
        switch self {
        case .badLine(let node, let line, let why):
            "\(names[node]) printed "
                + (line.isEmpty
                    ? "an empty line, which is no message\n"
                    : "a line that is no message (\(why)): \(line)\n")
                + "stdout is for messages, each a JSON object on a line; what is for people belongs on stderr"
        case .ended(let node, let how):
            "\(names[node]) \(how) by itself"
        case .notStarted(let node, let why):
            "\(names[node]) did not start: \(why)"
        case .command(let node, let option, let how):
            "\(option) for \(names[node]) \(how)"
        case .interrupted:
            "interrupted"
        }
    }
}
