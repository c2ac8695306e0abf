/// How bytes stand in a file: frames, one after another. What one turn stored is one frame, and is synced before the
/// next one is written.
///
///     magic     4 bytes   "RKV2": the format and its version
///     sequence  8 bytes   one more than that of the frame before it, little-endian like all numbers here
///     length    4 bytes   of the payload
///     blanks    4 bytes   in how many sectors behind those of the header the payload has nothing but zeros
///     checksum  4 bytes   CRC-32C of the payload
///     checksum  4 bytes   CRC-32C of all before it
///     magic     4 bytes
///     payload   length bytes
///
/// The header has a checksum of its own, so that its length can be trusted: without it a flipped bit in the length
/// looks like a frame that the file's end has cut short. The magic stands at both of its ends, so that no part of
/// a header is all zero, wherever a sector ends; with `blanks`, a sector of zeros is known to be missing or meant. What
/// stands in a sector with the header was written with it.
enum Frame {
    static let magic = Array("RKV2".utf8)
    static let headerSize = 32
    /// The longest payload, in bytes.
    static let longest = Int(UInt32.max)
    /// What a disk writes whole or not at all, in bytes; counted from the beginning of the file.
    static let sectorSize = 512

    /// - Parameters:
    ///   - payload: `longest` at most.
    ///   - offset: where in its file the frame will stand; it matters only where it may be torn.
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

    /// What stands at one place of a file.
    enum Finding {
        case whole(sequence: UInt64, payload: ArraySlice<UInt8>)
        /// Its bytes are not all there: the file ends within it, or sectors of it were never written. Whoever wrote
        /// it was never told that it is durable.
        case torn
        /// Its bytes are there, and are not those that were written.
        case damaged(String)
    }

    static func find(in file: [UInt8], at offset: Int) -> Finding {
        guard file.count - offset >= headerSize else { return .torn }
        guard let header = Header(file, at: offset) else {
            return hasUnwrittenHeader(file, at: offset)
                ? .torn : .damaged("the header of a frame does not fit its checksum")
        }
        let start = offset + headerSize
        guard file.count - start >= header.length else { return .torn }
        let payload = file[start..<(start + header.length)]
        if Checksum.of(payload) == header.checksum {
            return .whole(sequence: header.sequence, payload: payload)
        }
        // Nothing is written behind a frame that is not synced.
        let isUnwritten =
            blanks(payload, behindHeaderAt: offset) > header.blanks && payload.endIndex == file.count
        return isUnwritten ? .torn : .damaged("a frame does not fit its checksum")
    }

    /// Where the header of a frame with a sequence above `sequence` stands at or after `offset`, if any does.
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
        // The first version called itself so.
        return file[3] == UInt8(ascii: "f") ? 1 : Int(file[3]) - Int(UInt8(ascii: "0"))
    }

    private struct Header {
        let sequence: UInt64
        let length: Int
        let blanks: Int
        let checksum: UInt32

        /// Nil where none stands whole at `offset`.
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

    private static func hasUnwrittenHeader(_ file: [UInt8], at offset: Int) -> Bool {
        blanks(file[offset..<(offset + headerSize)], at: offset) > 0
    }

    /// In how many sectors there is nothing of `payload` but zeros, but for those in which its header stands too.
    private static func blanks(_ payload: ArraySlice<UInt8>, behindHeaderAt offset: Int) -> Int {
        let start = offset + headerSize
        let shared = (sectorSize - start % sectorSize) % sectorSize
        return blanks(payload.dropFirst(shared), at: start + shared)
    }

    /// In how many sectors there is nothing of `bytes` but zeros, where they stand at `offset` of their file.
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
