/// CRC-32C (Castagnoli; RFC 3720, B.4), by tables, eight bytes at a time.
enum Checksum {
    static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.withContiguousStorageIfAvailable { of(UnsafeRawBufferPointer($0)) }
            ?? Array(bytes).withUnsafeBytes { of($0) }
    }

    /// Table k says what a byte comes to that k more bytes follow.
    private static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var state = UInt64(UInt32.max)
            var slot = 0
            while bytes.count - slot >= 8 {
                let word =
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: slot, as: UInt64.self)) ^ state
                var next: UInt32 = 0
                for byte in 0..<8 {
                    next ^= tables[(7 - byte) << 8 | Int(word >> UInt64(8 * byte) & 0xff)]
                }
                state = UInt64(next)
                slot += 8
            }
            return ~bytes[slot...].reduce(UInt32(truncatingIfNeeded: state)) { last, byte in
                tables[Int(UInt8(truncatingIfNeeded: last) ^ byte)] ^ (last >> 8)
            }
        }
    }

    /// Eight tables of 256, one behind another.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = (0..<256).map { index in
            (0..<8).reduce(UInt32(index)) { value, _ in
                value & 1 == 1 ? (value >> 1) ^ 0x82f6_3b78 : value >> 1
            }
        }
        for index in 256..<2048 {
            let shorter = tables[index - 256]
            tables.append(tables[Int(UInt8(truncatingIfNeeded: shorter))] ^ (shorter >> 8))
        }
        return tables
    }()
}
