import Consensus
import KeyValue

/// All that a member keeps on a disk: its write-ahead log, its latest snapshot, and parts of the next.
///
/// **Files.** All are made of frames (`Frame`: format 2, a sequence, a checksum of the header and one of the
/// payload).
///
///     manifest                       which files there are, and how far the log reached at the last clean point
///     log-000000000007               a segment of the log: frames of records, one frame for each turn
///     snapshot-00000000000000010000  the store as of that index: what it is, its text in pieces, and an empty frame
///     *.part                         what is being written, and has no name yet
///
/// **What each says of the others.** The manifest names the first and the last segment, how many bytes and which
/// frame the last one had reached, the snapshot's index and term, and term and vote. Sequences run on from segment to
/// segment, so each says where the one before it ended. The head of a segment repeats whose it is, the founders, term
/// and vote, so that those before it can go; that of a snapshot says whose it is, its index and its term.
///
/// **What is synced when.** A turn is one frame and one `fdatasync`, before anything that rests on it is said; where it
/// does not fit the 4 GB of a frame, it is several, each synced before the next. A piece of a snapshot is synced as it is
/// written, and the end of it before it gets its name. A file that begins or gets its name is synced into the directory
/// before the manifest names it, and what the manifest no longer names is removed after the directory is synced again.
/// The manifest is replaced as a whole (written beside, synced, renamed, the directory synced) at each start, when a
/// segment begins, when a snapshot is finished, and at an end on purpose: the clean points. A start writes the last
/// segment anew, for after a sync that failed its last frame may be in the system's memory alone.
///
/// **What a start takes for what.**
///
/// - Files that the manifest does not name: what a crash left. They go. But a later segment with more than its head
///   says that the manifest is old, and so does, where there is none, a snapshot, or a segment that is more than the
///   head of the first, that it is missing: damage.
/// - A file missing that the manifest names, or a log that ends before the clean point: damage, naming the file.
/// - A frame at the end of the last segment of which bytes are missing, because the file ends or because sectors hold
///   nothing but zeros where the frame does not: a torn tail. It was never acknowledged; it is cut off.
/// - The same elsewhere, or with a later frame behind it: damage.
/// - A frame that is all there and does not fit its checksum: damage, wherever it stands.
/// - Another format, or another member's files: damage, saying so.
///
/// **What cannot be found out.** A log that is cut right between two frames behind the last clean point, or whose
/// last frame there is cut short or lost in zeros, looks like one that never was longer, or like a torn write. A
/// directory with none of these files counts as new, whatever it held.
package struct MemberStorage<Device: Disk>: Sendable {
    /// What was found when the storage was opened.
    package struct Found: Sendable {
        package var state: StoredState
        /// What a crash left of a write that nobody was told of; it has been cut off.
        package var tornTail: TornTail?
    }

    /// A segment of the log of this size, in bytes, is followed by a new one.
    package static var segmentSize: Int { 16 << 20 }

    private var log: WriteAheadLog<Device>
    private let node: NodeID
    private let frameSize: Int
    private var own: SnapshotFileWriter?
    private var incoming: SnapshotFileWriter?

    private static var ownPart: String { "own.part" }
    private static var incomingPart: String { "incoming.part" }

    /// Opens what is stored of `node` in the files of `disk`, or begins anew. What was found is durable then.
    ///
    /// - Parameters:
    ///   - founders: the voters that a new cluster begins with; they count only where nothing is stored yet.
    ///   - segmentSize: in bytes.
    ///   - frameSize: the longest payload of a frame, in bytes; 4 GB at most.
    /// - Throws: `StorageError.damage` where less is there than must be, or other bytes than were written, but for
    ///   a torn tail; `StorageError.disk` where the disk fails.
    package static func open(
        on disk: Device, node: NodeID, initialVoters: [NodeID], segmentSize: Int = segmentSize,
        frameSize: Int = Int(UInt32.max)
    ) throws(StorageError) -> (storage: MemberStorage, found: Found) {
        var disk = disk
        let files = try StoredFiles.read(on: &disk, node: node)
        do {
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
        } catch {
            throw .disk(error)
        }
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

    /// Takes down how far the log reaches, for an end on purpose: a start then finds out if less of it is there.
    package mutating func noteCleanPoint() throws(DiskError) {
        try log.noteCleanPoint()
    }

    /// Makes `update` durable; does nothing where it is empty. One sync, but for pieces of snapshots.
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

    /// - Returns: what writes the next piece; nil where there is none to come.
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
        // One that an arriving snapshot has overtaken is of no use.
        guard piece.position.index > log.snapshot.index else { return nil }
        try writer.finish(on: &log.disk)
        try log.adopt(piece.position)
        return nil
    }
}
