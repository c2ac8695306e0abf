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
        /// Error 14: a change of membership is not made.
        case refused
        /// Error 0: nobody knows.
        case unknown

        init(_ body: ClientReply.Body) throws(Breach) {
            switch body {
            case .done(_, let fields):
                self = fields.first.map { .value($0.value.text) } ?? .done
            case .changeMembershipOK: self = .done
            case .error(.abort, _): self = .refused
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
            case .refused: "error 14, nothing was changed"
            case .unknown: "error 0, it may happen"
            }
        }
    }

    private enum Event: Hashable {
        case asked(Int)
        case answered(Int, Answer)
    }

    private var events: [Event] = []
    /// For each that was asked more than once, how often.
    private var asks: [Int: Int] = [:]
    /// How often each was answered with error 11.
    private var denials: [Int: Int] = [:]
    /// What members have done about operations; see `denies`.
    private var deeds: Set<Deed> = []

    var asked: [Int] {
        events.compactMap { if case .asked(let number) = $0 { number } else { nil } }
    }

    mutating func asks(_ number: Int) {
        if asked.contains(number) {
            asks[number, default: 1] += 1
            // This copy may happen.
            events.removeAll { $0 == .answered(number, .willNotHappen) }
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
        if answer == .unknown { return }
        if answer == .willNotHappen {
            denials[number, default: 0] += 1
            // As long as one copy is not denied, it may happen.
            if denials[number] != asks[number, default: 1] { return }
        }
        for case .answered(number, let before) in events where before != answer {
            throw Breach(
                .atMostOnce, "operation \(number) is answered: \(before.words); and again: \(answer.words)")
        }
        events.append(.answered(number, answer))
        for entry in committed { try checkHonest(entry) }
        if !isLinearizable(operations) {
            throw Breach(
                .linearizability,
                "no order of operations explains that n\(member) answers operation \(number): \(answer.words)"
            )
        }
    }

    /// What was committed may not have been answered as what will not happen.
    func checkHonest(_ entry: Entry) throws(Breach) {
        for case .answered(let number, let answer) in events
        where [.willNotHappen, .refused].contains(answer) && StoreOperation.number(of: entry) == number {
            throw Breach(.honesty, "operation \(number) is committed, and was answered: \(answer.words)")
        }
    }

    // MARK: - What a member knows

    private struct Deed: Hashable {
        enum Kind: Hashable { case passedOn, denied }

        var member: Int
        var number: Int
        var kind: Kind
    }

    /// A copy of the operation comes to the member.
    mutating func comes(_ number: Int, to member: Int) {
        deeds.remove(Deed(member: member, number: number, kind: .denied))
    }

    /// The member passes on what its own client asked for.
    mutating func passesOn(_ number: Int, _ member: Int) throws(Breach) {
        try appends(number, member)
        deeds.insert(Deed(member: member, number: number, kind: .passedOn))
    }

    /// The member, which leads, appends it.
    func appends(_ number: Int, _ member: Int) throws(Breach) {
        guard deeds.contains(Deed(member: member, number: number, kind: .denied)) else { return }
        throw Breach(
            .honesty, "n\(member) has answered operation \(number) with error 11, and then lets it happen")
    }

    /// The member answers with error 11. Of copies at other members it knows nothing, but it may not have passed the
    /// operation on itself, nor do so afterwards, until another copy comes.
    mutating func denies(_ number: Int, _ member: Int) throws(Breach) {
        if deeds.contains(Deed(member: member, number: number, kind: .passedOn)) {
            throw Breach(
                .honesty, "n\(member) answers operation \(number) with error 11, and has passed it on before")
        }
        deeds.insert(Deed(member: member, number: number, kind: .denied))
    }

    mutating func crashes(_ member: Int) {
        deeds = deeds.filter { $0.member != member }
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
            case .answered(let number, .willNotHappen), .answered(let number, .refused): spans[number] = nil
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
