import KeyValue
import Raft

/// What is committed, as the first member to learn of it told, with a store of our own beside it: what every
/// other member must find at the same index, for ever.
struct Truth {
    struct Step {
        var entry: Entry
        /// The term of the member that told: it was committed in this term or before.
        var committedIn: Term
        /// The operation that took effect, or was refused, here for the first time.
        var operation: Int?
        /// The key that the entry speaks of, and what it holds afterwards.
        var key: Int?
        var value: Int?
    }

    /// What a key holds, and since which index; 0 where it never held anything.
    struct Version: Equatable {
        var value: Int?
        var since: Index = 0
    }

    private(set) var steps: [Step] = []
    private(set) var keys: [Version]
    /// What each key has held, oldest first.
    private var versions: [[Version]]

    init(keys: Int) {
        self.keys = Array(repeating: Version(), count: keys)
        versions = Array(repeating: [Version()], count: keys)
    }

    /// What a key held once the entry at `index` was applied.
    func value(of key: Int, at index: Index) -> Int? {
        versions[key].last { $0.since <= index }?.value
    }

    private mutating func set(_ key: Int, to value: Int, at index: Index) {
        keys[key] = Version(value: value, since: index)
        versions[key].append(keys[key])
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
        guard steps[index - 1].entry == entry else {
            throw Breach(
                .stateMachineSafety,
                "n\(member) applies \(Story.entry(entry)) at \(index), where "
                    + "\(Story.entry(steps[index - 1].entry)) was committed")
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
            guard let request = Request(command) else {
                throw Breach(.atMostOnce, "a command that nobody asked for: \(command.text)")
            }
            if case .refuseChange = request.operation { return try changes.refuses(request.id, at: index) }
            let operation = try ledger.operation(behind: request)
            let key = ledger[operation].key
            step.key = key
            if ledger[operation].effect == nil {
                step.operation = operation
                let created = keys[key].value == nil
                let outcome = carryOut(ledger[operation].action, operation, key)
                try ledger.takesEffect(
                    operation,
                    Ledger.Effect(
                        index: index, outcome: outcome, id: request.id,
                        created: created && outcome == .swapped))
            }
            step.value = keys[key].value
        }
    }

    private mutating func carryOut(_ action: Ledger.Action, _ operation: Int, _ key: Int) -> Outcome {
        let index = steps.count + 1
        switch action {
        case .read: preconditionFailure("the ledger lets no read into the log")
        case .write:
            set(key, to: operation, at: index)
            return .written
        case .cas(let from, let create):
            guard let current = keys[key].value else {
                guard create else { return .noSuchKey }
                set(key, to: operation, at: index)
                return .swapped
            }
            guard current == from else { return .differs }
            set(key, to: operation, at: index)
            return .swapped
        }
    }
}
