/// What was carried out lately, so that a copy of a request is answered as the first one was (§8).
///
/// Every member that has applied the same entries remembers the same.
package struct Sessions: Sendable {
    package struct Remembered: Hashable, Sendable {
        package var id: RequestID
        package var outcome: Outcome
    }

    /// How many requests are remembered.
    package static let capacity = 100_000
    private static let blockSize = 250

    private var outcomes: [RequestID: Outcome] = [:]
    /// What `outcomes` holds, oldest first: full blocks, but for the last, and the first `forgotten` of the
    /// first block. In blocks, because an image shares them, and a change then copies one block only.
    private(set) var blocks: [[Remembered]] = []
    private(set) var forgotten = 0

    func outcome(of id: RequestID) -> Outcome? { outcomes[id] }

    var count: Int { outcomes.count }

    mutating func remember(_ outcome: Outcome, of id: RequestID) {
        outcomes[id] = outcome
        if blocks.isEmpty || blocks[blocks.count - 1].count == Self.blockSize {
            var block: [Remembered] = []
            block.reserveCapacity(Self.blockSize)
            blocks.append(block)
        }
        blocks[blocks.count - 1].append(Remembered(id: id, outcome: outcome))
        if outcomes.count > Self.capacity { forgetOldest() }
    }

    private mutating func forgetOldest() {
        outcomes[blocks[0][forgotten].id] = nil
        forgotten += 1
        if forgotten == Self.blockSize {
            blocks.removeFirst()
            forgotten = 0
        }
    }
}
