import Consensus
import KeyValue

/// What is committed, as the first member to learn of it told, with a store of our own beside it: what every
/// other member must find at the same index, for ever.
struct CommittedHistory {
    struct Step {
        var entry: Entry
        /// The term of the member that told: it was committed in this term or before.
        var committedIn: Term
        /// The operation that the entry asks for. A copy of it may have taken effect before.
        var operation: Int?
    }

    /// What a key holds, and since which index; 0 where it never held anything.
    struct Version {
        var value: Int?
        var since: Index = 0
    }

    private var steps: [Step] = []
    /// What each key has held, oldest first.
    private var versions: [[Version]]

    init(keys: Int) {
        versions = Array(repeating: [], count: keys)
    }

    /// What a key holds, or held once the entry at `index` was applied.
    func version(of key: Int, at index: Index = .max) -> Version {
        versions[key].last { $0.since <= index } ?? Version()
    }

    var lastIndex: Index { steps.count }

    /// The last entry that the leader of `term` must hold: one that was committed in an earlier term. A leader
    /// may be elected late, when others have gone on without it.
    func last(before term: Term) -> LogPosition? {
        steps.lastIndex { $0.committedIn < term }
            .map { LogPosition(index: $0 + 1, term: steps[$0].entry.term) }
    }

    subscript(index: Index) -> Step { steps[index - 1] }

    /// `member` holds `entry` to be committed at `index`.
    /// - Returns: whether nobody knew of it before.
    func isNews(_ entry: Entry, at index: Index, to member: Int) throws -> Bool {
        if index > steps.count {
            guard index == steps.count + 1 else {
                throw Breach(.stateMachineSafety, "n\(member) skips to entry \(index)")
            }
            return true
        }
        guard self[index].entry == entry else {
            throw Breach(
                .stateMachineSafety,
                "n\(member) applies \(EventTrace.entry(entry)) at \(index), where "
                    + "\(EventTrace.entry(self[index].entry)) was committed")
        }
        return false
    }

    /// The next entry, which nobody knew of before.
    mutating func add(
        _ entry: Entry, committedIn term: Term, _ ledger: inout Ledger, _ changes: inout ChangeLedger
    ) throws {
        var step = Step(entry: entry, committedIn: term)
        let index = steps.count + 1
        defer { steps.append(step) }
        switch entry.payload {
        case .noOp: break
        case .membership(let membership): try changes.commits(membership, at: index)
        case .command(let command):
            guard let request = LoggedRequest(command) else {
                throw Breach(.atMostOnce, "a command that nobody asked for: \(command.text)")
            }
            if case .refuseChange = request.operation { return try changes.refuses(request.id, at: index) }
            let operation = try ledger.operation(behind: request)
            step.operation = operation
            guard ledger[operation].effect == nil else { return }
            let outcome = carryOut(ledger[operation].action, operation, ledger[operation].key, at: index)
            try ledger.takesEffect(operation, Ledger.Effect(index: index, outcome: outcome, id: request.id))
        }
    }

    private mutating func carryOut(
        _ action: Ledger.Action, _ operation: Int, _ key: Int, at index: Index
    ) -> OperationResult {
        let outcome: OperationResult
        switch (action, version(of: key).value) {
        case (.read, _): preconditionFailure("the ledger lets no read into the log")
        case (.write, _): outcome = .written
        case (.cas(_, let create), nil): outcome = create ? .swapped : .noSuchKey
        case (.cas(let from, _), let held): outcome = held == from ? .swapped : .differs
        }
        if outcome.isDone { versions[key].append(Version(value: operation, since: index)) }
        return outcome
    }
}

extension OperationResult {
    /// Whether the key holds what was asked for.
    var isDone: Bool { self == .written || self == .swapped }
}
