import Raft

/// A snapshot in a file: a frame that says what it is, a frame for each piece of its text, and an empty frame,
/// without which it is not whole. It is written beside its place, piece by piece, each synced, and gets its
/// name only when it is whole; so a file of that name is whole, or damaged.
enum SnapshotFile {
    static let version: UInt16 = 1

    static func name(_ position: LogPosition) -> String {
        "snapshot-" + position.index.padded(to: 20)
    }

    static func isName(_ name: String) -> Bool {
        name.hasPrefix("snapshot-") && name.dropFirst(9).allSatisfy(\.isNumber)
    }

    static func header(_ position: LogPosition, node: NodeID) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: version)
        bytes.append(littleEndian: Int64(position.index))
        bytes.append(littleEndian: Int64(position.term))
        return bytes + Array(node.utf8)
    }

    /// The position and the pieces of text that a file holds.
    static func read(
        _ file: [UInt8], name: String, node: NodeID
    ) throws(Damage) -> (position: LogPosition, pieces: [String]) {
        var frames: [ArraySlice<UInt8>] = []
        var offset = 0
        while offset < file.count {
            guard let frame = Frame.decode(file, at: offset), frame.sequence == UInt64(frames.count + 1)
            else {
                throw Damage(name, at: offset, "a frame of the snapshot is not as it was written")
            }
            frames.append(frame.payload)
            offset += Frame.headerSize + frame.payload.count
        }
        guard frames.count >= 2, frames.last?.isEmpty == true else {
            throw Damage(name, at: offset, "the snapshot has no end")
        }
        var header = ByteReader(frames[0])
        guard let found = header.integer(UInt16.self), let index = header.integer(Int64.self),
            let term = header.integer(Int64.self)
        else { throw Damage(name, at: 0, "the snapshot has no beginning") }
        guard found == version else {
            throw Damage(name, at: 0, "it has format \(found), and only format \(version) can be read")
        }
        guard header.rest.elementsEqual(node.utf8) else {
            let owner = String(decoding: header.rest, as: UTF8.self)
            throw Damage(name, at: 0, "it belongs to \(owner), not to \(node)")
        }
        let position = LogPosition(index: Int(index), term: Int(term))
        return (position, frames[1..<(frames.count - 1)].map { String(decoding: $0, as: UTF8.self) })
    }
}

/// A snapshot that is being written.
struct SnapshotFileWriter: Sendable {
    let position: LogPosition
    let name: String
    private var sequence: UInt64 = 1

    /// Begins the file `name` anew.
    init(_ position: LogPosition, name: String, node: NodeID, on disk: inout some Disk) throws(DiskError) {
        self.position = position
        self.name = name
        try disk.create(name)
        try disk.append(Frame.encode(SnapshotFile.header(position, node: node), sequence: 1), to: name)
    }

    /// Writes a piece, and syncs it: so no sync has much to do, and none keeps a turn for long.
    mutating func write(_ text: String, on disk: inout some Disk) throws(DiskError) {
        sequence += 1
        try disk.append(Frame.encode(Array(text.utf8), sequence: sequence), to: name)
        try disk.sync(name)
    }

    /// Ends the file, and gives it its name.
    mutating func finish(on disk: inout some Disk) throws(DiskError) {
        sequence += 1
        try disk.append(Frame.encode([], sequence: sequence), to: name)
        try disk.sync(name)
        try disk.rename(name, to: SnapshotFile.name(position))
        try disk.syncDirectory()
    }
}
