/// What a register holds: the workload writes integers, but a node may answer anything.
enum RegisterValue: Hashable, Sendable, CustomStringConvertible {
    case integer(Int)
    /// Some other JSON value, in words.
    case other(String)

    var description: String {
        switch self {
        case .integer(let value): String(value)
        case .other(let text): text
        }
    }
}
