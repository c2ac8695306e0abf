/// A register's value. The workload writes integers, but a node may answer anything.
enum RegisterValue: Hashable, Sendable, CustomStringConvertible {
    case integer(Int)
    /// Another JSON value, as text.
    case other(String)

    var description: String {
        switch self {
        case .integer(let value): String(value)
        case .other(let text): text
        }
    }
}
