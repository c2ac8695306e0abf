/// What cannot happen under one or another consistency model, by the names of Adya's thesis ("Weak Consistency", 1999)
/// and of Elle (Kingsbury and Alvaro, 2020), the most serious first.
package enum AnomalyKind: String, Hashable, Sendable, CaseIterable {
    /// A read of what nobody wrote.
    case garbageRead = "garbage-read"
    /// A list with an element that is in it twice.
    case duplicateElements = "duplicate-elements"
    /// Two reads of a list of which neither begins with the other: elements were lost, or changed places.
    case incompatibleOrder = "incompatible-order"
    /// A read of what a failed transaction wrote.
    case g1a = "G1a"
    /// A committed write on top of a failed one.
    case dirtyUpdate = "dirty-update"
    /// A read of what its writer replaced in the same transaction.
    case g1b = "G1b"
    /// A transaction that reads what it will write.
    case futureRead = "future-read"
    /// A transaction that does not read its own writes, or two values of one key.
    case `internal` = "internal"
    case g0 = "G0"
    case g1c = "G1c"
    /// Two transactions that read the same version of a key and replaced it both.
    case lostUpdate = "lost-update"
    case gSingle = "G-single"
    case gNonadjacent = "G-nonadjacent"
    case g2Item = "G2-item"
    case g0Realtime = "G0-realtime"
    case g1cRealtime = "G1c-realtime"
    case gSingleRealtime = "G-single-realtime"
    case gNonadjacentRealtime = "G-nonadjacent-realtime"
    case g2ItemRealtime = "G2-item-realtime"

    /// For people who do not know the names.
    package var words: String {
        switch self {
        case .garbageRead: "a read of what nobody wrote"
        case .duplicateElements: "an element twice in a list"
        case .incompatibleOrder: "reads of a list that contradict each other"
        case .g1a: "aborted read"
        case .dirtyUpdate: "a committed write on top of an aborted one"
        case .g1b: "intermediate read"
        case .futureRead: "a transaction reads what it writes later"
        case .internal: "a transaction contradicts itself"
        case .g0: "dirty write"
        case .g1c: "circular information flow"
        case .lostUpdate: "an update replaced unseen"
        case .gSingle: "read skew"
        case .gNonadjacent: "long fork"
        case .g2Item: "write skew"
        case .g0Realtime: "writes against the order of time"
        case .g1cRealtime: "a read of the future"
        case .gSingleRealtime: "stale read"
        case .gNonadjacentRealtime: "stale long fork"
        case .g2ItemRealtime: "stale write skew"
        }
    }

    /// The kind of a cycle, by Elle's rules.
    /// - Parameter relations: of its steps in order.
    init(cycle relations: [Relation]) {
        let realtime = relations.contains(.realtime)
        let antiDependencies = relations.count { $0 == .antiDependency }
        let adjacent = relations.indices.contains {
            relations[$0] == .antiDependency
                && relations[($0 + 1) % relations.count] == .antiDependency
        }
        if antiDependencies == 1 {
            self = realtime ? .gSingleRealtime : .gSingle
        } else if antiDependencies > 1 {
            self =
                if adjacent { realtime ? .g2ItemRealtime : .g2Item } else {
                    realtime ? .gNonadjacentRealtime : .gNonadjacent
                }
        } else if relations.contains(.readDependency) {
            self = realtime ? .g1cRealtime : .g1c
        } else {
            self = realtime ? .g0Realtime : .g0
        }
    }
}

/// Why one transaction must come before another.
package enum Relation: UInt8, Hashable, Sendable {
    /// Its write was replaced by the other's, or appended to.
    case writeDependency
    /// Its write was read by the other.
    case readDependency
    /// It read what the other replaced or appended to.
    case antiDependency
    /// It ended before the other began.
    case realtime
    /// Leads on from a node of the graph that is no transaction; part of the relation before it.
    case onward

    package var name: String {
        switch self {
        case .writeDependency: "ww"
        case .readDependency: "wr"
        case .antiDependency: "rw"
        case .realtime: "rt"
        case .onward: ""
        }
    }
}

/// An anomaly with the transactions that show it. Its words call them T1, T2 and so on, in the order of `transactions`.
package struct Anomaly: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package var relation: Relation
        package var words: String
    }

    package var kind: AnomalyKind
    /// Indexes of the transactions.
    package var transactions: [Int]
    /// Of a cycle: why each of the transactions must come before the next one, and the last before the first.
    package var steps: [Step] = []
    /// Of what is no cycle: what happened.
    package var words = ""
}
