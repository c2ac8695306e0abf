/// How often each member may still be told the list of each other one. Members that nobody was told of take no room:
/// thousands of them squared would.
struct TriesLeft: Sendable {
    /// By who is told; empty where that is zero for all.
    private var rows: [[UInt8]]

    init(members: Int) {
        rows = Array(repeating: [], count: members)
    }

    subscript(told: Int, of: Int) -> UInt8 {
        get { rows[told].isEmpty ? 0 : rows[told][of] }
        set {
            if rows[told].isEmpty { rows[told] = Array(repeating: 0, count: rows.count) }
            rows[told][of] = newValue
        }
    }
}
