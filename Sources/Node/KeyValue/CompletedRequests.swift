import Consensus

/// The results of the latest completed requests, so that a copy of a request gets the answer of the first (§8).
///
/// They are part of the replicated state: all members that have applied the same entries hold the same results.
package struct CompletedRequests: Sendable {
    /// Consecutive requests. They are dropped together. Blocks are shared with copies of the store, so that a change
    /// copies one block only.
    struct Block: Sendable {
        fileprivate(set) var ids: [RequestID] = []
        /// Their lines in a snapshot, written once rather than for every snapshot.
        fileprivate(set) var lines: [UInt8] = []

        fileprivate mutating func append(_ id: RequestID, _ outcome: OperationResult) {
            ids.append(id)
            lines += "did ".utf8
            lines += id.head.utf8
            lines += " ".utf8
            lines.append(hexadecimal: id.digest)
            lines += " ".utf8
            lines += outcome.rawValue.utf8
            lines += "\n".utf8
        }
    }

    /// `requestsRemembered` and `requestsInBlock` apply.
    private let limits: Limits
    private var outcomes: [RequestID: OperationResult] = [:]
    /// The ids in `outcomes`, oldest first, in full blocks but for the last.
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
