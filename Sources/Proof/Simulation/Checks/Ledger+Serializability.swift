import KeyValue
import Serializability

/// All that was asked, as transactions for the checker that the bench has as well. It knows neither the log nor when
/// an entry was committed, only what clients were told and when. The rules in `Ledger+Transactions.swift` know these,
/// so they find more, and at once.
///
/// A key of the checker is a register or a list for a whole history. In a part of the runs keys are as well; in others a
/// key is either from time to time. It then becomes a register, which holds what is no list or the first element of a
/// list; and a list for each first element, of all elements after it. An append does not say which list it met: a read
/// that shows its element does.
struct SerializabilityHistory {
    private(set) var transactions: [Serializability.Transaction] = []
    private let ledger: Ledger
    /// The first element of the list in which each element was read; by key.
    private var heads: [Place: String] = [:]
    /// Numbers of the lists, beyond those of keys.
    private var lists: [Place: Int] = [:]

    private struct Place: Hashable {
        var key: Int
        var element: String
    }

    init(_ ledger: Ledger) {
        self.ledger = ledger
        for one in ledger.asked { for (key, value) in one.valuesRead { note(value, of: key) } }
        transactions = ledger.asked.indices.map { transaction($0, ledger[$0]) }
    }

    private mutating func note(_ value: JSONValue?, of key: Int) {
        guard let elements = value?.elements, let head = elements.first else { return }
        for element in elements { heads[Place(key: key, element: element)] = head }
    }

    private mutating func transaction(_ number: Int, _ one: Ledger.Asked) -> Serializability.Transaction {
        let outcome: Serializability.Transaction.Outcome =
            switch one.answer {
            case nil: one.copies.willNotHappen ? .failed : .unknown
            case .result(.noList), .result(.differs), .result(.noSuchKey): .failed
            case .value, .values, .result: .committed
            }
        return Serializability.Transaction(
            process: number, operations: operations(number, one), outcome: outcome, invoked: one.invoked,
            returned: one.returned ?? .max)
    }

    private mutating func operations(_ number: Int, _ one: Ledger.Asked) -> [MicroOperation] {
        let content = ledger.content(of: number).json
        switch one.action {
        case .read: return one.valuesRead.flatMap { read($0.value, of: $0.key) }
        case .write: return write(content, to: one.key)
        case .cas: return one.valuesRead.flatMap { read($0.value, of: $0.key) } + write(content, to: one.key)
        case .transaction(let parts):
            var reads = one.valuesRead[...]
            return parts.enumerated().flatMap { position, part in
                switch part {
                case .read: reads.popFirst().map { read($0.value, of: $0.key) } ?? []
                case .write: write(ledger.content(of: number, position, part).json, to: part.key)
                case .append: append(ledger.element(number, position), to: part.key)
                }
            }
        }
    }

    // MARK: - Micro-operations

    private mutating func read(_ value: JSONValue?, of key: Int) -> [MicroOperation] {
        if ledger.isList(key) { return [.read(key: key, values: value?.elements?.map { .other($0) } ?? [])] }
        guard let value else { return [.read(key: key, values: [])] }
        guard let elements = value.elements, let head = elements.first else {
            return [.read(key: key, values: [.other(value.text)])]
        }
        return [
            .read(key: key, values: [Self.beginning(head)]),
            .read(key: list(key, head), values: elements.dropFirst().map { .other($0) }),
        ]
    }

    private mutating func write(_ value: JSONValue, to key: Int) -> [MicroOperation] {
        guard let elements = value.elements, let head = elements.first else {
            return [.write(key: key, value: .other(value.text))]
        }
        let list = list(key, head)
        return [.write(key: key, value: Self.beginning(head))]
            + elements.dropFirst().map { .append(key: list, value: .other($0)) }
    }

    /// What nobody has read may be in any list, and nothing follows from it.
    private mutating func append(_ element: JSONValue, to key: Int) -> [MicroOperation] {
        if ledger.isList(key) { return [.append(key: key, value: .other(element.text))] }
        guard let head = heads[Place(key: key, element: element.text)] else { return [] }
        if head == element.text { return [.write(key: key, value: Self.beginning(head))] }
        return [
            .read(key: key, values: [Self.beginning(head)]),
            .append(key: list(key, head), value: .other(element.text)),
        ]
    }

    /// The value of a register that stands for a list.
    private static func beginning(_ head: String) -> Datum { .other("[\(head)") }

    private mutating func list(_ key: Int, _ head: String) -> Int {
        let place = Place(key: key, element: head)
        if let known = lists[place] { return known }
        let number = 1_000 + lists.count
        lists[place] = number
        return number
    }
}

extension Ledger.Asked {
    /// What it was told of keys, in order. One that may create its key is not told whether it did.
    fileprivate var valuesRead: [(key: Int, value: JSONValue?)] {
        switch (action, answer) {
        case (.read, .value(let value)): return [(key, value)]
        case (.cas(let from, create: false), .result(.swapped)): return [(key, from)]
        case (.transaction(let parts), .values(let values)): return Array(zip(parts.map(\.key), values))
        case (.transaction(let parts), .result(.transacted(let reads?))):
            let keys = parts.compactMap { if case .read(let key) = $0 { key } else { nil } }
            return Array(zip(keys, reads.map { $0.json == .null ? nil : $0.json }))
        default: return []
        }
    }
}

extension JSONValue {
    /// Nil of what is no list. No string of a simulation holds a comma or a bracket.
    fileprivate var elements: [String]? {
        guard text.first == "[" else { return nil }
        return text.dropFirst().dropLast().split(separator: ",").map(String.init)
    }
}

extension Ledger {
    /// - Throws: `Breach` where no order of all that was asked explains what clients were told.
    func checkSerializable() throws {
        let verdict: SerializabilityVerdict
        do {
            verdict = try SerializabilityChecker().check(SerializabilityHistory(self).transactions)
        } catch {
            // Such as an element that stands in two lists.
            throw Breach(.serializability, "what was read contradicts itself: \(error)")
        }
        guard let anomaly = verdict.anomalies.first else { return }
        let members = anomaly.transactions.enumerated().map { "T\($0 + 1) is request \($1)" }
        let why = anomaly.steps.isEmpty ? [anomaly.words] : anomaly.steps.map(\.words)
        throw Breach(
            .serializability,
            "\(anomaly.kind.rawValue) (\(anomaly.kind.words)): "
                + (members + why).joined(separator: "; "))
    }
}
