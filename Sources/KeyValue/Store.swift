/// What carrying out a write or cas came to. It is remembered, so that a copy of the request is answered
/// as the first one was.
package enum Outcome: Hashable, Sendable {
    case written
    case swapped
    /// A cas of a key that does not exist.
    case noSuchKey
    /// A cas whose `from` was not the current value.
    case differs
}

/// The key-value map, and what was carried out lately: the state machine that the log drives. Every member
/// that has applied the same entries holds the same.
package struct Store: Sendable {
    /// How many requests are remembered.
    package static let remembered = 100_000

    private var values: [JSONValue: JSONValue] = [:]
    private var outcomes: [RequestID: Outcome] = [:]
    /// The ids of `outcomes`, in the order in which they were carried out; a ring once it is full.
    private var order: [RequestID] = []
    /// Where the oldest id stands once the ring is full.
    private var oldest = 0

    package init() {}

    package subscript(key: JSONValue) -> JSONValue? { values[key] }

    /// How many keys there are.
    package var count: Int { values.count }

    /// What the request came to, if it is among the last that were carried out.
    package func outcome(of id: RequestID) -> Outcome? { outcomes[id] }

    /// Carries out a write or cas, unless a copy of it was: then nothing changes.
    package mutating func apply(_ request: Request) -> Outcome {
        if let known = outcomes[request.id] { return known }
        let outcome = carryOut(request.operation)
        remember(outcome, of: request.id)
        return outcome
    }

    private mutating func carryOut(_ operation: Operation) -> Outcome {
        switch operation {
        case .read: preconditionFailure("reads are never in the log")
        case .write(let key, let value):
            values[key] = value
            return .written
        case .cas(let key, let from, let to, let createIfNotExists):
            guard let current = values[key] else {
                guard createIfNotExists else { return .noSuchKey }
                values[key] = to
                return .swapped
            }
            guard current == from else { return .differs }
            values[key] = to
            return .swapped
        }
    }

    private mutating func remember(_ outcome: Outcome, of id: RequestID) {
        outcomes[id] = outcome
        if order.count < Self.remembered {
            order.append(id)
        } else {
            outcomes[order[oldest]] = nil
            order[oldest] = id
            oldest = (oldest + 1) % Self.remembered
        }
    }
}
