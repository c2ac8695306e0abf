import Consensus

/// Which requests stand in a member's log behind what it has applied, committed or not: of these nobody may be told
/// that they will not happen.
///
/// Nothing is looked at before somebody asks: most logs are applied without that, also a long one at a start. From then
/// on, and until all is applied, each entry is looked at once, so that what a turn costs does not grow with the log.
struct UnappliedRequests: Hashable, Sendable {
    /// Those of the entries from `first` on; nil where one holds none.
    private var ids: ArraySlice<RequestID?> = []
    private var first: Index
    /// How often each stands in `ids`.
    private var counts: [RequestID: Int] = [:]
    /// How many entries were ever looked at, each as often as that was done: what looking costs.
    private(set) var looks = 0

    init(after index: Index) {
        first = index + 1
    }

    /// The next index that was not looked at.
    private var end: Index { first + ids.count }

    /// How many entries of `log` were not looked at.
    func lag(behind log: Log) -> Int { log.lastIndex + 1 - end }

    /// Whether somebody has asked, and what was found is not applied yet.
    var isInUse: Bool { !ids.isEmpty }

    func contains(_ id: RequestID) -> Bool { counts[id] != nil }

    /// Looks at what `log` holds beyond what was seen of it.
    mutating func scan(_ log: Log) {
        for index in stride(from: max(end, log.firstIndex), through: log.lastIndex, by: 1) {
            let id: RequestID? =
                switch log[index].payload {
                case .noOp: nil
                case .command(let command): command.id
                case .membership(let membership): RequestID(words: membership.change)
                }
            ids.append(id)
            looks += 1
            if let id { counts[id, default: 0] += 1 }
        }
    }

    /// The entries from `index` on are gone, or others.
    mutating func truncate(from index: Index) {
        while end > max(index, first), let id = ids.popLast() { drop(id) }
    }

    /// What stands up to `index` is applied.
    mutating func forget(upTo index: Index) {
        while first <= index, let id = ids.popFirst() {
            drop(id)
            first += 1
        }
        first = max(first, index + 1)
    }

    private mutating func drop(_ id: RequestID?) {
        guard let id, let count = counts[id] else { return }
        counts[id] = count == 1 ? nil : count - 1
    }
}
