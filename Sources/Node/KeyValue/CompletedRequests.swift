import Consensus

/// What was carried out lately, so that a copy of a request is answered as the first one was (§8).
///
/// Every member that has applied the same entries remembers the same.
package struct CompletedRequests: Sendable {
    /// Some that were carried out one after another. They are forgotten together, and an image shares them, so
    /// that a change then copies one block only.
    struct Block: Sendable {
        fileprivate(set) var ids: [RequestID] = []
        /// Their lines in a snapshot. Written here once, and not with every snapshot that holds them.
        fileprivate(set) var lines: [UInt8] = []

        fileprivate mutating func append(_ id: RequestID, _ outcome: OperationResult) {
            ids.append(id)
            for word in ["did ", id.words, " ", outcome.rawValue, "\n"] { lines += word.utf8 }
        }
    }

    /// Those that say how many are remembered, and forgotten together.
    private let limits: Limits
    private var outcomes: [RequestID: OperationResult] = [:]
    /// What `outcomes` holds, oldest first: full blocks, but for the last.
    private(set) var blocks: [Block] = []

    package init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    func outcome(of id: RequestID) -> OperationResult? { outcomes[id] }

    var count: Int { outcomes.count }

    mutating func remember(_ outcome: OperationResult, of id: RequestID) {
        outcomes[id] = outcome
        if blocks.last?.ids.count ?? limits.requestsInBlock == limits.requestsInBlock {
            blocks.append(Block())
        }
        blocks[blocks.count - 1].append(id, outcome)
        if outcomes.count >= limits.requestsRemembered + limits.requestsInBlock {
            for id in blocks.removeFirst().ids { outcomes[id] = nil }
        }
    }

    /// The same within other limits: what was read back before they were known.
    func within(_ limits: Limits) -> CompletedRequests {
        guard limits != self.limits else { return self }
        var completedRequests = CompletedRequests(limits)
        for id in blocks.lazy.flatMap(\.ids) {
            if let outcome = outcomes[id] { completedRequests.remember(outcome, of: id) }
        }
        return completedRequests
    }
}
