/// How bytes stand in a file: frames, one after another. A frame is what one turn stored, and is synced before
/// the next one is written.
///
///     magic     4 bytes   "RKVf"
///     sequence  8 bytes   one more than that of the frame before it, little-endian like all numbers here
///     length    4 bytes   of the payload
///     checksum  4 bytes   CRC-32C of sequence, length and payload
///     payload   length bytes
///
/// So a frame that is not whole can be told apart: if a later one follows, it was synced and acknowledged, and
/// is damaged now; if none does, it is the torn end of a write that nobody was told of.
enum Frame {
    static let magic = Array("RKVf".utf8)
    static let headerSize = 20

    static func encode(_ payload: [UInt8], sequence: UInt64) -> [UInt8] {
        var frame = magic
        frame.reserveCapacity(headerSize + payload.count)
        frame.append(littleEndian: sequence)
        frame.append(littleEndian: UInt32(payload.count))
        var checksum = Checksum()
        checksum.add(frame[4..<16])
        checksum.add(payload)
        frame.append(littleEndian: checksum.value)
        frame += payload
        return frame
    }

    /// A frame that stands whole in a file.
    struct Found {
        var sequence: UInt64
        var payload: ArraySlice<UInt8>
    }

    /// The frame at `offset`, or nil where none stands there whole.
    static func decode(_ file: [UInt8], at offset: Int) -> Found? {
        var reader = ByteReader(file[offset...])
        guard reader.bytes(magic.count)?.elementsEqual(magic) == true,
            let sequence = reader.integer(UInt64.self), let length = reader.integer(UInt32.self),
            let expected = reader.integer(UInt32.self), let payload = reader.bytes(Int(length))
        else { return nil }
        var checksum = Checksum()
        checksum.add(file[(offset + 4)..<(offset + 16)])
        checksum.add(payload)
        return checksum.value == expected ? Found(sequence: sequence, payload: payload) : nil
    }

    /// Where the first whole frame with a sequence above `sequence` stands at or after `offset`, if any does.
    static func find(in file: [UInt8], from offset: Int, above sequence: UInt64) -> Int? {
        var place = offset
        while place + headerSize <= file.count {
            if file[place] == magic[0], let found = decode(file, at: place), found.sequence > sequence {
                return place
            }
            place += 1
        }
        return nil
    }
}
