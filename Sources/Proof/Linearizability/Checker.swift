/// Why a register's history has no order that explains it.
package struct LinearizabilityViolation<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The first operation that nothing explains: the history is in order up to its return.
    package var operation: RegisterOperation<Value>
    /// What the register could have held while it ran; nil is "no value".
    package var possible: [Value?]
    /// The operations invoked up to there, in that order; those that had not returned by then as unknown.
    package var prefix: [RegisterOperation<Value>]
    /// An order that explains all that had returned before the failing operation did: where each was invoked.
    package var order: [Int]
}

package enum Verdict<Value: Hashable & Sendable>: Hashable, Sendable {
    case linearizable
    case violated(LinearizabilityViolation<Value>)
    /// The search was given up after this many states.
    case undecided(states: Int)
}

/// Checks registers for linearizability (Herlihy and Wing, 1990). A register starts with no value.
package struct Checker: Sendable {
    /// After how many states of one key the search is given up; some 200 bytes each.
    package var limit: Int

    package init(limit: Int = 2_000_000) {
        self.limit = limit
    }

    /// The verdict on each key of a history, in the order of their first operations.
    /// - Throws: `HistoryError`.
    package func check<Key, Value>(
        _ history: History<Key, Value>
    ) throws -> [(key: Key, verdict: Verdict<Value>)] {
        try history.operations().map { ($0.key, check($0.operations)) }
    }

    /// The verdict on one register.
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

    /// Finds the shortest prefix that fails. A prefix of one that is in order is in order, so halving finds it.
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
                // What it was going to read, nobody knew yet.
                if case .read = cut.action { cut.action = .read(nil) }
            }
            return cut
        }
    }

    /// Puts a read of every value in the failing operation's place, and keeps those that fit.
    private func possible<Value>(_ prefix: [RegisterOperation<Value>], at failing: Int) -> [Value?] {
        var values: [Value?] = [nil]
        for operation in prefix where operation.invoked != prefix[failing].invoked {
            switch operation.action {
            case .read: break
            case .write(let value), .compareAndSet(_, let value):
                if !values.contains(value) { values.append(value) }
            }
        }
        return values.filter { value in
            var asked = prefix
            asked[failing].action = .read(value)
            return outcome(asked) == .linearizable
        }
    }
}
