/// Why a run ends before its time.
enum Failure: Error, Hashable, CustomStringConvertible {
    /// A node printed something that is no message.
    case badLine(node: Int, line: String, why: String)
    case ended(node: Int, how: String)
    case notStarted(node: Int, why: String)
    case interrupted

    /// The node whose log may say more.
    var node: Int? {
        switch self {
        case .badLine(let node, _, _), .ended(let node, _), .notStarted(let node, _): node
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
        case .interrupted:
            "interrupted"
        }
    }
}
