/// Which lists of others each member is sent, and which it has. A row is empty while all of it is confirmed, so that
/// thousands of members do not take their number squared.
struct Deliveries: Sendable {
    enum Delivery {
        /// The member holds the list, or there is none.
        case confirmed
        /// The list was sent to the member, which may not have received it.
        case passedOn
        /// The list is new, or new to the member.
        case due
    }

    /// By receiver, then by owner of the list.
    private var rows: [[Delivery]]

    init(members: Int) {
        rows = Array(repeating: [], count: members)
    }

    subscript(receiver: Int, owner: Int) -> Delivery {
        get { rows[receiver].isEmpty ? .confirmed : rows[receiver][owner] }
        set {
            if rows[receiver].isEmpty { rows[receiver] = Array(repeating: .confirmed, count: rows.count) }
            rows[receiver][owner] = newValue
        }
    }

    mutating func confirmAll(to receiver: Int) { rows[receiver] = [] }
}
