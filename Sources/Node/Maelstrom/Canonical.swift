import KeyValue

/// Why a value cannot be kept as it was written.
enum Unkept: Error {
    case integerBeyond64Bits
    /// An object has two fields of this name, by `String`'s own `==`: JSONDecoder keeps one of them.
    case fieldTwice(String)
}

/// Writes values in their canonical text, see `JSONValue`. JSONDecoder reads them.
struct CanonicalWriter {
    private let text: JSONText
    private var bytes: [UInt8] = []

    private init(_ text: JSONText) {
        self.text = text
    }

    /// The canonical text of what the reader reads next, which is at `slot` of the outline.
    /// - Throws: `Unkept`, or the error of JSONDecoder.
    static func value(_ reader: inout some ValueReader, at slot: Int, of text: JSONText) throws -> JSONValue {
        var writer = CanonicalWriter(text)
        try writer.append(&reader, at: slot)
        return JSONValue(canonical: String(decoding: writer.bytes, as: UTF8.self))
    }

    private mutating func append(_ reader: inout some ValueReader, at slot: Int) throws {
        let value = text.outline[slot]
        switch value.kind {
        case .null:
            try reader.null()
            bytes.append("null")
        case .bool: bytes.append(try reader.decode(Bool.self))
        // No more digits than any integer of 64 bits can have.
        case .integer where value.bytes.count <= 18: bytes.append(try reader.decode(Int.self))
        case .integer, .fraction:
            let number = ExactNumber(text.bytes[value.bytes])
            // JSONDecoder refuses some spellings of zero, such as 0e5, as doubles.
            let double = number.isZero ? Double(try reader.decode(Int.self)) : try reader.decode(Double.self)
            if value.kind == .integer, number.integer == nil { throw Unkept.integerBeyond64Bits }
            bytes.append(json: number.spelling(nearest: double))
        case .string: bytes.append(quoted: try reader.decode(String.self))
        case .array: try append(try reader.array(), at: slot)
        case .object: try append(try reader.object(), at: slot)
        }
    }

    private mutating func append(_ array: any UnkeyedDecodingContainer, at slot: Int) throws {
        var reader = ElementReader(container: array)
        bytes.append("[")
        for (count, element) in text.outline.elements(of: slot).enumerated() {
            if count > 0 { bytes.append(",") }
            try append(&reader, at: element)
        }
        bytes.append("]")
    }

    private mutating func append(_ object: KeyedDecodingContainer<FieldName>, at slot: Int) throws {
        var fields = try text.names(of: slot)
        if fields.count > 1 {
            fields.sort { $0.name < $1.name }
            if let name = JSONText.repeatedName(in: fields.map(\.name)) { throw Unkept.fieldTwice(name) }
        }
        bytes.append("{")
        for (count, field) in fields.enumerated() {
            if count > 0 { bytes.append(",") }
            bytes.append(quoted: field.name)
            bytes.append(":")
            var reader = FieldReader(container: object, name: FieldName(stringValue: field.name))
            try append(&reader, at: field.slot + 1)
        }
        bytes.append("}")
    }
}

/// The values of an array.
struct CanonicalArray: DecodableWithConfiguration {
    let values: [JSONValue]

    init(from decoder: any Decoder, configuration source: JSONSource) throws {
        var reader = ElementReader(container: try decoder.unkeyedContainer())
        let text = JSONText(source)
        values = try text.outline.elements(of: 0).map { slot in
            try CanonicalWriter.value(&reader, at: slot, of: text)
        }
    }
}

enum Canonical {
    /// The value at `slot`, if a quick look shows that its text is canonical; nil where the text may or may not be.
    static func plainValue(at slot: Int, of text: JSONText) -> JSONValue? {
        let value = text.outline[slot]
        switch value.kind {
        case .null: return JSONValue(canonical: "null")
        case .integer where isPlainInteger(text.bytes[value.bytes]), .string where value.isPlain, .bool:
            return JSONValue(canonical: String(decoding: text.bytes[value.bytes], as: UTF8.self))
        case .integer, .fraction, .string, .array, .object: return nil
        }
    }

    /// Whether the byte is never escaped in a string, and never part of an escape.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    static func isPlainly(_ value: JSONValue) -> Bool {
        var text = value.text
        return text.withUTF8 { isPlainly($0[...]) }
    }

    /// Whether a text is seen at a glance to be canonical already: a number of up to 18 digits, a plain string,
    /// true, false or null. Where it is not, it may still be.
    static func isPlainly(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = text.first, let last = text.last else { return false }
        if first != UInt8(ascii: "\"") {
            return isPlainInteger(text) || ["null", "true", "false"].contains { text.elementsEqual($0.utf8) }
        }
        guard text.count > 1, last == first else { return false }
        for byte in text.dropFirst().dropLast() where !isPlain(byte) { return false }
        return true
    }

    private static func isPlainInteger(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        let digits = bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
        guard let leading = digits.first, digits.count <= 18 else { return false }
        if leading == UInt8(ascii: "0") { return bytes.count == 1 }
        for byte in digits where byte < UInt8(ascii: "0") || byte > UInt8(ascii: "9") { return false }
        return true
    }
}
