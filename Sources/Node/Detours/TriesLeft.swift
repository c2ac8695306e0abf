/// How many more times the list of one member may be passed on to another. A row is empty while all its numbers are
/// zero, so that thousands of members do not take their number squared.
struct TriesLeft: Sendable {
    /// By receiver, then by owner of the list.
    private var rows: [[UInt8]]

    init(members: Int) {
        rows = Array(repeating: [], count: members)
    }

    subscript(receiver: Int, owner: Int) -> UInt8 {
        get { rows[receiver].isEmpty ? 0 : rows[receiver][owner] }
        set {
            if rows[receiver].isEmpty { rows[receiver] = Array(repeating: 0, count: rows.count) }
            rows[receiver][owner] = newValue
        }
    }
}
