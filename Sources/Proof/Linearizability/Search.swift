/// Searches for a linearization of one register's operations: the algorithm of Wing and Gong, with Lowe's cache
/// of visited states ("Testing for linearizability", 2017).
///
/// The calls and returns of required operations form a linked list in history order. Any call before the first
/// return may be placed next: it is lifted out of the list with its return, and put back on backtracking.
/// Three rules keep the search small:
/// - A read of the current value is placed at once and never reconsidered, because it changes nothing.
/// - An operation with unknown outcome is not in the list. It is used only right before an operation that
///   requires the value it leaves; placing it earlier gains nothing.
/// - A state counts as visited if it was reached before with no more unknown operations used. A write may
///   stand in for a compare-and-set to the same value.
struct Search {
    enum SearchResult: Equatable { case linearizable, impossible, undecided }

    private enum Move {
        /// The entry of the call that was placed.
        case linearize(Int)
        /// The entry of a read of the current value. It has no alternative.
        case read(Int)
        /// The index of the unknown effect that was used.
        case use(Int)
    }

    private let problem: Problem
    private let limit: Int
    private var entries: EntryList
    private var placed: PlacedSet
    private var used: [UInt32]
    private var state: Int32 = 0
    private var path: [(move: Move, state: Int32)] = []
    private var seen: [[UInt64]: [[UInt32]]] = [:]
    private var states = 0

    /// - Parameter limit: the number of states after which the search gives up, at about 200 bytes each.
    init(_ problem: Problem, limit: Int) {
        self.problem = problem
        self.limit = limit
        entries = EntryList(problem.required)
        placed = PlacedSet(count: problem.required.count)
        used = Array(repeating: 0, count: problem.optional.count)
    }

    mutating func run() -> SearchResult {
        placeReads()
        var entry = entries.first
        var effect = 0
        while let here = entry {
            if entries.isCall(here) {
                entry = tryCall(here) ? entries.first : entries.after(here)
                continue
            }
            // Every call before the first return has been tried. Try the unknown effects.
            if let found = tryUnknown(from: effect, before: entries.position(here)) {
                effect = found ? 0 : effect + 1
                entry = found ? entries.first : entry
                continue
            }
            if states > limit { return .undecided }
            guard let resume = backtrack() else { return .impossible }
            (entry, effect) = resume
        }
        return .linearizable
    }

    /// The `invoked` indexes of the placed operations, in linearization order.
    var order: [Int] {
        var uses = Array(repeating: 0, count: problem.optional.count)
        return path.map { step in
            switch step.move {
            case .linearize(let entry), .read(let entry):
                return problem.required[entries.operation(entry)].invoked
            case .use(let effect):
                defer { uses[effect] += 1 }
                return problem.optional[effect].invoked[uses[effect]]
            }
        }
    }

    private mutating func tryCall(_ entry: Int) -> Bool {
        let operation = entries.operation(entry)
        let effect = problem.required[operation].effect
        if let needs = effect.needs, needs != state { return false }
        placed.insert(operation)
        guard isNew(effect.leaves ?? state) else {
            placed.remove(operation)
            return false
        }
        entries.lift(entry)
        path.append((.linearize(entry), state))
        state = effect.leaves ?? state
        placeReads()
        return true
    }

    /// - Returns: whether the effect was used; nil if none is left to try.
    private mutating func tryUnknown(from index: Int, before position: Int) -> Bool? {
        guard index < problem.optional.count else { return nil }
        let unknown = problem.optional[index]
        guard let leaves = unknown.effect.leaves, leaves != state,
            unknown.effect.needs == nil || unknown.effect.needs == state,
            isAvailable(index, before: position), isWanted(leaves, before: position)
        else { return false }
        used[index] += 1
        guard isNew(leaves) else {
            used[index] -= 1
            return false
        }
        path.append((.use(index), state))
        state = leaves
        placeReads()
        return true
    }

    private func isAvailable(_ index: Int, before position: Int) -> Bool {
        let invoked = problem.optional[index].invoked
        return Int(used[index]) < invoked.count && invoked[Int(used[index])] < position
    }

    private func isWanted(_ value: Int32, before position: Int) -> Bool {
        var entry = entries.first
        while let here = entry, entries.isCall(here) {
            if problem.required[entries.operation(here)].effect.needs == value { return true }
            entry = entries.after(here)
        }
        return problem.optional.indices.contains {
            problem.optional[$0].effect.needs == value && isAvailable($0, before: position)
        }
    }

    private mutating func placeReads() {
        var entry = entries.first
        while let here = entry, entries.isCall(here) {
            let operation = entries.operation(here)
            let effect = problem.required[operation].effect
            if effect.leaves == nil, effect.needs == state {
                placed.insert(operation)
                entries.lift(here)
                path.append((.read(here), state))
                entry = entries.first
            } else {
                entry = entries.after(here)
            }
        }
    }

    /// Undoes moves up to and including the last one that has an alternative.
    /// - Returns: where to continue; nil when everything has been tried.
    private mutating func backtrack() -> (entry: Int?, effect: Int)? {
        while let last = path.popLast() {
            state = last.state
            switch last.move {
            case .read(let entry):
                entries.unlift(entry)
                placed.remove(entries.operation(entry))
            case .linearize(let entry):
                entries.unlift(entry)
                placed.remove(entries.operation(entry))
                return (entries.after(entry), 0)
            case .use(let effect):
                used[effect] -= 1
                return (entries.firstReturn, effect + 1)
            }
        }
        return nil
    }

    private mutating func isNew(_ state: Int32) -> Bool {
        let key = placed.fingerprint(state)
        var known = seen[key, default: []]
        if known.contains(where: { isAsGood($0, as: used) }) { return false }
        known.removeAll { isAsGood(used, as: $0) }
        known.append(used)
        seen[key] = known
        states += 1
        return true
    }

    /// Whether the unknown operations that `one` has left can replace those that `other` has left.
    private func isAsGood(_ one: [UInt32], as other: [UInt32]) -> Bool {
        problem.byValue.allSatisfy { kinds in
            let spareWrites = kinds.write.map { Int(other[$0]) - Int(one[$0]) } ?? 0
            let lackingSwaps = kinds.swaps.reduce(0) { $0 + max(0, Int(one[$1]) - Int(other[$1])) }
            return spareWrites >= lackingSwaps
        }
    }
}
