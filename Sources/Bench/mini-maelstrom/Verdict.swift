import Linearizability
import Serializability

/// The verdict on a run.
enum RunVerdict: String, Codable, Sendable {
    case valid, invalid, unknown

    /// Maelstrom's last line.
    var line: String {
        switch self {
        case .valid: "Everything looks good! ヽ(‘ー`)ノ"
        case .invalid: "Analysis invalid! (ﾉಥ益ಥ）ﾉ ┻━┻"
        case .unknown: "Errors occurred during analysis, but no anomalies found. ಠ~ಠ"
        }
    }

    var exitCode: Int32 {
        switch self {
        case .valid: 0
        case .invalid: 1
        case .unknown: 2
        }
    }
}

/// The verdict on a run, with its reasons.
struct Judgement: Sendable {
    private(set) var verdict = RunVerdict.valid
    /// Why the verdict is not better.
    private(set) var reasons: [String] = []
    private(set) var violations: [(key: Int, violation: LinearizabilityViolation<RegisterValue>)] = []

    private(set) var anomalies = Anomalies()
    /// Of a history with violations: each operation that did not fail, by its invocation.
    private var outcomes: [Int: RegisterOperation<RegisterValue>] = [:]

    var invalidKeys: [Int] { violations.map(\.key) }

    /// - Parameters:
    ///   - history: nil to check nothing.
    ///   - places: where its events stand.
    ///   - acceptsMalformed: whether replies may break the form that Maelstrom demands.
    init(
        _ history: Evidence?, _ statistics: Statistics, failure: Failure?, names: NodeNames = NodeNames(),
        places: EventPlaces = EventPlaces(), acceptsMalformed: Bool = false
    ) {
        if let failure, failure.signal == nil { lower(to: .invalid, failure.words(names)) }
        if let history { _ = judge(history, places) }
        let malformed = statistics.malformed
        if malformed.count > 0, !acceptsMalformed {
            let those = malformed.count == 1 ? "a reply" : "\(Text.grouped(malformed.count)) replies"
            lower(
                to: .invalid,
                (["\(those) broke the form that Maelstrom demands:"] + malformed.examples)
                    .joined(separator: "\n    "))
        }
        if statistics.total.all == 0, failure == nil || failure?.signal != nil {
            lower(to: .unknown, "there were no requests")
        }
        // A run that ended early has a more telling reason.
        guard failure == nil else { return }
        demandSuccesses(
            statistics.byKind,
            hint: malformed.count == 0
                ? "; so few show little, and a longer --time-limit or a higher --rate more" : "")
    }

    /// Checks a history by itself.
    init(_ history: Evidence, places: EventPlaces) {
        guard judge(history, places) else { return }
        let byKind = history.byKind
        demandSuccesses(byKind, hint: "; so few show little")
        if byKind.isEmpty { lower(to: .unknown, "no operation was completed") }
    }

    /// Jepsen's rule: some operation of each kind succeeds.
    /// - Parameter hint: said of few operations.
    private mutating func demandSuccesses(_ byKind: [Request.Kind: Counts], hint: String) {
        for kind in Request.Kind.allCases {
            guard let counts = byKind[kind], counts.ok == 0 else { continue }
            lower(
                to: .invalid,
                "none of \(Text.grouped(counts.all)) \(kind.name) succeeded\(counts.all < 20 ? hint : "")")
        }
    }

    /// Requires a share of the requests.
    mutating func demand(_ requirement: Options.Requirement, _ statistics: Statistics) {
        let (words, option, found, share) =
            switch requirement {
            case .ok(let share): ("ended ok", "--availability", statistics.okShare, share)
            case .served(let share): ("were served", "--served", statistics.servedShare, share)
            }
        guard found < share else { return }
        lower(
            to: .invalid,
            "\(Text.decimal(found * 100, 2)) % of the requests \(words), and "
                + "\(option) requires \(Text.decimal(share * 100, 2)) %")
    }

    /// Prints the first reasons.
    func say() {
        for reason in reasons.prefix(5) { Console.say(reason) }
        if reasons.count > 5 { Console.say("... and \(reasons.count - 5) more") }
    }

    /// - Returns: whether the events are a history.
    private mutating func judge(_ history: Evidence, _ places: EventPlaces) -> Bool {
        do {
            switch history {
            case .registers(let history):
                let found = try Checker().check(history).sorted { $0.key < $1.key }
                for (key, verdict) in found { try add(verdict, key: key, history, places) }
            case .transactions(let history, let models):
                anomalies.transactions = try history.transactions()
                let found = try SerializabilityChecker(models).check(anomalies.transactions)
                (anomalies.counts, anomalies.examples) = (found.counts, found.anomalies)
                for reason in Judgement.reasons(anomalies, models, places) { lower(to: .invalid, reason) }
            }
            return true
        } catch {
            lower(to: .unknown, places.words(error))
            return false
        }
    }

    private mutating func add(
        _ verdict: Verdict<RegisterValue>, key: Int, _ history: RunHistory, _ places: EventPlaces
    ) throws {
        switch verdict {
        case .linearizable: break
        case .undecided(let states):
            lower(to: .unknown, "key \(key): gave up after \(Text.grouped(states)) states")
        case .violated(let violation):
            if outcomes.isEmpty {
                let all = try history.operations().flatMap(\.operations)
                outcomes = Dictionary(uniqueKeysWithValues: all.map { ($0.invoked, $0) })
            }
            violations.append((key, violation))
            lower(to: .invalid, describe(violation, key: key, places))
        }
    }

    /// The longest value, and the longest line of a reason, in characters. A node may answer with megabytes.
    private static let (longestValue, longestLine) = (200, 1000)

    private mutating func lower(to verdict: RunVerdict, _ reason: String) {
        let lines = reason.split(separator: "\n", omittingEmptySubsequences: false)
        reasons.append(
            lines.map { Text.cut(String($0), Judgement.longestLine) }.joined(separator: "\n"))
        if self.verdict != .invalid, verdict != .valid { self.verdict = verdict }
    }

    /// How an operation of a violation ended, also where that was later than the violation.
    func outcome(_ operation: RegisterOperation<RegisterValue>) -> RegisterOperation<RegisterValue> {
        outcomes[operation.invoked] ?? operation
    }

    /// Describes a violation: the impossible operation, the possible values, and the operations before it.
    private func describe(
        _ violation: LinearizabilityViolation<RegisterValue>, key: Int, _ places: EventPlaces
    ) -> String {
        let list = Judgement.possible(violation)
        let place = places.node(violation.operation.invoked).map { " at \($0)" } ?? ""
        var lines = [
            "key \(key): process \(violation.operation.process)\(place) \(Judgement.words(violation.operation)), "
                + (list.isEmpty ? "which is impossible" : "but the register could only have held \(list)")
        ]
        // Overlapping operations matter most, then the latest.
        let others = violation.prefix.filter { $0 != violation.operation }
        let shown = others.suffix(8)
        lines.append("    \(places.heading)")
        if others.count > shown.count { lines.append("    ... \(others.count - shown.count) before") }
        for operation in shown + [violation.operation] {
            let full = outcome(operation)
            let columns = places.columns(full.invoked, full.returned, process: full.process)
            let mark = operation == violation.operation ? "  > " : "    "
            lines.append(mark + columns + Judgement.words(full))
        }
        return lines.joined(separator: "\n")
    }

    /// The possible values; empty if the operation is impossible with any.
    static func possible(_ violation: LinearizabilityViolation<RegisterValue>) -> String {
        let values = violation.possible.map(held)
        guard let last = values.last, values.count > 1 else { return values.joined() }
        return values.dropLast().joined(separator: ", ") + " or " + last
    }

    static func held(_ value: RegisterValue?) -> String {
        value.map { Text.cut($0.description, longestValue) } ?? "no value"
    }

    static func words(_ operation: RegisterOperation<RegisterValue>) -> String {
        operation.action.words(isKnown: operation.returned != nil, held)
    }
}
