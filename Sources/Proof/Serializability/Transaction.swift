/// A value that a transaction writes or reads.
package enum Datum: Hashable, Sendable, CustomStringConvertible {
    case integer(Int)
    /// Another JSON value, as text.
    case other(String)

    package var description: String {
        switch self {
        case .integer(let value): String(value)
        case .other(let text): text
        }
    }
}

/// One step of a transaction. A key is a list or a register for a whole history, as its writes tell.
package enum MicroOperation: Hashable, Sendable {
    /// What was read: the elements of a list, the one value of a register, nothing of a key that is not there. Nil
    /// where that is not known.
    case read(key: Int, values: [Datum]?)
    /// Replaces the value of a register.
    case write(key: Int, value: Datum)
    /// Adds an element to the end of a list.
    case append(key: Int, value: Datum)

    package var key: Int {
        switch self {
        case .read(let key, _), .write(let key, _), .append(let key, _): key
        }
    }

    /// What it writes or appends; nil for a read.
    package var written: Datum? {
        switch self {
        case .read: nil
        case .write(_, let value), .append(_, let value): value
        }
    }

    /// What it read; nil for a write, and where it is not known.
    package var seen: [Datum]? {
        if case .read(_, let values) = self { values } else { nil }
    }
}

/// A transaction from its invocation to its outcome.
package struct Transaction: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// It happened, between its invocation and its return.
        case committed
        /// It did not happen, and never will.
        case failed
        /// Nobody knows: it may have happened, may yet happen at any time, or never.
        case unknown
    }

    package var process: Int
    /// What it was answered where it was committed, else what it asked.
    package var operations: [MicroOperation]
    package var outcome: Outcome
    /// The index of its invocation in the history.
    package var invoked: Int
    /// The index of its return in the history; counts only where it was committed.
    package var returned: Int

    package init(
        process: Int, operations: [MicroOperation], outcome: Outcome, invoked: Int, returned: Int = .max
    ) {
        self.process = process
        self.operations = operations
        self.outcome = outcome
        self.invoked = invoked
        self.returned = returned
    }
}

/// Why a list of transactions or events cannot be checked.
package enum TransactionHistoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The checker needs writes of a key to differ, or it cannot say whose value was read.
    case writtenTwice(key: Int, value: Datum)
    /// The key is written and appended to.
    case listAndRegister(key: Int)
    /// The process invokes while its last transaction is open, or after one of unknown outcome.
    case processIsBusy(process: Int, event: Int)
    /// The process completes a transaction that it did not invoke.
    case nothingInvoked(process: Int, event: Int)

    package var description: String {
        switch self {
        case .writtenTwice(let key, let value): "\(value) was written to key \(key) more than once"
        case .listAndRegister(let key): "key \(key) was written like a register and appended to like a list"
        case .processIsBusy(let process, let event):
            "event \(event): process \(process) invokes before its last transaction ended"
        case .nothingInvoked(let process, let event):
            "event \(event): process \(process) completes what it did not invoke"
        }
    }
}

/// What the processes of one run saw, in the order in which they saw it, after Jepsen.
package struct TransactionHistory: Sendable {
    package struct Event: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case invoke, ok, fail, info
        }

        package var process: Int
        package var kind: Kind
        package var operations: [MicroOperation]

        package init(process: Int, kind: Kind, operations: [MicroOperation]) {
            self.process = process
            self.kind = kind
            self.operations = operations
        }
    }

    package private(set) var events: [Event] = []

    package init() {}

    package mutating func append(_ event: Event) {
        events.append(event)
    }

    /// The transactions in the order of their invocations. Those that never ended have an unknown outcome.
    /// - Throws: `TransactionHistoryError`.
    package func transactions() throws(TransactionHistoryError) -> [Transaction] {
        var open: [Int: Int] = [:]
        var result: [Transaction] = []
        for (index, event) in events.enumerated() {
            guard event.kind != .invoke else {
                guard open.updateValue(result.count, forKey: event.process) == nil else {
                    throw .processIsBusy(process: event.process, event: index)
                }
                result.append(
                    Transaction(
                        process: event.process, operations: event.operations, outcome: .unknown,
                        invoked: index))
                continue
            }
            guard let number = open[event.process] else {
                throw .nothingInvoked(process: event.process, event: index)
            }
            // The process of an unknown outcome stays open: Jepsen goes on with a new one.
            guard event.kind != .info else { continue }
            open[event.process] = nil
            result[number].outcome = event.kind == .ok ? .committed : .failed
            result[number].returned = index
            if event.kind == .ok { result[number].operations = event.operations }
        }
        return result
    }
}
