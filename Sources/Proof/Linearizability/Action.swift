/// What a process asks of one register, and what the checker takes it to mean.
package enum Action<Value: Hashable & Sendable>: Hashable, Sendable {
    /// At its invocation the value is unknown and nil; once it is ok, it is what was read, nil for "no value".
    case read(Value?)
    case write(Value)
    /// Sets `to` where the register holds `from`, and does not happen anywhere else.
    case compareAndSet(from: Value, to: Value)
}

extension Action {
    /// The model: what the register must hold where the action takes effect, and what it holds then. Nil where any
    /// value will do, and where it stays; a nil within is "no value".
    package var effect: (needs: Value??, leaves: Value??) {
        switch self {
        case .read(let value): (.some(value), nil)
        case .write(let value): (nil, .some(value))
        case .compareAndSet(let from, let to): (.some(from), .some(to))
        }
    }

    /// Its name in Jepsen's histories, and its values there.
    package var jepsen: (name: String, values: [Value?]) {
        switch self {
        case .read(let value): ("read", [value])
        case .write(let value): ("write", [value])
        case .compareAndSet(let from, let to): ("cas", [from, to])
        }
    }

    /// What it did, for people; where its outcome is not known, what it may have done.
    package func words(isKnown: Bool, _ name: (Value?) -> String) -> String {
        switch self {
        case .read(let value): isKnown ? "read \(name(value))" : "was reading"
        case .write(let value): isKnown ? "wrote \(name(value))" : "may have written \(name(value))"
        case .compareAndSet(let from, let to):
            "\(isKnown ? "set" : "may have set") \(name(from)) to \(name(to))"
        }
    }
}
