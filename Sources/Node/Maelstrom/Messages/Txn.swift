import KeyValue

enum TxnRequest: Message {
    static let name = "txn"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        let (text, slot) = (fields.text, fields.slot)
        guard let list = text.value(of: "txn", in: slot), text.outline[list].kind == .array else {
            throw fields.wrong("txn", "a list of micro-operations, each \(microOperation)")
        }
        var operations: [Transaction.MicroOperation] = []
        for (position, element) in text.outline.elements(of: list).enumerated() {
            operations.append(try read(element, of: text, called: "txn[\(position)]"))
        }
        return fields.request(.transaction(Transaction(operations)))
    }

    private static let microOperation = #"["r", key, null], ["w", key, value] or ["append", key, element]"#

    private static func read(
        _ slot: Int, of text: JSONText, called name: String
    ) throws(Malformed) -> Transaction.MicroOperation {
        let isArray = text.outline[slot].kind == .array
        let parts = isArray ? Array(text.outline.elements(of: slot).prefix(4)) : []
        if parts.count == 3 {
            let values: [JSONValue]
            do { values = try text.values(at: parts) } catch { throw Malformed(name, error) }
            let operation = Transaction.MicroOperation(values[0], values[1], values[2])
            if let operation { return operation }
        }
        let found = String(decoding: text.bytes[text.outline[slot].bytes].prefix(100), as: UTF8.self)
        throw Malformed(text: "\(name) must be \(microOperation); it is \(found)")
    }
}
