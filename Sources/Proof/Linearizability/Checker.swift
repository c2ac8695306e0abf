/// Why a register's history is not linearizable.
package struct LinearizabilityViolation<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The operation whose return makes the history impossible; the history before that return is linearizable.
    package var operation: RegisterOperation<Value>
    /// The values that a read in its place could have returned; nil is "no value".
    package var possible: [Value?]
    /// The operations invoked before that return, in order of invocation. Those that had not returned by then
    /// have an unknown outcome here.
    package var prefix: [RegisterOperation<Value>]
    /// A linearization of all other operations in `prefix` that had returned, as their `invoked` indexes. Empty
    /// where the search reached its limit.
    package var order: [Int]
}

package enum Verdict<Value: Hashable & Sendable>: Hashable, Sendable {
    case linearizable
    case violated(LinearizabilityViolation<Value>)
    /// The search stopped after this many states.
    case undecided(states: Int)
}

/// Checks registers for linearizability (Herlihy and Wing, 1990). A register starts without a value.
package struct Checker: Sendable {
    /// The largest number of states to search per key, at about 200 bytes each.
    package var limit: Int

    package init(limit: Int = 2_000_000) {
        self.limit = limit
    }

    /// Checks each key of a history, in the order of the keys' first operations.
    /// - Throws: `HistoryError`.
    package func check<Key, Value>(
        _ history: History<Key, Value>
    ) throws -> [(key: Key, verdict: Verdict<Value>)] {
        try history.operations().map { ($0.key, check($0.operations)) }
    }

    /// Checks the operations of one register.
    package func check<Value>(_ operations: [RegisterOperation<Value>]) -> Verdict<Value> {
        switch outcome(operations) {
        case .linearizable: .linearizable
        case .undecided: .undecided(states: limit)
        case .impossible: .violated(violation(operations))
        }
    }

    private func outcome<Value>(_ operations: [RegisterOperation<Value>]) -> Search.SearchResult {
        var search = Search(Problem(operations), limit: limit)
        return search.run()
    }

    /// Finds the shortest impossible prefix by bisection: every prefix of a linearizable history is linearizable.
    private func violation<Value>(_ operations: [RegisterOperation<Value>]) -> LinearizabilityViolation<Value>
    {
        let returns = operations.compactMap(\.returned).sorted()
        var good = -1
        var bad = returns.count - 1
        while bad - good > 1 {
            let middle = (good + bad) / 2
            if outcome(prefix(operations, through: returns[middle])) == .impossible {
                bad = middle
            } else {
                good = middle
            }
        }
        let shortest = prefix(operations, through: returns[bad])
        guard let failing = shortest.firstIndex(where: { $0.returned == returns[bad] }) else {
            preconditionFailure("a prefix holds the operation that it ends with")
        }
        return LinearizabilityViolation(
            operation: shortest[failing], possible: possible(shortest, at: failing), prefix: shortest,
            order: order(shortest, without: failing))
    }

    private func order<Value>(_ prefix: [RegisterOperation<Value>], without failing: Int) -> [Int] {
        var others = prefix
        others.remove(at: failing)
        var search = Search(Problem(others), limit: limit)
        return search.run() == .linearizable ? search.order : []
    }

    private func prefix<Value>(
        _ operations: [RegisterOperation<Value>], through end: Int
    ) -> [RegisterOperation<Value>] {
        operations.filter { $0.invoked < end }.sorted { $0.invoked < $1.invoked }.map { operation in
            var cut = operation
            if let returned = cut.returned, returned > end {
                cut.returned = nil
                // The value that it will read is not known yet.
                if case .read = cut.action { cut.action = .read(nil) }
            }
            return cut
        }
    }

    /// Replaces the failing operation by a read of each value in turn, and returns the values that fit.
    private func possible<Value>(_ prefix: [RegisterOperation<Value>], at failing: Int) -> [Value?] {
        var values: [Value?] = [nil]
        for operation in prefix where operation.invoked != prefix[failing].invoked {
            if let value = operation.action.effect.leaves, !values.contains(value) { values.append(value) }
        }
        return values.filter { value in
            var asked = prefix
            asked[failing].action = .read(value)
            return outcome(asked) == .linearizable
        }
    }
}
