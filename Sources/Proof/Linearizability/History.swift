/// One line of a history, after Jepsen: a process invokes an operation, and later learns how it went.
package struct HistoryEvent<Key: Hashable & Sendable, Value: Hashable & Sendable>: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case invoke
        /// It happened, between its invocation and here.
        case ok
        /// It did not happen, and never will.
        case fail
        /// Nobody knows: it may have happened, may yet happen at any time, or never.
        case info
    }

    package var process: Int
    package var kind: Kind
    package var key: Key
    package var action: Action<Value>

    package init(process: Int, kind: Kind, key: Key, action: Action<Value>) {
        self.process = process
        self.kind = kind
        self.key = key
        self.action = action
    }
}

/// Why a list of events is no history.
package enum HistoryError: Error, Hashable, Sendable {
    /// The process invokes while its last operation is open, or after one that it never learned the outcome of.
    case processIsBusy(process: Int, event: Int)
    /// The process completes an operation that it did not invoke.
    case nothingInvoked(process: Int, event: Int)
}

/// An operation from its invocation to its outcome; what definitely failed is none.
package struct RegisterOperation<Value: Hashable & Sendable>: Hashable, Sendable {
    package var process: Int
    package var action: Action<Value>
    /// The index of its invocation in the history.
    package var invoked: Int
    /// The index of its `ok`; nil where the outcome is unknown.
    package var returned: Int?

    package init(process: Int, action: Action<Value>, invoked: Int, returned: Int?) {
        self.process = process
        self.action = action
        self.invoked = invoked
        self.returned = returned
    }
}

/// What the processes of one run saw, in the order in which they saw it.
package struct History<Key: Hashable & Sendable, Value: Hashable & Sendable>: Sendable {
    package private(set) var events: [HistoryEvent<Key, Value>] = []

    package init() {}

    package mutating func append(_ event: HistoryEvent<Key, Value>) {
        events.append(event)
    }

    /// The operations of each key, in the order of their invocations; keys in the order of their first one.
    /// - Throws: `HistoryError`.
    package func operations() throws -> [(key: Key, operations: [RegisterOperation<Value>])] {
        var open: [Int: Int] = [:]
        var outcome: [Int: Int] = [:]
        for (index, event) in events.enumerated() {
            switch event.kind {
            case .invoke:
                guard open.updateValue(index, forKey: event.process) == nil else {
                    throw HistoryError.processIsBusy(process: event.process, event: index)
                }
            case .ok, .fail:
                guard let invocation = open.removeValue(forKey: event.process) else {
                    throw HistoryError.nothingInvoked(process: event.process, event: index)
                }
                outcome[invocation] = index
            case .info:
                // The process stays open: Jepsen goes on with a new one.
                guard open[event.process] != nil else {
                    throw HistoryError.nothingInvoked(process: event.process, event: index)
                }
            }
        }
        return grouped(outcome)
    }

    private func grouped(_ outcome: [Int: Int]) -> [(key: Key, operations: [RegisterOperation<Value>])] {
        var position: [Key: Int] = [:]
        var result: [(key: Key, operations: [RegisterOperation<Value>])] = []
        for (index, event) in events.enumerated() where event.kind == .invoke {
            let end = outcome[index]
            if let end, events[end].kind == .fail { continue }
            let operation = RegisterOperation(
                process: event.process, action: end.map { events[$0].action } ?? event.action,
                invoked: index, returned: end)
            if let known = position[event.key] {
                result[known].operations.append(operation)
            } else {
                position[event.key] = result.count
                result.append((event.key, [operation]))
            }
        }
        return result
    }
}
