import KeyValue

/// Transactions: what members are asked, and what they answer.
extension Ledger {
    /// A micro-operation, and its key.
    enum Part: Hashable {
        case read(Int)
        case write(Int, asList: Bool)
        case append(Int)

        var key: Int {
            switch self {
            case .read(let key), .write(let key, _), .append(let key): key
            }
        }
    }

    /// Whether a key is nothing but a list in the whole run.
    func isList(_ key: Int) -> Bool { keepsKinds && key % 2 == 0 }

    /// What is asked in place of `action` where keys keep their kinds.
    func keepingKinds(_ action: Action, of key: Int) -> Action {
        switch action {
        case .read: return action
        case .write, .cas: return isList(key) ? .transaction([.append(key)]) : action
        case .transaction(let parts):
            return .transaction(
                parts.map { part in
                    switch part {
                    case .write(let key, _) where isList(key): .append(key)
                    case .append(let key) where !isList(key): .write(key, asList: false)
                    case .read, .write, .append: part
                    }
                })
        }
    }

    /// As members are asked.
    func transaction(_ number: Int, _ parts: [Part]) -> Transaction {
        Transaction(
            parts.enumerated().map { position, part in
                switch part {
                case .read(let key): .read(key: Self.name(ofKey: key))
                case .write(let key, _):
                    .write(key: Self.name(ofKey: key), value: content(of: number, position, part).json)
                case .append(let key): .append(key: Self.name(ofKey: key), element: element(number, position))
                }
            })
    }

    /// What an append at `position` of a transaction adds, and a write writes.
    func element(_ number: Int, _ position: Int) -> JSONValue {
        // With a space, which separates words of the log.
        let rest = padding > 0 && number % 5 == 0 ? " " + String(repeating: "x", count: padding) : ""
        return JSONValue(canonical: "\"\(number).\(position)\(rest)\"")
    }

    /// What a write at `position` of a transaction leaves in its key.
    func content(of number: Int, _ position: Int, _ part: Part) -> Content {
        let element = element(number, position)
        if case .write(_, asList: true) = part { return Content(list: [element]) }
        return Content(element)
    }

    // MARK: - Answers

    /// Checks the answer to a transaction.
    mutating func transacted(
        _ number: Int, _ parts: [Part], _ reply: JSONValue?, _ committedHistory: CommittedHistory
    ) throws {
        let transaction = transaction(number, parts)
        if transaction.isReadOnly {
            guard let values = reads(in: reply, to: transaction) else {
                throw Breach(.honesty, "request \(number) is answered \(reply?.text ?? "nothing")")
            }
            // Null says that there is no key: nobody writes null.
            let held = values.map { $0 == .null ? nil : $0 }
            try checkRead(number, Array(zip(parts.map(\.key), held)), committedHistory)
            return settle(number, .values(held))
        }
        guard let effect = asked[number].effect else {
            throw Breach(.honesty, "request \(number) is answered, and is not committed")
        }
        guard case .transacted(let reads?) = effect.outcome, reply == transaction.json(reads) else {
            throw Breach(
                .honesty,
                "request \(number) came to \(effect.outcome), and is answered \(reply?.text ?? "nothing")")
        }
        settle(number, .result(effect.outcome))
    }

    /// The values that a transaction which only reads is told; nil where the answer is none to it.
    private func reads(in reply: JSONValue?, to transaction: Transaction) -> [JSONValue]? {
        guard let reply else { return nil }
        var values: [StoredValue] = []
        var rest = reply.text.utf8.dropFirst()
        for case .read(let key) in transaction.operations {
            // The comma behind the micro-operation before it stands for the bracket of the list, or the first has none.
            let head = (values.isEmpty ? "" : ",") + "[\"r\",\(key),"
            guard rest.starts(with: head.utf8) else { return nil }
            rest = rest.dropFirst(head.utf8.count)
            // No string of a simulation holds a bracket.
            var depth = 0
            let end = rest.firstIndex { byte in
                if byte == UInt8(ascii: "[") { depth += 1 }
                if byte == UInt8(ascii: "]") { depth -= 1 }
                return depth < 0
            }
            guard let end, let value = String(rest[..<end]) else { return nil }
            values.append(StoredValue(JSONValue(canonical: value)))
            rest = rest[end...].dropFirst()
        }
        return transaction.json(values) == reply ? values.map(\.json) : nil
    }
}
