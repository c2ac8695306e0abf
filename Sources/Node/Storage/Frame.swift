/// The format of all files: frames, one after another. One round stores one frame, and syncs it before the next is
/// written.
///
///     magic     4 bytes   "RKV2": the format and its version
///     sequence  8 bytes   one more than that of the frame before it, little-endian like all numbers here
///     length    4 bytes   of the payload
///     blanks    4 bytes   how many sectors, after those with the header, hold only zeros of the payload
///     checksum  4 bytes   CRC-32C of the payload
///     checksum  4 bytes   CRC-32C of all before it
///     magic     4 bytes
///     payload   length bytes
///
/// The header has a checksum of its own, so that its length can be trusted: without it, a flipped bit in the length
/// looks like a frame that the end of the file cuts short. The magic is at both ends of the header, so that no part of
/// a header is all zeros, wherever a sector ends. `blanks` tells a sector that was written as zeros from one that was
/// never written. The part of the payload that shares a sector with the header was written together with it.
enum Frame {
    static let magic = Array("RKV2".utf8)
    static let headerSize = 32
    /// In bytes. A disk writes a sector whole or not at all; sectors are counted from the beginning of the file.
    static let sectorSize = 512

    /// - Parameters:
    ///   - payload: 4 GB at most.
    ///   - offset: of the frame in its file. It matters only for frames that may be torn.
    static func encode(_ payload: [UInt8], sequence: UInt64, at offset: Int = 0) -> [UInt8] {
        var frame = magic
        frame.reserveCapacity(headerSize + payload.count)
        frame.append(littleEndian: sequence)
        frame.append(littleEndian: UInt32(payload.count))
        frame.append(littleEndian: UInt32(blanks(payload[...], behindHeaderAt: offset)))
        frame.append(littleEndian: Checksum.of(payload))
        frame.append(littleEndian: Checksum.of(frame))
        frame += magic
        frame += payload
        return frame
    }

    /// What is found at an offset of a file.
    enum Finding {
        case whole(sequence: UInt64, payload: ArraySlice<UInt8>)
        /// Bytes are missing: the file ends within the frame, or sectors of it were never written. So its sync never
        /// succeeded.
        case torn
        /// All bytes are there, but they are not those that were written.
        case damaged(String)
    }

    static func find(in file: [UInt8], at offset: Int) -> Finding {
        guard file.count - offset >= headerSize else { return .torn }
        guard let header = Header(file, at: offset) else {
            return blanks(file[offset..<(offset + headerSize)], at: offset) > 0
                ? .torn : .damaged("the header of a frame does not fit its checksum")
        }
        let start = offset + headerSize
        guard file.count - start >= header.length else { return .torn }
        let payload = file[start..<(start + header.length)]
        if Checksum.of(payload) == header.checksum {
            return .whole(sequence: header.sequence, payload: payload)
        }
        // Nothing is written after a frame that is not synced.
        let isUnwritten =
            blanks(payload, behindHeaderAt: offset) > header.blanks && payload.endIndex == file.count
        return isUnwritten ? .torn : .damaged("a frame does not fit its checksum")
    }

    /// The first offset, from `offset` on, of a header whose sequence is above `sequence`; nil where there is none.
    static func findLater(in file: [UInt8], from offset: Int, above sequence: UInt64) -> Int? {
        var slot = offset
        while slot + headerSize <= file.count {
            if file[slot] == magic[0], let header = Header(file, at: slot), header.sequence > sequence {
                return slot
            }
            slot += 1
        }
        return nil
    }

    /// The version of the format that a file begins with; nil where it begins with none.
    static func version(of file: [UInt8]) -> Int? {
        guard file.count >= 4, file[..<3] == magic[..<3] else { return nil }
        // The first version's magic was "RKVf".
        return file[3] == UInt8(ascii: "f") ? 1 : Int(file[3]) - Int(UInt8(ascii: "0"))
    }

    private struct Header {
        let sequence: UInt64
        let length: Int
        let blanks: Int
        let checksum: UInt32

        /// Nil where there is no whole header at `offset`.
        init?(_ file: [UInt8], at offset: Int) {
            var reader = ByteReader(file[offset...])
            guard reader.bytes(4)?.elementsEqual(magic) == true, let sequence = reader.integer(UInt64.self),
                let length = reader.integer(UInt32.self), let blanks = reader.integer(UInt32.self),
                let checksum = reader.integer(UInt32.self), let own = reader.integer(UInt32.self),
                reader.bytes(4)?.elementsEqual(magic) == true,
                own == Checksum.of(file[offset..<(offset + 24)]), sequence <= 1 << 62
            else { return nil }
            (self.sequence, self.length, self.blanks) = (sequence, Int(length), Int(blanks))
            self.checksum = checksum
        }
    }

    /// How many sectors hold only zeros of `payload`, without those that hold a part of its header.
    private static func blanks(_ payload: ArraySlice<UInt8>, behindHeaderAt offset: Int) -> Int {
        let start = offset + headerSize
        let shared = (sectorSize - start % sectorSize) % sectorSize
        return blanks(payload.dropFirst(shared), at: start + shared)
    }

    /// How many sectors hold only zeros of `bytes`, which are at `offset` of their file.
    private static func blanks(_ bytes: ArraySlice<UInt8>, at offset: Int) -> Int {
        var count = 0
        var rest = bytes
        var slot = offset
        while !rest.isEmpty {
            let part = rest.prefix(sectorSize - slot % sectorSize)
            if part.allSatisfy({ $0 == 0 }) { count += 1 }
            rest = rest.dropFirst(part.count)
            slot += part.count
        }
        return count
    }
}
