import Consensus

/// A snapshot in a file: a frame that says what it is, a frame for each piece of its text, and an empty frame,
/// without which it is not whole. It is written beside its place, piece by piece, each synced, and gets its
/// name only when it is whole; so a file of that name is whole, or damaged.
enum SnapshotFile {
    static func name(_ position: LogPosition) -> String {
        "snapshot-" + position.index.padded(to: 20)
    }

    static func isName(_ name: String) -> Bool {
        guard let index = Int(name.dropFirst(9)), index > 0 else { return false }
        return self.name(LogPosition(index: index, term: 0)) == name
    }

    static func header(_ position: LogPosition, node: NodeID) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(position)
        return bytes + Array(node.utf8)
    }

    /// The position and the pieces of text that a file holds.
    static func read(
        _ file: [UInt8], name: String, node: NodeID
    ) throws(Damage) -> (position: LogPosition, pieces: [String]) {
        var frames: [ArraySlice<UInt8>] = []
        var offset = 0
        while offset < file.count {
            guard case .whole(let sequence, let payload) = Frame.find(in: file, at: offset),
                sequence == UInt64(frames.count + 1)
            else {
                if offset == 0 { try checkVersion(of: file, name: name) }
                throw Damage(name, at: offset, "a frame of the snapshot is not as it was written")
            }
            frames.append(payload)
            offset += Frame.headerSize + payload.count
        }
        guard frames.count >= 2, frames.last?.isEmpty == true else {
            throw Damage(name, at: offset, "the snapshot has no end")
        }
        var header = ByteReader(frames[0])
        guard let position = header.position() else {
            throw Damage(name, at: 0, "the snapshot has no beginning")
        }
        try checkOwner(String(decoding: header.rest, as: UTF8.self), is: node, of: name)
        return (position, frames[1..<(frames.count - 1)].map { String(decoding: $0, as: UTF8.self) })
    }
}

/// A snapshot that is being written.
struct SnapshotFileWriter: Sendable {
    let position: LogPosition
    let name: String
    /// The longest payload of a frame, in bytes. A longer piece takes several frames.
    private let frameSize: Int
    private var sequence: UInt64 = 1

    /// Creates the file `name`, or empties it.
    init(
        _ position: LogPosition, name: String, node: NodeID, frameSize: Int, on disk: inout some Disk
    ) throws(DiskError) {
        self.position = position
        self.name = name
        self.frameSize = frameSize
        try disk.create(name)
        try disk.append(Frame.encode(SnapshotFile.header(position, node: node), sequence: 1), to: name)
    }

    /// Writes a piece, which `sync` makes durable.
    mutating func write(_ text: String, on disk: inout some Disk) throws(DiskError) {
        var rest = text.utf8[...]
        repeat {
            var end =
                rest.index(rest.startIndex, offsetBy: frameSize, limitedBy: rest.endIndex) ?? rest.endIndex
            // Each frame is valid UTF-8 by itself.
            while end < rest.endIndex, rest[end] & 0xc0 == 0x80 { end = rest.index(before: end) }
            sequence += 1
            try disk.append(Frame.encode(Array(rest[..<end]), sequence: sequence), to: name)
            rest = rest[end...]
        } while !rest.isEmpty
    }

    /// Syncs what was written, once per round, so that no sync takes long.
    func sync(on disk: inout some Disk) throws(DiskError) {
        try disk.sync(name)
    }

    /// Ends the file and gives it its name. Both are durable then, because the manifest names it next.
    mutating func finish(on disk: inout some Disk) throws(DiskError) {
        sequence += 1
        try disk.append(Frame.encode([], sequence: sequence), to: name)
        try disk.sync(name)
        try disk.rename(name, to: SnapshotFile.name(position))
        try disk.syncDirectory()
    }
}
