import Consensus
import KeyValue
import Linearizability

/// Checks the answers to clients against the committed history.
extension Ledger {
    /// The operation that `reply` answers.
    /// - Throws: `Breach` if no operation was sent under that name and `msg_id`.
    func operation(answeredBy reply: ClientReply) throws -> Int {
        let number = reply.inReplyTo.map(operation(numbered:)) ?? Int(reply.client.dropFirst())
        guard let number, asked.indices.contains(number), reply.client == name(number),
            asked[number].messageID == reply.inReplyTo
        else { throw Breach(.answers, "an answer to \(reply.client) that it did not ask for") }
        return number
    }

    /// Checks an answer. Errors 0 and 11 leave the operation open: it, or another copy of it, may still happen.
    mutating func answered(_ number: Int, _ body: ClientReply.Body, by member: Int, life: Int) throws {
        guard asked[number].copies.answered(by: member, life: life) else {
            throw Breach(.answers, "n\(member) answers request \(number) more often than it was asked")
        }
        switch (body, asked[number].action) {
        case (.done(.read, let fields), .read):
            try saw(number, fields.first.map { self.number(in: $0.value) ?? -1 })
        case (.error(.keyDoesNotExist, _), .read): try saw(number, nil)
        case (.done(.write, _), .write): try came(number, to: .written)
        case (.done(.cas, _), .cas): try came(number, to: .swapped)
        case (.error(.keyDoesNotExist, _), .cas): try came(number, to: .noSuchKey)
        case (.error(.preconditionFailed, _), .cas): try came(number, to: .differs)
        case (.error(.timeout, _), _): break
        case (.error(.temporarilyUnavailable, _), _): try denied(number)
        default: throw Breach(.honesty, "request \(number) is answered \(body)")
        }
    }

    private mutating func denied(_ number: Int) throws {
        asked[number].copies.denied()
        guard asked[number].copies.willNotHappen, let effect = asked[number].effect else { return }
        throw Breach(.honesty, "request \(number) is answered 11, and was committed at \(effect.index)")
    }

    private mutating func came(_ number: Int, to outcome: OperationResult) throws {
        guard let effect = asked[number].effect else {
            throw Breach(.honesty, "request \(number) is answered \(outcome), and is not committed")
        }
        guard effect.outcome == outcome else {
            throw Breach(.honesty, "request \(number) came to \(effect.outcome), and is answered \(outcome)")
        }
        settle(number, .result(outcome))
    }

    private mutating func saw(_ number: Int, _ value: Int?) throws {
        let floor = asked[number].floor
        var since: Index = 0
        if let value {
            guard asked.indices.contains(value), asked[value].key == asked[number].key,
                let effect = asked[value].effect, effect.outcome.isDone
            else { throw Breach(.freshReads, "read \(number) returns \(value), which nobody wrote there") }
            since = effect.index
        }
        guard since >= floor.since else {
            let seen = value.map(String.init) ?? "nothing"
            throw Breach(
                .freshReads,
                "read \(number) of key \(asked[number].key) returns \(seen) of entry \(since); "
                    + "\(floor.value ?? -1) of entry \(floor.since) was committed before the read began")
        }
        settle(number, .value(value))
    }

    private mutating func settle(_ number: Int, _ answer: Answer) {
        guard asked[number].answer == nil else { return }
        asked[number].answer = answer
        asked[number].returned = moment
        moment += 1
    }

    // MARK: - At the end

    /// The history of each key, for the linearizability checker. Each operation is a process of its own.
    func history(keys: Int, _ committedHistory: CommittedHistory) -> [[RegisterOperation<Int>]] {
        var history: [[RegisterOperation<Int>]] = Array(repeating: [], count: keys)
        for (number, one) in asked.enumerated() {
            guard let action = action(number, one, committedHistory) else { continue }
            history[one.key].append(
                RegisterOperation(
                    process: number, action: action, invoked: one.invoked, returned: one.returned))
        }
        return history
    }

    private func action(_ number: Int, _ one: Asked, _ committedHistory: CommittedHistory) -> Linearizability
        .Action<Int>?
    {
        if one.copies.willNotHappen { return nil }
        switch (one.action, one.answer) {
        case (.read, .value(let value)): return .read(value)
        case (.write, .result), (.write, nil): return .write(number)
        case (.cas(let from, _), .result(.swapped)), (.cas(let from, _), nil):
            // A compare-and-set that created its key was a write.
            if let effect = one.effect, effect.outcome == .swapped,
                committedHistory.version(of: one.key, at: effect.index - 1).value == nil
            {
                return .write(number)
            }
            return .compareAndSet(from: from, to: number)
        case (.cas, .result(.noSuchKey)): return .read(nil)
        case (.read, .result), (.read, nil), (.write, .value), (.cas, .result), (.cas, .value): return nil
        }
    }
}
