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
    mutating func answered(
        _ number: Int, _ body: ClientReply.Body, by member: Int, life: Int,
        _ committedHistory: CommittedHistory
    ) throws {
        guard asked[number].copies.answered(by: member, life: life) else {
            throw Breach(.answers, "n\(member) answers request \(number) more often than it was asked")
        }
        switch (body, asked[number].action) {
        case (.done(.read, let fields), .read): try checkRead(number, fields.first?.value, committedHistory)
        case (.error(.keyDoesNotExist, _), .read): try checkRead(number, nil, committedHistory)
        case (.done(.txn, let fields), .transaction(let parts)):
            try transacted(number, parts, fields.first?.value, committedHistory)
        case (.error(.preconditionFailed, _), .transaction):
            guard case .noList? = asked[number].effect?.outcome else { throw wrong(number, body) }
            settle(number, .result(.noList(at: 0)))
        case (.done(.write, _), .write): try checkOutcome(of: number, is: .written)
        case (.done(.cas, _), .cas): try checkOutcome(of: number, is: .swapped)
        case (.error(.keyDoesNotExist, _), .cas): try checkOutcome(of: number, is: .noSuchKey)
        case (.error(.preconditionFailed, _), .cas): try checkOutcome(of: number, is: .differs)
        case (.error(.timeout, _), _): break
        case (.error(.temporarilyUnavailable, _), _): try checkDenial(number)
        default: throw wrong(number, body)
        }
    }

    private func wrong(_ number: Int, _ body: ClientReply.Body) -> Breach {
        let outcome = asked[number].effect.map { "\($0.outcome)" } ?? "nothing"
        return Breach(.honesty, "request \(number), which came to \(outcome), is answered \(body)")
    }

    private mutating func checkDenial(_ number: Int) throws {
        asked[number].copies.denied()
        guard asked[number].copies.willNotHappen, let effect = asked[number].effect else { return }
        throw Breach(.honesty, "request \(number) is answered 11, and was committed at \(effect.index)")
    }

    private mutating func checkOutcome(of number: Int, is outcome: OperationResult) throws {
        guard let effect = asked[number].effect else {
            throw Breach(.honesty, "request \(number) is answered \(outcome), and is not committed")
        }
        guard effect.outcome == outcome else {
            throw Breach(.honesty, "request \(number) came to \(effect.outcome), and is answered \(outcome)")
        }
        settle(number, .result(outcome))
    }

    private mutating func checkRead(
        _ number: Int, _ value: JSONValue?, _ committedHistory: CommittedHistory
    ) throws {
        try checkRead(number, [(asked[number].key, value)], committedHistory)
        settle(number, .value(value))
    }

    /// Checks that all values which a read returns were there together, at some moment since it began. Updates take
    /// effect in the order of the log, so this is strict serializability, with that order as the witness.
    func checkRead(
        _ number: Int, _ values: [(key: Int, value: JSONValue?)], _ committedHistory: CommittedHistory
    ) throws {
        let floor = asked[number].floor
        var moments = floor...Index.max
        for (key, value) in values {
            guard let held = committedHistory.indexes(at: key, holding: value) else {
                let text = value?.text ?? "nothing"
                throw Breach(.freshReads, "read \(number) returns \(text), which key \(key) never held")
            }
            guard moments.overlaps(held) else {
                let since = moments.lowerBound == floor ? "the read began after entry \(floor)" : "others"
                throw Breach(
                    .freshReads,
                    "read \(number) returns \(value?.text ?? "nothing") of key \(key), held in entries \(held); "
                        + "\(since) at \(moments)")
            }
            moments = moments.clamped(to: held)
        }
    }

    mutating func settle(_ number: Int, _ answer: Answer) {
        guard asked[number].answer == nil else { return }
        asked[number].answer = answer
        asked[number].returned = moment
        moment += 1
    }

    // MARK: - At the end

    /// The history of each key, for the linearizability checker. Each operation is a process of its own.
    func history(keys: Int, _ committedHistory: CommittedHistory) -> [[RegisterOperation<JSONValue>]] {
        var history: [[RegisterOperation<JSONValue>]] = Array(repeating: [], count: keys)
        for (number, one) in asked.enumerated() {
            for key in one.keys {
                guard let action = action(number, one, on: key, committedHistory) else { continue }
                history[key].append(
                    RegisterOperation(
                        process: number, action: action, invoked: one.invoked, returned: one.returned))
            }
        }
        return history
    }

    private typealias RegisterAction = Linearizability.Action<JSONValue>

    private func action(
        _ number: Int, _ one: Asked, on key: Int, _ committedHistory: CommittedHistory
    ) -> RegisterAction? {
        if one.copies.willNotHappen { return nil }
        let value = content(of: number).json
        switch (one.action, one.answer) {
        case (.read, .value(let value)): return .read(value)
        case (.write, .result), (.write, nil): return .write(value)
        case (.cas(let from, _), .result(.swapped)), (.cas(let from, _), nil):
            // A compare-and-set that created its key was a write.
            if let effect = one.effect, effect.outcome == .swapped,
                committedHistory.version(of: key, at: effect.index - 1).value == nil
            {
                return .write(value)
            }
            return .compareAndSet(from: from, to: value)
        case (.cas, .result(.noSuchKey)): return .read(nil)
        case (.transaction, .result(.transacted)), (.transaction, nil):
            return one.effect.flatMap { action(of: $0, on: key, committedHistory) }
        case (.transaction(let parts), .values(let values)):
            return zip(parts, values).first { $0.0.key == key }.map { .read($0.1) }
        case (.transaction, _): return nil
        case (.read, _), (.write, _), (.cas, _): return nil
        }
    }

    /// What a transaction did to one of its keys.
    private func action(
        of effect: Effect, on key: Int, _ committedHistory: CommittedHistory
    ) -> RegisterAction? {
        guard case .transacted = effect.outcome else { return nil }
        let before = committedHistory.version(of: key, at: effect.index - 1).value?.json
        let after = committedHistory.version(of: key, at: effect.index).value?.json
        guard let after, before != after else { return .read(before) }
        return before.map { .compareAndSet(from: $0, to: after) } ?? .write(after)
    }
}
