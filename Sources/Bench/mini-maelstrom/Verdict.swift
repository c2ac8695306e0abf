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

    var invalidKeys: [Int] { violations.map(\.key) }

    /// - Parameter history: nil to check nothing.
    init(_ history: Evidence?, _ statistics: Statistics, failure: Failure?) {
        switch failure {
        case nil: break
        case .some(.interrupted): lower(to: .valid, "interrupted: these are the results until then")
        case .some(let failure): lower(to: .invalid, failure.description)
        }
        if let history { judge(history) }
        // Jepsen's rule. A run that ended early has a more telling reason.
        guard failure == nil || failure == .interrupted else { return }
        for kind in Request.Kind.allCases {
            guard let counts = statistics.byKind[kind], counts.ok == 0 else { continue }
            lower(to: .unknown, "no \(kind.name) succeeded, so there was nothing to check")
        }
        if statistics.total.all == 0 { lower(to: .unknown, "there were no requests") }
    }

    /// Checks a history by itself.
    init(_ history: Evidence) {
        judge(history)
        let isEmpty =
            switch history {
            case .registers(let history): history.events.isEmpty
            case .transactions(let history, _): history.events.isEmpty
            }
        if isEmpty { lower(to: .unknown, "there were no requests") }
    }

    /// Requires that a share of requests, from 0 to 1, was served, as Maelstrom's `--availability` does. A request that
    /// was refused because of the register's value counts as served.
    mutating func demand(_ share: Double, _ statistics: Statistics) {
        guard statistics.availability < share else { return }
        lower(
            to: .invalid,
            "served \(Text.decimal(statistics.availability * 100, 2)) % of the requests, and "
                + "--availability requires \(Text.decimal(share * 100, 2)) %")
    }

    /// Prints the first reasons.
    func say() {
        for reason in reasons.prefix(5) { Console.say(reason) }
        if reasons.count > 5 { Console.say("... and \(reasons.count - 5) more") }
    }

    private mutating func judge(_ history: Evidence) {
        do {
            switch history {
            case .registers(let history):
                for (key, verdict) in try Checker().check(history) { add(verdict, key: key) }
            case .transactions(let history, let models):
                anomalies.transactions = try history.transactions()
                let found = try SerializabilityChecker(models).check(anomalies.transactions)
                (anomalies.counts, anomalies.examples) = (found.counts, found.anomalies)
                for reason in Judgement.reasons(anomalies, models) { lower(to: .invalid, reason) }
            }
        } catch {
            lower(to: .unknown, "the history is invalid: \(error)")
        }
    }

    private mutating func add(_ verdict: Verdict<RegisterValue>, key: Int) {
        switch verdict {
        case .linearizable: break
        case .undecided(let states):
            lower(to: .unknown, "key \(key): gave up after \(Text.grouped(states)) states")
        case .violated(let violation):
            violations.append((key, violation))
            lower(to: .invalid, Judgement.describe(violation, key: key))
        }
    }

    private mutating func lower(to verdict: RunVerdict, _ reason: String) {
        reasons.append(reason)
        if self.verdict != .invalid, verdict != .valid { self.verdict = verdict }
    }

    /// Describes a violation: the impossible operation, the possible values, and the operations before it.
    static func describe(_ violation: LinearizabilityViolation<RegisterValue>, key: Int) -> String {
        let list = possible(violation)
        var lines = [
            "key \(key): process \(violation.operation.process) \(words(violation.operation)), "
                + (list.isEmpty ? "which is impossible" : "but the register could only have held \(list)")
        ]
        // Overlapping operations matter most, then the latest.
        let others = violation.prefix.filter { $0 != violation.operation }
        let shown = others.suffix(8)
        if others.count > shown.count { lines.append("    ... \(others.count - shown.count) before") }
        for operation in shown + [violation.operation] {
            let end = operation.returned.map { "to \($0)" } ?? "and open"
            lines.append(
                "    " + Text.left("\(operation.invoked) \(end)", 20)
                    + Text.left("process \(operation.process)", 14) + words(operation))
        }
        return lines.joined(separator: "\n")
    }

    /// The possible values; empty if the operation is impossible with any.
    static func possible(_ violation: LinearizabilityViolation<RegisterValue>) -> String {
        let values = violation.possible.map(held)
        guard let last = values.last, values.count > 1 else { return values.joined() }
        return values.dropLast().joined(separator: ", ") + " or " + last
    }

    static func held(_ value: RegisterValue?) -> String { value?.description ?? "no value" }

    static func words(_ operation: RegisterOperation<RegisterValue>) -> String {
        operation.action.words(isKnown: operation.returned != nil, held)
    }
}
