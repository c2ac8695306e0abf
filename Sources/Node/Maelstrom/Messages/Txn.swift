import KeyValue

/// The micro-operations of a `txn`, each an array of three.
extension Fields {
    private static let microOperation = #"["r", key, null], ["w", key, value] or ["append", key, element]"#

    func transaction(_ name: String) throws(Malformed) -> Transaction {
        let field = FieldName(stringValue: name)
        guard let list = text.value(of: name, in: slot), text.outline[list].kind == .array else {
            throw wrong(field, "a list of micro-operations, each \(Self.microOperation)")
        }
        let elements = Array(text.outline.elements(of: list))
        var parts: [Int] = []
        for (position, element) in elements.enumerated() {
            let isArray = text.outline[element].kind == .array
            let slots = isArray ? Array(text.outline.elements(of: element).prefix(4)) : []
            guard slots.count == 3 else { throw noMicroOperation("\(name)[\(position)]", element) }
            parts += slots
        }
        let values = try values(at: parts, of: name)
        var operations: [Transaction.MicroOperation] = []
        operations.reserveCapacity(elements.count)
        for (position, element) in elements.enumerated() {
            let first = 3 * position
            guard
                let operation = Transaction.MicroOperation(
                    values[first], values[first + 1], values[first + 2])
            else { throw noMicroOperation("\(name)[\(position)]", element) }
            operations.append(operation)
        }
        return Transaction(operations)
    }

    private func noMicroOperation(_ name: String, _ slot: Int) -> Malformed {
        let found = String(decoding: text.bytes[text.outline[slot].bytes].prefix(100), as: UTF8.self)
        return Malformed(text: "\(name) must be \(Self.microOperation); it is \(found)")
    }

    /// The values at `slots`, which are the parts of micro-operations. JSONDecoder reads all that are not plain in one
    /// decoding: a call costs more than a value.
    private func values(at slots: [Int], of name: String) throws(Malformed) -> [JSONValue] {
        let plain = slots.map { Canonical.plainValue(at: $0, of: text) }
        let doubtful = slots.indices.filter { plain[$0] == nil }
        guard !doubtful.isEmpty else { return plain.compactMap(\.self) }
        if let read = try? canonical(doubtful.map { slots[$0] }), read.count == doubtful.count {
            var values = plain
            for (slot, value) in zip(doubtful, read) { values[slot] = value }
            return values.compactMap(\.self)
        }
        // One of them is at fault, so time does not matter: look at each.
        for slot in doubtful {
            do { _ = try canonical([slots[slot]]) } catch {
                throw Malformed("\(name)[\(slot / 3)]", error)
            }
        }
        throw Malformed(text: "\(name) must hold JSON values")
    }

    private func canonical(_ slots: [Int]) throws -> [JSONValue] {
        var array: [UInt8] = []
        for slot in slots {
            array.append(array.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
            array.append(contentsOf: text.bytes[text.outline[slot].bytes])
        }
        array.append(UInt8(ascii: "]"))
        return try array.withUnsafeBytes { bytes in
            let source = JSONSource(bytes: bytes, decoder: text.source.decoder)
            return try source.decoder.decode(CanonicalArray.self, from: Data(bytes), configuration: source)
                .values
        }
    }
}
