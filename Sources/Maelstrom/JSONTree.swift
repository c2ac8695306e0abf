import FoundationEssentials
import KeyValue

/// Any JSON value as JSONDecoder reads it, on its way to the canonical text of `JSONValue`.
enum JSONTree: Codable {
    case null
    case bool(Bool)
    case integer(Int)
    /// Above `Int.max`.
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    init(from decoder: any Decoder) throws {
        if let object = try? JSONTree(object: decoder) {
            self = object
        } else if let array = try? JSONTree(array: decoder) {
            self = array
        } else {
            try self.init(scalar: decoder)
        }
    }

    private init(array decoder: any Decoder) throws {
        let elements = try decoder.singleValueContainer().decode([Element].self)
        self = .array(elements.map(\.tree))
    }

    private init(object decoder: any Decoder) throws {
        let fields = try decoder.singleValueContainer().decode([String: Field].self)
        self = .object(fields.mapValues(\.tree))
    }

    private init(scalar decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let unsigned = try? value.decode(UInt64.self) {
            // Some spellings of a small integer, such as 9223372036854775807.0, are read only here.
            self = Int(exactly: unsigned).map { .integer($0) } ?? .unsigned(unsigned)
        } else {
            self.init(try value.decode(Double.self), decimal: try? value.decode(Decimal.self))
        }
    }

    /// Near the ends of 64 bits, `18446744073709551615.0` is an integer that no double holds.
    private init(_ double: Double, decimal: Decimal?) {
        let digits = (0x1p63...0x1p64).contains(double.magnitude) ? decimal?.description : nil
        if let integer = digits.flatMap({ Int($0) }) {
            self = .integer(integer)
        } else if let unsigned = digits.flatMap({ UInt64($0) }) {
            self = .unsigned(unsigned)
        } else {
            self = .double(double)
        }
    }

    // A guess at a value's kind that turns out wrong costs JSONDecoder time that grows with the square of the
    // depth, so what is nested is first taken for what it is nested in.

    private struct Element: Decodable {
        let tree: JSONTree

        init(from decoder: any Decoder) throws {
            if let array = try? JSONTree(array: decoder) {
                tree = array
            } else if let object = try? JSONTree(object: decoder) {
                tree = object
            } else {
                tree = try JSONTree(scalar: decoder)
            }
        }
    }

    private struct Field: Decodable {
        let tree: JSONTree

        init(from decoder: any Decoder) throws {
            tree = try JSONTree(from: decoder)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let fields): try container.encode(fields)
        }
    }

    /// Whether a number in it is an integer beyond 64 bits by value. It may have been written as one, and then
    /// JSONDecoder has lost some of its digits, or as `1e30`, which is what it says.
    var mayHaveLostDigits: Bool {
        switch self {
        case .null, .bool, .integer, .unsigned, .string: false
        case .double(let value): value.magnitude >= 0x1p63
        case .array(let values): values.contains(where: \.mayHaveLostDigits)
        case .object(let fields): fields.values.contains(where: \.mayHaveLostDigits)
        }
    }
}

/// The one spelling of each value.
enum Canonical {
    /// Kept, for making one costs more than what it does.
    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    static func value(_ tree: JSONTree) throws -> JSONValue {
        switch tree {
        case .integer(let integer): JSONValue(canonical: String(integer))
        case .string(let string): try value(string)
        case .null, .bool, .unsigned, .double, .array, .object: try encoded(tree)
        }
    }

    static func value(_ string: String) throws -> JSONValue {
        if string.utf8.allSatisfy(isPlain) { return JSONValue(canonical: "\"\(string)\"") }
        return try encoded(.string(string))
    }

    private static func encoded(_ tree: JSONTree) throws -> JSONValue {
        JSONValue(canonical: String(decoding: try encoder.encode(tree), as: UTF8.self))
    }

    /// Whether the byte stands for itself in a string, however it is escaped.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Whether `text` is seen at a glance to be canonical already: a number of up to 18 digits, a plain string,
    /// true, false or null. Where it is not, it may still be.
    static func isPlainly(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let first = bytes.first, let last = bytes.last else { return false }
            if first == UInt8(ascii: "\"") {
                return bytes.count > 1 && last == first && bytes.dropFirst().dropLast().allSatisfy(isPlain)
            }
            let digits = first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
            guard let leading = digits.first, digits.count <= 18 else { return false }
            if leading == UInt8(ascii: "0") { return bytes.count == 1 }
            return digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        } || text == "null" || text == "true" || text == "false"
    }
}
