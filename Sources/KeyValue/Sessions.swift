/// What was carried out lately, so that a copy of a request is answered as the first one was (§8).
///
/// Every member that has applied the same entries remembers the same.
package struct Sessions: Sendable {
    /// Some that were carried out one after another. They are forgotten together, and an image shares them, so
    /// that a change then copies one block only.
    struct Block: Sendable {
        fileprivate(set) var ids: [RequestID] = []
        /// Their lines in a snapshot. Written here once, and not with every snapshot that holds them.
        fileprivate(set) var lines: [UInt8] = []

        fileprivate mutating func append(_ id: RequestID, _ outcome: Outcome) {
            ids.append(id)
            for word in ["did ", id.words, " ", outcome.rawValue, "\n"] { lines += word.utf8 }
        }
    }

    /// How many requests are remembered at least, once there were so many.
    package static let capacity = 100_000
    private static let blockSize = 250

    private var outcomes: [RequestID: Outcome] = [:]
    /// What `outcomes` holds, oldest first: full blocks, but for the last.
    private(set) var blocks: [Block] = []

    func outcome(of id: RequestID) -> Outcome? { outcomes[id] }

    var count: Int { outcomes.count }

    mutating func remember(_ outcome: Outcome, of id: RequestID) {
        outcomes[id] = outcome
        if blocks.last?.ids.count ?? Self.blockSize == Self.blockSize { blocks.append(Block()) }
        blocks[blocks.count - 1].append(id, outcome)
        if outcomes.count >= Self.capacity + Self.blockSize {
            for id in blocks.removeFirst().ids { outcomes[id] = nil }
        }
    }
}
