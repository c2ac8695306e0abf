import Consensus

/// How values stand in bytes: numbers little-endian, strings and arrays of them behind their count.
extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    mutating func append(_ string: String) {
        append(littleEndian: UInt32(string.utf8.count))
        append(contentsOf: string.utf8)
    }

    mutating func append(_ position: LogPosition) {
        append(littleEndian: Int64(position.index))
        append(littleEndian: Int64(position.term))
    }

    mutating func append(_ state: HardState) {
        append(littleEndian: Int64(state.term))
        append(state.votedFor.map { [$0] } ?? [])
        append(littleEndian: Int64(state.lostLog ?? 0))
    }

    mutating func append(_ strings: [String]) {
        append(littleEndian: UInt32(strings.count))
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

    /// An index, a term, or another count that stands in eight bytes; nil where it is none.
    mutating func number() -> Int? {
        integer(Int64.self).flatMap { (0...Int64(highestNumber)).contains($0) ? Int($0) : nil }
    }

    mutating func position() -> LogPosition? {
        guard let index = number(), let term = number() else { return nil }
        return LogPosition(index: index, term: term)
    }

    mutating func hardState() -> HardState? {
        guard let term = number(), let vote = strings(), vote.count <= 1, let lost = number() else {
            return nil
        }
        return HardState(term: term, votedFor: vote.first, lostLog: lost == 0 ? nil : lost)
    }

    mutating func strings() -> [String]? {
        guard let count = integer(UInt32.self) else { return nil }
        var strings: [String] = []
        for _ in 0..<count {
            guard let string = string() else { return nil }
            strings.append(string)
        }
        return strings
    }
}
