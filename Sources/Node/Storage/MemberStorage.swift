import Consensus
import KeyValue

/// All that a member keeps on a disk: its write-ahead log, its latest snapshot, and unfinished ones.
///
/// **Files.** All are made of frames (`Frame`: format 2, a sequence, a checksum of the header and one of the
/// payload).
///
///     manifest                       which files there are, and how far the log reached at the last clean point
///     log-000000000007               a segment of the log: frames of records, one frame for each round
///     snapshot-00000000000000010000  the store as of that index: a header, pieces of text, and an empty frame
///     *.part                         files that are being written
///
/// **What each says of the others.** The manifest names the first and the last segment, the size and the last frame of
/// the latter, the snapshot's index and term, and the member's term and vote. Sequences continue from segment to
/// segment, so that each shows where the one before it ended. The first frame of a segment holds the owner, the initial
/// voters, term and vote, so that earlier segments can be removed. The first frame of a snapshot holds the owner, its
/// index and its term.
///
/// **What is synced when.** A round is one frame and one `fdatasync`, before any message that depends on it leaves.
/// What does not fit the 4 GB of a frame takes several frames, each synced before the next. A piece of a snapshot is
/// synced as it is written, and the whole snapshot before it gets its name. The directory is synced after a file is
/// created or named, and before the manifest names that file. Files are removed after a manifest that does not name
/// them is durable. The manifest is replaced as a whole (written to a part, synced, renamed, the directory synced) at
/// each start, when a segment begins, when a snapshot is finished, and at an orderly end: these are the clean points. A
/// start writes the last segment again, because after a failed sync its last frame may be in the page cache only.
///
/// **What a start makes of what it finds.**
///
/// - Files that the manifest does not name: left by a crash, and removed. But a later segment with more than its first
///   frame means that the manifest is too old: damage. Without a manifest, a snapshot, or a segment with more than the
///   first frame of the first, means that the manifest is missing: damage.
/// - A file that the manifest names is missing, or the log ends before the clean point: damage, naming the file.
/// - The last frame of the last segment lacks bytes, because the file ends, or because sectors hold only zeros where
///   the frame does not: a torn tail. It was never acknowledged; it is cut off.
/// - The same elsewhere, or with a later frame after it: damage.
/// - All bytes of a frame are there, and do not fit its checksum: damage, wherever it is.
/// - Another format, or another member's files: damage, saying so.
///
/// **What no start can find out.** A log that was cut exactly between two frames after the last clean point looks like
/// one that was never longer. One whose last frame there was cut short, or replaced by zeros, looks like a torn write.
/// A directory without any of these files counts as new, whatever it held.
package struct MemberStorage<Device: Disk>: Sendable {
    /// What was found when the storage was opened.
    package struct Found: Sendable {
        package var state: StoredState
        /// The end of a write that a crash cut short. It was never acknowledged, and has been cut off.
        package var tornTail: TornTail?
    }

    /// In bytes; after a segment of the log has reached it, the next begins.
    package static var segmentSize: Int { 16 << 20 }

    private var log: WriteAheadLog<Device>
    private let node: NodeID
    private let frameSize: Int
    private var own: SnapshotFileWriter?
    private var incoming: SnapshotFileWriter?

    private static var ownPart: String { "own.part" }
    private static var incomingPart: String { "incoming.part" }

    /// Opens the files of `node` on `disk`, or creates them. All that was found is durable then.
    ///
    /// - Parameters:
    ///   - initialVoters: the voters that a new cluster begins with; not used where anything is stored.
    ///   - segmentSize: in bytes.
    ///   - frameSize: the longest payload of a frame, in bytes; 4 GB at most.
    /// - Throws: `Damage` where files or bytes are missing or changed, except for a torn tail; `DiskError` where the disk
    ///   fails.
    package static func open(
        on disk: Device, node: NodeID, initialVoters: [NodeID], segmentSize: Int = segmentSize,
        frameSize: Int = Int(UInt32.max)
    ) throws -> (storage: MemberStorage, found: Found) {
        var disk = disk
        let files = try StoredFiles.read(on: &disk, node: node)
        let log =
            if let files {
                try WriteAheadLog(
                    goingOnWith: files, on: disk, segmentSize: segmentSize, frameSize: frameSize)
            } else {
                try WriteAheadLog(
                    beginningOn: disk, node: node, initialVoters: initialVoters, segmentSize: segmentSize,
                    frameSize: frameSize)
            }
        let found = Found(state: files?.state ?? StoredState(), tornTail: files?.tornTail)
        return (MemberStorage(log: log, node: node, frameSize: frameSize), found)
    }

    private init(log: WriteAheadLog<Device>, node: NodeID, frameSize: Int) {
        self.log = log
        self.node = node
        self.frameSize = frameSize
    }

    package var disk: Device {
        get { log.disk }
        set { log.disk = newValue }
    }

    /// Records how far the log reaches, before an orderly end, so that the next start can tell whether any of it is
    /// missing.
    package mutating func noteCleanPoint() throws(DiskError) {
        try log.noteCleanPoint()
    }

    /// Makes `update` durable, with one sync, and one more for each snapshot of which it holds pieces; does nothing
    /// where it is empty.
    package mutating func store(_ update: StorageUpdate) throws(DiskError) {
        try log.store(update)
        for piece in update.snapshotPieces {
            incoming = try write(piece, after: incoming, name: Self.incomingPart)
        }
        if !update.snapshotPieces.isEmpty { try incoming?.sync(on: &log.disk) }
        if let piece = update.ownSnapshotPiece {
            own = try write(piece, after: own, name: Self.ownPart)
            try own?.sync(on: &log.disk)
        }
    }

    /// - Returns: the writer for the next piece; nil after the last.
    private mutating func write(
        _ piece: SnapshotPiece, after writer: SnapshotFileWriter?, name: String
    ) throws(DiskError) -> SnapshotFileWriter? {
        var current = writer
        if piece.offset == 0 {
            current = try SnapshotFileWriter(
                piece.position, name: name, node: node, frameSize: frameSize, on: &log.disk)
        }
        guard var writer = current, writer.position == piece.position else { return nil }
        try writer.write(piece.text, on: &log.disk)
        guard piece.isLast else { return writer }
        // A snapshot that is older than the latest is of no use.
        guard piece.position.index > log.snapshot.index else { return nil }
        try writer.finish(on: &log.disk)
        try log.adopt(piece.position)
        return nil
    }
}
