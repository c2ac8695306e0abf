/// What a history of transactions must satisfy.
package enum ConsistencyModel: String, Hashable, Sendable, CaseIterable {
    case readCommitted = "read-committed"
    case snapshotIsolation = "snapshot-isolation"
    case serializable
    case strictSerializable = "strict-serializable"

    /// The anomalies that it rules out, and all that imply one of them, as Elle's tables say. Elle has no garbage read:
    /// like a duplicate element it is nothing that a history may have.
    package var forbidden: Set<AnomalyKind> {
        switch self {
        case .readCommitted:
            [
                .garbageRead, .duplicateElements, .incompatibleOrder, .g1a, .dirtyUpdate, .g1b, .futureRead,
                .g0,
                .g1c,
            ]
        case .snapshotIsolation:
            ConsistencyModel.readCommitted.forbidden
                .union([.internal, .lostUpdate, .gSingle, .gNonadjacent])
        case .serializable: ConsistencyModel.snapshotIsolation.forbidden.union([.g2Item])
        case .strictSerializable: Set(AnomalyKind.allCases)
        }
    }
}
