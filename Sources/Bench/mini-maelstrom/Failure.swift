/// Why a run ends before its time.
enum Failure: Error, Hashable, CustomStringConvertible {
    /// A node printed something that is no message.
    case badLine(node: Int, line: String, why: String)
    case ended(node: Int, how: String)
    case notStarted(node: Int, why: String)
    /// A command that was to strike a node has failed.
    case command(node: Int, option: String, how: String)
    case interrupted

    /// The node whose log may say more.
    var node: Int? {
        switch self {
        case .badLine(let node, _, _), .ended(let node, _), .notStarted(let node, _),
            .command(let node, _, _):
            node
        case .interrupted: nil
        }
    }

    var description: String {
        switch self {
        case .badLine(let node, let line, let why):
            "n\(node) printed a line that is no message (\(why)): \(line)"
        case .ended(let node, let how):
            "n\(node) \(how) by itself"
        case .notStarted(let node, let why):
            "n\(node) did not answer init: \(why)"
        case .command(let node, let option, let how):
            "\(option) for n\(node) \(how)"
        case .interrupted:
            "interrupted"
        }
    }
}
