import Consensus

/// The results of the latest completed requests, so that a copy of a request gets the answer of the first (§8).
///
/// They are part of the replicated state: all members that have applied the same entries hold the same results.
package struct CompletedRequests: Hashable, Sendable {
    /// Consecutive requests. They are dropped together. Blocks are shared with copies of the store, so that a change
    /// copies one block only.
    struct Block: Hashable, Sendable {
        fileprivate(set) var ids: [RequestID] = []
        /// Their lines in a snapshot, written once rather than for every snapshot.
        fileprivate(set) var lines: [UInt8] = []
        /// Of what their transactions read.
        fileprivate var readBytes = 0

        fileprivate mutating func append(_ id: RequestID, _ outcome: OperationResult) {
            ids.append(id)
            readBytes += outcome.readBytes
            lines += "did ".utf8
            lines += id.head.utf8
            lines += " ".utf8
            lines.append(hexadecimal: id.digest)
            lines += " ".utf8
            outcome.write(to: &lines)
            lines += "\n".utf8
        }
    }

    /// `requestsRemembered`, `requestsInBlock` and `readBytesRemembered` apply.
    private let limits: Limits
    private var outcomes: [RequestID: OperationResult] = [:]
    /// The ids in `outcomes`, oldest first, in full blocks but for the last.
    private(set) var blocks: [Block] = []
    /// In all blocks.
    private var readBytes = 0

    package init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    func outcome(of id: RequestID) -> OperationResult? { outcomes[id] }

    var count: Int { outcomes.count }

    mutating func remember(_ outcome: OperationResult, of id: RequestID) {
        // So that what is too large for all of the room is written nowhere.
        let outcome = outcome.readBytes > limits.readBytesRemembered ? outcome.withoutReads : outcome
        outcomes[id] = outcome
        if blocks.last?.ids.count ?? limits.requestsInBlock == limits.requestsInBlock {
            blocks.append(Block())
        }
        readBytes += outcome.readBytes
        blocks[blocks.count - 1].append(id, outcome)
        if outcomes.count >= limits.requestsRemembered + limits.requestsInBlock {
            let oldest = blocks.removeFirst()
            readBytes -= oldest.readBytes
            for id in oldest.ids { outcomes[id] = nil }
        }
        while readBytes > limits.readBytesRemembered { forgetOldestReads(but: id) }
    }

    /// Forgets what the transactions of a block read, though not that they were carried out.
    /// - Parameter latest: keeps it.
    private mutating func forgetOldestReads(but latest: RequestID) {
        guard let slot = blocks.firstIndex(where: { $0.readBytes > 0 }) else {
            readBytes = 0
            return
        }
        let ids = blocks[slot].ids
        readBytes -= blocks[slot].readBytes
        defer { readBytes += blocks[slot].readBytes }
        blocks[slot] = Block()
        for id in ids {
            guard var outcome = outcomes[id] else { continue }
            if id != latest { outcome = outcome.withoutReads }
            outcomes[id] = outcome
            blocks[slot].append(id, outcome)
        }
    }

    /// The same requests under other limits, which are known only after a snapshot was read.
    func within(_ limits: Limits) -> CompletedRequests {
        guard limits != self.limits else { return self }
        var completedRequests = CompletedRequests(limits)
        for id in blocks.lazy.flatMap(\.ids) {
            if let outcome = outcomes[id] { completedRequests.remember(outcome, of: id) }
        }
        return completedRequests
    }
}

extension [UInt8] {
    /// Appends the digits of `number`, as `String(number, radix: 16)` has them.
    fileprivate mutating func append(hexadecimal number: UInt64) {
        let count = Swift.max(1, (67 - number.leadingZeroBitCount) / 4)
        for digit in (0..<count).reversed() {
            let value = UInt8(truncatingIfNeeded: number >> UInt64(4 * digit)) & 15
            append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
        }
    }
}
