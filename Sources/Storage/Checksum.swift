/// CRC-32C (Castagnoli; RFC 3720, B.4), by table, a byte at a time.
package struct Checksum: Sendable {
    private var state: UInt32 = .max

    package init() {}

    package static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var checksum = Checksum()
        checksum.add(bytes)
        return checksum.value
    }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        var state = state
        let table = Self.table
        for byte in bytes { state = table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ (state >> 8) }
        self.state = state
    }

    package var value: UInt32 { ~state }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? (value >> 1) ^ 0x82f6_3b78 : value >> 1
        }
    }
}
