import Consensus
import KeyValue
import Simulation

/// What clients have asked and been told, in the order in which that happened.
struct ClientHistory: Hashable, Sendable {
    enum Answer: Hashable, Sendable {
        case done
        /// What a read is told, or a transaction: as JSON.
        case value(String)
        case noSuchKey, differs
        /// Error 11: it did not and will not happen.
        case willNotHappen
        /// Error 0: nobody knows.
        case unknown

        init(_ body: ClientReply.Body) throws(Breach) {
            switch body {
            case .done(_, let fields):
                self = fields.first.map { .value($0.value.text) } ?? .done
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
            case .value(let text): text
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
        return Self.isExplained(Array(spans.values), after: Contents())
    }

    private static func isExplained(_ spans: [Span], after contents: Contents) -> Bool {
        if spans.allSatisfy({ $0.answer == nil }) { return true }
        let firstAnswer = spans.map(\.answered).min() ?? .max
        for (slot, span) in spans.enumerated() where span.asked < firstAnswer {
            var next = contents
            let found = span.operation.take(&next)
            guard span.answer == nil || span.answer == found else { continue }
            var rest = spans
            rest.remove(at: slot)
            if isExplained(rest, after: next) { return true }
        }
        return false
    }
}
