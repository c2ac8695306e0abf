/// Micro-operations that take effect together or not at all, as in Maelstrom's workloads txn-list-append and
/// txn-rw-register. A read sees what the micro-operations before it did.
package struct Transaction: Hashable, Sendable {
    package enum MicroOperation: Hashable, Sendable {
        case read(key: JSONValue)
        case write(key: JSONValue, value: JSONValue)
        /// Makes a list where there is no key.
        case append(key: JSONValue, element: JSONValue)
    }

    package let operations: [MicroOperation]

    package init(_ operations: [MicroOperation]) {
        self.operations = operations
    }

    /// Whether it changes nothing, whatever the store holds.
    package var isReadOnly: Bool {
        operations.allSatisfy { if case .read = $0 { true } else { false } }
    }
}

// MARK: - As it is written

extension Transaction.MicroOperation {
    /// From its three parts; nil where they are none of `["r", key, null]`, `["w", key, value]` and `["append", key,
    /// element]`.
    package init?(_ name: JSONValue, _ key: JSONValue, _ value: JSONValue) {
        switch name {
        case .r where value == .null: self = .read(key: key)
        case .w: self = .write(key: key, value: value)
        case .append: self = .append(key: key, element: value)
        default: return nil
        }
    }

    fileprivate var parts: [JSONValue] {
        switch self {
        case .read(let key): [.r, key, .null]
        case .write(let key, let value): [.w, key, value]
        case .append(let key, let element): [.append, key, element]
        }
    }
}

extension JSONValue {
    package static let null = JSONValue(canonical: "null")
    fileprivate static let r = JSONValue(canonical: "\"r\"")
    fileprivate static let w = JSONValue(canonical: "\"w\"")
    fileprivate static let append = JSONValue(canonical: "\"append\"")
}

extension Transaction {
    /// The parts of all micro-operations, in the log a word each.
    package var values: [JSONValue] { operations.flatMap(\.parts) }

    /// The list of its micro-operations.
    /// - Parameter reads: what its reads came to, in their order; none where that is not known.
    package func json(_ reads: [StoredValue] = []) -> JSONValue {
        var reads = reads[...]
        let lists = operations.map { operation in
            var parts = operation.parts
            if case .read = operation, let value = reads.popFirst() { parts[2] = value.json }
            return "[" + parts.map(\.text).joined(separator: ",") + "]"
        }
        return JSONValue(canonical: "[" + lists.joined(separator: ",") + "]")
    }
}

// MARK: - As it is answered

extension Transaction {
    /// How many bytes of reads an answer holds at most. A transaction may read a large value many times.
    private static let longestAnswer = 256 << 20

    /// How its client is told of what the store holds, where it only reads.
    func reply(reading store: Store) -> ClientReply.Body {
        var reads: [StoredValue] = []
        for case .read(let key) in operations { reads.append(store.value(of: key) ?? StoredValue(.null)) }
        return done(reads) { .error(.abort, "it read \($0); nothing happened") }
    }

    /// How its client is told that it was carried out.
    /// - Parameter reads: nil where they are no longer remembered.
    func reply(havingRead reads: [StoredValue]?) -> ClientReply.Body {
        guard let reads else {
            return .error(.timeout, "this was carried out before, and what it read is no longer remembered")
        }
        return done(reads) { .error(.timeout, "this was carried out, and read \($0)") }
    }

    private func done(_ reads: [StoredValue], orElse tooLong: (String) -> ClientReply.Body)
        -> ClientReply.Body
    {
        let size = reads.reduce(0) { $0 + $1.size }
        guard size <= Self.longestAnswer else {
            return tooLong("\(size) bytes, more than the \(Self.longestAnswer) that an answer holds")
        }
        return .done(.txn, [OperationField("txn", json(reads))])
    }

    func reply(noListAt position: Int) -> ClientReply.Body {
        guard operations.indices.contains(position), case .append(let key, _) = operations[position] else {
            return .usedForAnother
        }
        return .error(
            .preconditionFailed,
            "txn[\(position)] appends to \(key), whose value is no list; nothing of the transaction happened")
    }
}
