import KeyValue
import Linearizability
import Raft

/// What clients are told, against what is true.
extension Ledger {
    /// What an answer means to the client.
    enum Meaning {
        /// The request is over.
        case settled
        /// It may yet happen, or this copy of it will not.
        case open
    }

    /// A member in its present life answers `reply`; a member that answers what it was not asked is at fault.
    /// - Returns: the operation.
    func operation(answeredBy reply: ClientReply) throws -> Int {
        let number = reply.inReplyTo ?? Int(reply.client.dropFirst())
        guard let number, asked.indices.contains(number), reply.client == request(number).client,
            asked[number].isNumbered == (reply.inReplyTo != nil)
        else { throw Breach(.answers, "an answer to \(reply.client) that it did not ask for") }
        return number
    }

    mutating func answered(
        _ number: Int, _ body: ClientReply.Body, by member: Int, life: Int, _ truth: Truth
    ) throws -> Meaning {
        guard
            let copy = asked[number].copies.firstIndex(where: {
                $0.member == member && $0.life == life && !$0.isAnswered
            })
        else { throw Breach(.answers, "n\(member) answers request \(number) more often than it was asked") }
        asked[number].copies[copy].isAnswered = true
        switch (body, asked[number].action) {
        case (.readOK(let value), .read): try saw(number, Int(value.text), truth)
        case (.error(.keyDoesNotExist, _), .read): try saw(number, nil, truth)
        case (.writeOK, .write): try came(number, to: .written)
        case (.casOK, .cas): try came(number, to: .swapped)
        case (.error(.keyDoesNotExist, _), .cas): try came(number, to: .noSuchKey)
        case (.error(.preconditionFailed, _), .cas): try came(number, to: .differs)
        case (.error(.timeout, _), _): return .open
        case (.error(.temporarilyUnavailable, _), _):
            try denied(number)
            return .open
        default: throw Breach(.honesty, "request \(number) is answered \(body)")
        }
        return .settled
    }

    private mutating func denied(_ number: Int) throws {
        asked[number].denials += 1
        guard asked[number].willNotHappen, let effect = asked[number].effect else { return }
        throw Breach(.honesty, "request \(number) is answered 11, and was committed at \(effect.index)")
    }

    private mutating func came(_ number: Int, to outcome: Outcome) throws {
        guard let effect = asked[number].effect else {
            throw Breach(.honesty, "request \(number) is answered \(outcome), and is not committed")
        }
        guard effect.outcome == outcome else {
            throw Breach(.honesty, "request \(number) came to \(effect.outcome), and is answered \(outcome)")
        }
        settle(number, outcome == .written || outcome == .swapped ? .done : .refused(outcome))
    }

    private mutating func saw(_ number: Int, _ value: Int?, _ truth: Truth) throws {
        let floor = asked[number].floor
        var since: Index = 0
        if let value {
            guard asked.indices.contains(value), asked[value].key == asked[number].key,
                let effect = asked[value].effect,
                effect.outcome == .written || effect.outcome == .swapped
            else { throw Breach(.freshReads, "read \(number) sees \(value), which nobody wrote there") }
            since = effect.index
        }
        guard since >= floor.since else {
            let seen = value.map(String.init) ?? "nothing"
            throw Breach(
                .freshReads,
                "read \(number) of key \(asked[number].key) sees \(seen) of entry \(since); "
                    + "\(floor.value ?? -1) of entry \(floor.since) was committed when it was asked")
        }
        settle(number, .saw(value))
    }

    private mutating func settle(_ number: Int, _ answer: Answer) {
        guard asked[number].answer == nil else { return }
        asked[number].answer = answer
        asked[number].returned = moment
        moment += 1
    }

    // MARK: - At the end

    /// The first copy that a member still owes an answer, in the life in which it got it.
    func unanswered(_ isAlive: (Copy) -> Bool) -> (operation: Int, copy: Copy)? {
        for (number, one) in asked.enumerated() {
            if let copy = one.copies.first(where: { !$0.isAnswered && isAlive($0) }) { return (number, copy) }
        }
        return nil
    }

    /// The history of each key, for the checker of linearizability.
    func history(keys: Int) -> [[RegisterOperation<Int>]] {
        var history: [[RegisterOperation<Int>]] = Array(repeating: [], count: keys)
        for (number, one) in asked.enumerated() {
            guard let action = action(number, one) else { continue }
            history[one.key].append(
                RegisterOperation(
                    process: one.client, action: action, invoked: one.invoked, returned: one.returned))
        }
        return history
    }

    private func action(_ number: Int, _ one: Asked) -> Linearizability.Action<Int>? {
        if one.willNotHappen { return nil }
        switch (one.action, one.answer) {
        case (.read, .saw(let value)): return .read(value)
        case (.write, .done), (.write, nil): return .write(number)
        case (.cas(let from, _), .done), (.cas(let from, _), nil):
            // Having made its key it was a write, and only where there was no value.
            return one.effect?.created == true ? .write(number) : .compareAndSet(from: from, to: number)
        case (.cas, .refused(.noSuchKey)): return .read(nil)
        case (.read, nil), (.read, .done), (.read, .refused), (.write, .saw), (.write, .refused),
            (.cas, .refused), (.cas, .saw):
            return nil
        }
    }
}
