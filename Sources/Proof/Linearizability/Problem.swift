/// The value that an operation requires in the register, and the one it leaves. Values are numbers; 0 is "no value".
struct Effect: Hashable {
    /// The required value; nil if any will do.
    var needs: Int32?
    /// The value afterwards; nil if the operation does not change it.
    var leaves: Int32?
}

/// One key's operations, in the form that the search uses.
struct Problem {
    /// An operation that happened between two positions of the history.
    struct Required {
        var effect: Effect
        var invoked: Int
        var returned: Int
    }

    /// Operations with unknown outcome and the same effect. They are interchangeable, so the search only counts
    /// them, and uses the earliest invoked first.
    struct Optional {
        var effect: Effect
        /// The positions of their invocations, ascending.
        var invoked: [Int]
    }

    /// In order of invocation.
    private(set) var required: [Required] = []
    private(set) var optional: [Optional] = []
    /// For each value, the indexes into `optional` of the effects that leave it: the write, and the compare-and-sets.
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
            let (needs, leaves) = operation.action.effect
            let effect = Effect(needs: needs.map(number), leaves: leaves.map(number))
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

    /// The unknown effects that can lead to a value that some operation requires. The others never matter.
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
