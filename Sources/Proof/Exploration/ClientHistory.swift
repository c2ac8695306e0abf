import Consensus
import KeyValue
import Simulation

/// What a client asks of the one key that there is.
package enum StoreOperation: Hashable, Sendable {
    case read
    case write(Int)
    case cas(from: Int, to: Int)

    static let key = JSONValue(canonical: "\"x\"")

    /// Each operation, numbered from 1, is the only one of its client.
    func request(_ number: Int) -> ClientRequest {
        func value(_ number: Int) -> JSONValue { JSONValue(canonical: String(number)) }
        let operation: ClientOperation =
            switch self {
            case .read: .query(.read(key: Self.key))
            case .write(let written): .update(.write(key: Self.key, value: value(written)))
            case .cas(let from, let to):
                .update(
                    .cas(key: Self.key, from: value(from), to: value(to), createIfNotExists: false))
            }
        return ClientRequest(client: "c\(number)", messageID: number, operation)
    }

    /// What it finds and leaves where the key holds `value`, nil for nothing.
    func take(_ value: inout Int?) -> ClientHistory.Answer {
        switch self {
        case .read:
            return value.map { .value($0) } ?? .noSuchKey
        case .write(let written):
            value = written
            return .done
        case .cas(let from, let to):
            guard let current = value else { return .noSuchKey }
            guard current == from else { return .differs }
            value = to
            return .done
        }
    }

    var words: String {
        switch self {
        case .read: "read"
        case .write(let value): "write \(value)"
        case .cas(let from, let to): "set \(from) to \(to)"
        }
    }

    /// What the key holds once all of `entries` are applied, each request once, by this model.
    static func value(after entries: [Entry], _ operations: [StoreOperation]) -> Int? {
        var value: Int?
        var isDone: Set<RequestID> = []
        for entry in entries {
            guard case .command(let command) = entry.payload, isDone.insert(command.id).inserted,
                let number = number(of: command)
            else { continue }
            _ = operations[number - 1].take(&value)
        }
        return value
    }

    /// The number of the operation that a command is of: its text begins with the client.
    static func number(of command: Command) -> Int? {
        command.text.split(separator: " ").first.flatMap { Int($0.dropFirst()) }
    }
}

/// What clients have asked and been told, in the order in which that happened.
struct ClientHistory: Hashable, Sendable {
    enum Answer: Hashable, Sendable {
        case done
        case value(Int)
        case noSuchKey, differs
        /// Error 11: it did not and will not happen.
        case willNotHappen
        /// Error 0: nobody knows.
        case unknown

        init(_ body: ClientReply.Body) throws(Breach) {
            switch body {
            case .done(_, let fields):
                self = fields.first.flatMap { Int($0.value.text) }.map { .value($0) } ?? .done
            case .error(.keyDoesNotExist, _): self = .noSuchKey
            case .error(.preconditionFailed, _): self = .differs
            case .error(.temporarilyUnavailable, _): self = .willNotHappen
            case .error(.timeout, _): self = .unknown
            default: throw Breach(.answers, "a client is told \(body)")
            }
        }

        var words: String {
            switch self {
            case .done: "done"
            case .value(let value): "it holds \(value)"
            case .noSuchKey: "there is no such key"
            case .differs: "it holds something else"
            case .willNotHappen: "error 11, it will not happen"
            case .unknown: "error 0, it may happen"
            }
        }
    }

    private enum Event: Hashable {
        case asked(Int)
        case answered(Int, Answer)
    }

    private var events: [Event] = []
    /// Those that were asked more than once.
    private var copied: [Int] = []

    var asked: [Int] {
        events.compactMap { if case .asked(let number) = $0 { number } else { nil } }
    }

    mutating func asks(_ number: Int) {
        if asked.contains(number) {
            if !copied.contains(number) { copied = (copied + [number]).sorted() }
        } else {
            events.append(.asked(number))
        }
    }

    /// An operation is answered; `committed` is all that is by now.
    mutating func take(
        _ number: Int, _ answer: Answer, by member: Int, _ committed: [Entry], _ operations: [StoreOperation]
    ) throws(Breach) {
        guard asked.contains(number) else {
            throw Breach(.answers, "n\(member) answers operation \(number), which nobody asked for")
        }
        // A copy may be refused where the first is carried out, and nobody knows more than before.
        if answer == .unknown || answer == .willNotHappen && copied.contains(number) { return }
        for case .answered(number, let before) in events where before != answer {
            throw Breach(
                .atMostOnce, "operation \(number) is answered: \(before.words); and again: \(answer.words)")
        }
        events.append(.answered(number, answer))
        if answer == .willNotHappen { for entry in committed { try checkHonest(entry) } }
        if !isLinearizable(operations) {
            throw Breach(
                .linearizability,
                "no order of operations explains that n\(member) answers operation \(number): \(answer.words)"
            )
        }
    }

    /// What was committed may not have been answered 11.
    func checkHonest(_ entry: Entry) throws(Breach) {
        guard case .command(let command) = entry.payload, let number = StoreOperation.number(of: command),
            !copied.contains(number), events.contains(.answered(number, .willNotHappen))
        else { return }
        throw Breach(.honesty, "operation \(number) is committed, and was answered with error 11")
    }

    // MARK: - Linearizability

    /// An operation from the moment when it was asked for to its answer; without an answer it may happen at any time
    /// after that, or never.
    private struct Span {
        var operation: StoreOperation
        var asked: Int
        var answered = Int.max
        var answer: Answer?
    }

    /// Tries every order (Herlihy and Wing, 1990).
    private func isLinearizable(_ operations: [StoreOperation]) -> Bool {
        var spans: [Int: Span] = [:]
        for (time, event) in events.enumerated() {
            switch event {
            case .asked(let number): spans[number] = Span(operation: operations[number - 1], asked: time)
            case .answered(let number, .willNotHappen): spans[number] = nil
            case .answered(let number, let answer):
                let first = spans[number]?.answered ?? time
                spans[number]?.answered = min(first, time)
                spans[number]?.answer = answer
            }
        }
        return Self.isExplained(Array(spans.values), after: nil)
    }

    private static func isExplained(_ spans: [Span], after value: Int?) -> Bool {
        if spans.allSatisfy({ $0.answer == nil }) { return true }
        let firstAnswer = spans.map(\.answered).min() ?? .max
        for (slot, span) in spans.enumerated() where span.asked < firstAnswer {
            var next = value
            let found = span.operation.take(&next)
            guard span.answer == nil || span.answer == found else { continue }
            var rest = spans
            rest.remove(at: slot)
            if isExplained(rest, after: next) { return true }
        }
        return false
    }
}
