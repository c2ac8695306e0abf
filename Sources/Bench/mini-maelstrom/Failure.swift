/// Why a run ended early.
enum Failure: Error, Hashable, CustomStringConvertible {
    /// A node printed an invalid line.
    case badLine(node: Int, line: String, why: String)
    case ended(node: Int, how: String)
    case notStarted(node: Int, why: String)
    /// The command of a fault failed.
    case command(node: Int, option: String, how: String)
    case interrupted

    /// The node whose log may explain it.
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
