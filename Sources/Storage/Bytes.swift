/// How values stand in bytes: numbers little-endian, strings and arrays of them behind their count.
extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    mutating func append(_ string: String) {
        append(littleEndian: UInt32(string.utf8.count))
        append(contentsOf: string.utf8)
    }

    mutating func append(_ strings: [String]) {
        append(littleEndian: UInt16(strings.count))
        for string in strings { append(string) }
    }
}

/// Takes values from the front of some bytes; nil where there are not enough.
struct ByteReader {
    /// What is left.
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) -> Value? {
        bytes(MemoryLayout<Value>.size)?.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(as: type)) }
    }

    mutating func string() -> String? {
        guard let count = integer(UInt32.self), let bytes = bytes(Int(count)) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    mutating func strings() -> [String]? {
        guard let count = integer(UInt16.self) else { return nil }
        var strings: [String] = []
        for _ in 0..<count {
            guard let string = string() else { return nil }
            strings.append(string)
        }
        return strings
    }
}
