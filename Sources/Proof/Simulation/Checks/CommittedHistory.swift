import Consensus
import KeyValue

/// The committed log as the first member to learn of each entry knows it, with a store of its own. Every other
/// member must commit the same entry at the same index.
struct CommittedHistory {
    struct Step {
        var entry: Entry
        /// The term of the member that reported it: the entry was committed in this term or before.
        var committedIn: Term
        /// The operation that the entry requests. An earlier copy may have taken effect.
        var operation: Int?
    }

    /// The value of a key and the index that wrote it; 0 if there is none.
    struct Version {
        var value: Content?
        var since: Index = 0
    }

    private var steps: [Step] = []
    /// The versions of each key, oldest first.
    private var versions: [[Version]]

    init(keys: Int) {
        versions = Array(repeating: [], count: keys)
    }

    /// The version of a key after the entry at `index`.
    func version(of key: Int, at index: Index = .max) -> Version {
        versions[key].last { $0.since <= index } ?? Version()
    }

    /// After which entries a key held `value`, no key being nil; nil where it never did. No value comes back.
    func indexes(at key: Int, holding value: JSONValue?) -> ClosedRange<Index>? {
        let versions = versions[key]
        guard let value else { return 0...((versions.first?.since ?? .max) - 1) }
        guard let slot = versions.lastIndex(where: { $0.value?.json == value }) else { return nil }
        let next = slot + 1 < versions.count ? versions[slot + 1].since : .max
        return versions[slot].since...(next - 1)
    }

    var lastIndex: Index { steps.count }

    /// The last entry committed in a term before `term`, which the leader of `term` must hold. Entries of later terms
    /// may be committed already when that leader is elected.
    func last(before term: Term) -> LogPosition? {
        steps.lastIndex { $0.committedIn < term }
            .map { LogPosition(index: $0 + 1, term: steps[$0].entry.term) }
    }

    subscript(index: Index) -> Step { steps[index - 1] }

    /// `member` commits `entry` at `index`.
    /// - Returns: whether `member` is the first.
    func isFirstCommit(_ entry: Entry, at index: Index, to member: Int) throws -> Bool {
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

    /// Appends an entry that no member has committed before.
    mutating func add(
        _ entry: Entry, committedIn term: Term, _ ledger: inout Ledger, _ changes: inout ChangeLedger
    ) throws {
        var step = Step(entry: entry, committedIn: term)
        let index = steps.count + 1
        defer { steps.append(step) }
        switch entry.payload {
        case .noOp: break
        case .membership(let membership): try changes.recordCommit(of: membership, at: index)
        case .command(let command):
            if case .refuseChange? = LoggedOperation(command) {
                return try changes.refuses(command.id, at: index)
            }
            let operation = try ledger.operation(behind: command)
            step.operation = operation
            guard ledger[operation].effect == nil else { return }
            let outcome = carryOut(operation, ledger, at: index)
            try ledger.takesEffect(operation, Ledger.Effect(index: index, outcome: outcome, id: command.id))
        }
    }

    private mutating func carryOut(_ operation: Int, _ ledger: Ledger, at index: Index) -> OperationResult {
        let one = ledger[operation]
        let outcome: OperationResult
        switch (one.action, version(of: one.key).value) {
        case (.read, _): preconditionFailure("the ledger lets no read into the log")
        case (.write, _): outcome = .written
        case (.cas(_, let create), nil): outcome = create ? .swapped : .noSuchKey
        case (.cas(let from, _), let held): outcome = held?.json == from ? .swapped : .differs
        case (.transaction(let parts), _): return carryOut(parts, of: operation, ledger, at: index)
        }
        if outcome.isDone {
            versions[one.key].append(Version(value: ledger.content(of: operation), since: index))
        }
        return outcome
    }

    private mutating func carryOut(
        _ parts: [Ledger.Part], of operation: Int, _ ledger: Ledger, at index: Index
    ) -> OperationResult {
        var changed: [Int: Content] = [:]
        var reads: [StoredValue] = []
        for (position, part) in parts.enumerated() {
            let held = changed[part.key] ?? version(of: part.key).value
            switch part {
            case .read: reads.append(StoredValue(held?.json ?? .null))
            case .write(let key, _): changed[key] = ledger.content(of: operation, position, part)
            case .append(let key):
                let list = held ?? Content(list: [])
                guard let longer = list.appending(ledger.element(operation, position)) else {
                    return .noList(at: position)
                }
                changed[key] = longer
            }
        }
        for (key, content) in changed { versions[key].append(Version(value: content, since: index)) }
        return .transacted(reads: reads)
    }
}

extension OperationResult {
    /// Whether the operation wrote its value.
    var isDone: Bool { self == .written || self == .swapped }

    /// Whether a member that remembers `other` remembers this: it may have forgotten what a transaction read.
    func isRemembered(as other: OperationResult?) -> Bool {
        if case (.transacted, .transacted(reads: nil)) = (self, other) { return true }
        return self == other
    }
}
