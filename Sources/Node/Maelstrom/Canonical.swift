import KeyValue

/// Why a value cannot be kept as it was written.
enum Unkept: Error {
    case integerBeyond64Bits
    /// An object has two fields of this name, by `String`'s own `==`: JSONDecoder keeps one of them.
    case fieldTwice(String)
}

extension JSONText {
    /// The values at `slots` in their canonical text, see `JSONValue`.
    /// - Throws: `Unkept`, or the error of JSONDecoder.
    func values(at slots: [Int]) throws -> [JSONValue] {
        let doubtful = slots.flatMap { slot in (slot..<Int(outline[slot].next)).filter { !isPlain($0) } }
        let scalars = try scalars(at: doubtful)
        return try slots.map { slot in
            var writer = CanonicalWriter(text: self, scalars: scalars)
            try writer.append(slot)
            return JSONValue(canonical: String(decoding: writer.bytes, as: UTF8.self))
        }
    }

    /// The value at `slot`, if it is no array or object, and seen at a glance to be canonical.
    func plainValue(at slot: Int) -> JSONValue? {
        let value = outline[slot]
        if value.kind == .array || value.kind == .object || !isPlain(slot) { return nil }
        return JSONValue(canonical: String(decoding: bytes[value.bytes], as: UTF8.self))
    }

    /// Whether a string or number is seen at a glance to be canonical. Anything else is what its parts are.
    private func isPlain(_ slot: Int) -> Bool {
        let value = outline[slot]
        return switch value.kind {
        case .string: value.isPlain
        case .integer: isPlainInteger(bytes[value.bytes])
        case .fraction: false
        case .null, .bool, .array, .object: true
        }
    }
}

/// Writes values in their canonical text.
private struct CanonicalWriter {
    let text: JSONText
    /// The strings and numbers that are not plain.
    let scalars: [Int: String]
    var bytes: [UInt8] = []

    mutating func append(_ slot: Int) throws {
        let value = text.outline[slot]
        switch value.kind {
        case .null, .bool: bytes += text.bytes[value.bytes]
        case .integer, .fraction:
            if let number = scalars[slot] { bytes += number.utf8 } else { bytes += text.bytes[value.bytes] }
        case .string: bytes.append(quoted: text.string(at: slot, scalars))
        case .array:
            bytes.append("[")
            for (count, element) in text.outline.elements(of: slot).enumerated() {
                if count > 0 { bytes.append(",") }
                try append(element)
            }
            bytes.append("]")
        case .object:
            let fields = text.outline.fields(of: slot).map { (name: text.string(at: $0, scalars), slot: $0) }
                .sorted { $0.name < $1.name }
            if let name = JSONText.repeatedName(in: fields.map(\.name)) { throw Unkept.fieldTwice(name) }
            bytes.append("{")
            for (count, field) in fields.enumerated() {
                if count > 0 { bytes.append(",") }
                bytes.append(quoted: field.name)
                bytes.append(":")
                try append(field.slot + 1)
            }
            bytes.append("}")
        }
    }
}

/// The strings and numbers of an array: what each string says, and the canonical text of each number.
struct Scalars: DecodableWithConfiguration {
    let texts: [String]

    init(from decoder: any Decoder, configuration source: JSONSource) throws {
        var array = try decoder.unkeyedContainer()
        let text = JSONText(source)
        texts = try text.outline.elements(of: 0).map { slot in
            let value = text.outline[slot]
            if value.kind == .string { return try array.decode(String.self) }
            let number = ExactNumber(text.bytes[value.bytes])
            // JSONDecoder refuses some spellings of zero, such as 0e5, as doubles.
            let double = number.isZero ? Double(try array.decode(Int.self)) : try array.decode(Double.self)
            if value.kind == .integer, number.integer == nil { throw Unkept.integerBeyond64Bits }
            return number.spelling(nearest: double)
        }
    }
}

/// The values of an array.
struct CanonicalArray: DecodableWithConfiguration {
    let values: [JSONValue]

    init(from decoder: any Decoder, configuration source: JSONSource) throws {
        let text = JSONText(source)
        values = try text.values(at: Array(text.outline.elements(of: 0)))
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    /// Whether it is seen at a glance to be the canonical text of a value: an integer of up to 18 digits, a plain string,
    /// true, false or null. Where it is not, it may still be.
    var isPlainValue: Bool {
        guard first == UInt8(ascii: "\"") else {
            return isPlainInteger(self) || ["null", "true", "false"].contains { elementsEqual($0.utf8) }
        }
        return count > 1 && last == UInt8(ascii: "\"") && dropFirst().dropLast().allSatisfy(\.standsForItself)
    }
}

extension JSONValue {
    var isPlain: Bool {
        var text = text
        return text.withUTF8 { $0[...].isPlainValue }
    }
}

/// No more digits than any integer of 64 bits can have.
private func isPlainInteger(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
    let digits = bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
    guard let leading = digits.first, digits.count <= 18 else { return false }
    if leading == UInt8(ascii: "0") { return bytes.count == 1 }
    return digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}
