/// Any JSON value, as an integer or as text that is equal for equal values.
struct AnyJSON: Decodable {
    var datum: RegisterValue

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if let value = try? single.decode(Int.self) {
            datum = .integer(value)
        } else {
            datum = .other(try AnyJSON.words(single))
        }
    }

    private static func words(_ single: any SingleValueDecodingContainer) throws -> String {
        if single.decodeNil() {
            return "null"
        } else if let value = try? single.decode(Bool.self) {
            return String(value)
        } else if let value = try? single.decode(UInt64.self) {
            return String(value)
        } else if let value = try? single.decode(Double.self) {
            return String(value)
        } else if let value = try? single.decode(String.self) {
            return value.debugDescription
        } else if let list = try? single.decode([AnyJSON].self) {
            return "[\(list.map(\.datum.description).joined(separator: " "))]"
        }
        let fields = try single.decode([String: AnyJSON].self).sorted { $0.key < $1.key }
        let words = fields.map { "\($0.key.debugDescription) \($0.value.datum)" }
        return "{\(words.joined(separator: " "))}"
    }
}
