import Serializability
import XCTest

/// Writes micro-operations as words: `ax1` appends 1 to x, `wx1` writes it, `rx12` reads [1 2], `rx` reads nothing, and
/// `rx?` is a read of unknown result.
func operations(_ text: some StringProtocol) -> [MicroOperation] {
    text.split(separator: " ").map { word in
        let letters = Array(word.unicodeScalars)
        let key = Int(letters[1].value)
        let values = letters.dropFirst(2).compactMap { Int(String($0)) }.map(Datum.integer)
        switch letters[0] {
        case "a": return .append(key: key, value: values[0])
        case "w": return .write(key: key, value: values[0])
        default: return .read(key: key, values: word.hasSuffix("?") ? nil : values)
        }
    }
}

/// A transaction that lasts from one event to another; `!` before it says that it failed, `?` that nobody knows.
func transaction(_ span: ClosedRange<Int>, _ text: String) -> Transaction {
    let outcome: Transaction.Outcome =
        text.hasPrefix("!") ? .failed : text.hasPrefix("?") ? .unknown : .committed
    return Transaction(
        process: span.lowerBound,
        operations: operations(outcome == .committed ? text[...] : text.dropFirst()),
        outcome: outcome, invoked: span.lowerBound, returned: span.upperBound)
}

/// Transactions that are all open at the same time.
func together(_ texts: String...) -> [Transaction] {
    texts.enumerated().map { transaction($0.offset...($0.offset + texts.count), $0.element) }
}

/// Transactions of which each ends before the next begins.
func inTurn(_ texts: String...) -> [Transaction] {
    texts.enumerated().map { transaction(2 * $0.offset...(2 * $0.offset + 1), $0.element) }
}

/// The kinds of anomalies that a model forbids in a history.
func kinds(
    _ transactions: [Transaction], _ model: ConsistencyModel = .strictSerializable
) throws -> Set<AnomalyKind> {
    Set(try SerializabilityChecker([model]).check(transactions).counts.keys)
}

/// SplitMix64.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
