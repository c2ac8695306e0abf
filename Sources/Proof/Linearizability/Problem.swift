/// What an operation needs of the register and leaves in it. Values are numbers; 0 is "no value".
struct Effect: Hashable {
    /// The value that must be there; nil where any will do.
    var needs: Int32?
    /// The value that is there afterwards; nil where it stays.
    var leaves: Int32?
}

/// One key's operations in the form that the search works on.
struct Problem {
    /// An operation that happened between two places of the history.
    struct Required {
        var effect: Effect
        var invoked: Int
        var returned: Int
    }

    /// Unknown operations with one effect. They are interchangeable, so only their number counts, and the one
    /// that was invoked first is always used first.
    struct Optional {
        var effect: Effect
        /// Where they were invoked, ascending.
        var invoked: [Int]
    }

    /// In the order of their invocations.
    private(set) var required: [Required] = []
    private(set) var optional: [Optional] = []
    /// Which of the unknown effects, by number, leave one value: the write, and the compare-and-sets.
    private(set) var byValue: [(write: Int?, swaps: [Int])] = []

    init<Value: Hashable>(_ operations: [RegisterOperation<Value>]) {
        var numbers: [Value: Int32] = [:]
        func number(_ value: Value?) -> Int32 {
            guard let value else { return 0 }
            if let known = numbers[value] { return known }
            numbers[value] = Int32(numbers.count + 1)
            return Int32(numbers.count)
        }
        var unknown: [Effect: [Int]] = [:]
        var order: [Effect] = []
        for operation in operations.sorted(by: { $0.invoked < $1.invoked }) {
            let effect: Effect
            switch operation.action {
            case .read(let value): effect = Effect(needs: number(value), leaves: nil)
            case .write(let value): effect = Effect(needs: nil, leaves: number(value))
            case .compareAndSet(let from, let to): effect = Effect(needs: number(from), leaves: number(to))
            }
            if let returned = operation.returned {
                required.append(Required(effect: effect, invoked: operation.invoked, returned: returned))
            } else if effect.leaves != nil {
                if unknown[effect] == nil { order.append(effect) }
                unknown[effect, default: []].append(operation.invoked)
            }
        }
        let useful = Problem.useful(order, required)
        for effect in order where useful.contains(effect) {
            optional.append(Optional(effect: effect, invoked: unknown[effect, default: []]))
        }
        let all = optional.indices
        for value in Set(optional.compactMap(\.effect.leaves)) {
            let leaving = all.filter { optional[$0].effect.leaves == value }
            byValue.append(
                (
                    leaving.first { optional[$0].effect.needs == nil },
                    leaving.filter { optional[$0].effect.needs != nil }
                ))
        }
    }

    /// Those unknown effects that can bring about a value that somebody saw; the others never matter.
    private static func useful(_ unknown: [Effect], _ required: [Required]) -> Set<Effect> {
        var wanted = Set(required.compactMap(\.effect.needs))
        var result: Set<Effect> = []
        var grew = true
        while grew {
            grew = false
            for effect in unknown where !result.contains(effect) && effect.needs != effect.leaves {
                guard let leaves = effect.leaves, wanted.contains(leaves) else { continue }
                result.insert(effect)
                if let needs = effect.needs { wanted.insert(needs) }
                grew = true
            }
        }
        return result
    }
}
