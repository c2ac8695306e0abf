/// A member's id, as Maelstrom names it (`n0`, `n1`, …).
package typealias NodeID = String

extension String {
    /// Whether they are equal byte for byte, as ids and JSON are compared: `String`'s own `==` takes é and e + ´ for
    /// one.
    package func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Whether this one comes first by its bytes. `String`'s own `<` takes the square of the time for an id with many
    /// accents on one letter, which anybody may send.
    fileprivate func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

extension [NodeID] {
    /// These in the order of their bytes, each once.
    package var inOrder: [NodeID] {
        if zip(self, dropFirst()).allSatisfy({ $0.precedes($1) }) { return self }
        return sorted { $0.precedes($1) }.reduce(into: []) { ids, id in
            if ids.last?.isSame(as: id) != true { ids.append(id) }
        }
    }

    /// Whether `id` is among these, which are in order. However many they are, who looks for each of them takes little
    /// more time than their number.
    package func holds(_ id: NodeID) -> Bool {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].precedes(id) { low = middle + 1 } else { high = middle }
        }
        return low < endIndex && self[low].isSame(as: id)
    }
}

/// A term of the paper's §5.1: 0 before the first election, then rising; at most 2^62.
package typealias Term = Int

/// The index of an entry in the log: that of the first is 1, and 0 is before it; at most 2^62.
package typealias Index = Int

/// A point in time, or a span of it, on the monotonic clock of whoever drives the member.
package typealias Microseconds = Int

/// The upper bound of every term and index from outside, so that adding to one never overflows.
package let highestNumber = 1 << 62

/// The earliest of the times that are not nil.
package func earliest(_ times: Microseconds?...) -> Microseconds? {
    times.lazy.compactMap(\.self).min()
}

/// The number of a message: rising within one run of a member, and not repeated in its next run.
package typealias MessageID = Int

/// One entry of the log (§5.3).
package struct Entry: Hashable, Sendable {
    package enum Payload: Hashable, Sendable {
        /// A leader's first entry of its term, with which it commits entries of earlier terms (§5.4.2, §8).
        case noOp
        case command(Command)
        /// The membership in force from this entry on (§6).
        case membership(Membership)
    }

    package var term: Term
    package var payload: Payload

    package init(term: Term, payload: Payload) {
        self.term = term
        self.payload = payload
    }

    package init(term: Term, _ command: String) {
        self.init(term: term, payload: .command(Command(command)))
    }

    /// About how many bytes the entry adds to a message.
    package var size: Int {
        switch payload {
        case .noOp: 16
        case .command(let command): command.text.utf8.count + 16
        case .membership(let membership): 16 * (membership.voters.count + 1)
        }
    }
}

/// Term and vote: what a member must remember across a restart beside its log (Figure 2). Stored as one
/// record, for a term stored without its vote would let the member vote twice.
package struct HardState: Hashable, Sendable {
    package var term: Term
    package var votedFor: NodeID?
    /// Where the leader's log ended when it found that this member had lost what it acknowledged (Raft+LostLog.swift);
    /// nil where that never was, or is settled.
    package var lostLog: Index?

    package init(term: Term = 0, votedFor: NodeID? = nil, lostLog: Index? = nil) {
        self.term = term
        self.votedFor = votedFor
        self.lostLog = lostLog
    }
}

/// A seeded generator (SplitMix64): the same seed draws the same numbers in every process.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
