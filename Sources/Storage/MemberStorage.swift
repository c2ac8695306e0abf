import KeyValue
import Raft

/// All that a member keeps on a disk: its write-ahead log, its latest snapshot, and parts of the next.
package struct MemberStorage<Device: Disk>: Sendable {
    /// What was found when the storage was opened.
    package struct Found: Sendable {
        package var state: StoredState
        /// What a crash left of a write that nobody was told of; it has been cut off.
        package var tornTail: TornTail?
    }

    private var log: WriteAheadLog<Device>
    private let node: NodeID
    private var snapshot: LogPosition
    private var own: SnapshotFileWriter?
    private var incoming: SnapshotFileWriter?

    private static var ownPart: String { "own.part" }
    private static var incomingPart: String { "incoming.part" }

    /// Opens what is stored of `node` in the files of `disk`, or begins anew.
    ///
    /// - Throws: `StorageError.damage` where what is stored is not what was written, but for a torn tail;
    ///   `StorageError.disk` where the disk fails.
    package static func open(
        on disk: Device, node: NodeID, founders: [NodeID],
        segmentSize: Int = WriteAheadLog<Device>.segmentSize
    ) throws(StorageError) -> (storage: MemberStorage, found: Found) {
        var disk = disk
        let (position, pieces) = try readSnapshot(on: &disk, node: node)
        let (log, recovered) = try WriteAheadLog.open(
            on: disk, node: node, founders: founders, snapshot: position, segmentSize: segmentSize)
        var state = StoredState(hardState: recovered.hardState, log: Log(entries: recovered.entries))
        if position.index > 0 {
            guard
                let restored = StoredState(
                    hardState: recovered.hardState, position: position, text: pieces,
                    entries: recovered.entries)
            else {
                throw .damage(
                    Damage(SnapshotFile.name(position), at: 0, "its text is not that of a snapshot"))
            }
            state = restored
        }
        state.founders = recovered.founders
        let storage = MemberStorage(log: log, node: node, snapshot: position)
        return (storage, Found(state: state, tornTail: recovered.tornTail))
    }

    private init(log: WriteAheadLog<Device>, node: NodeID, snapshot: LogPosition) {
        self.log = log
        self.node = node
        self.snapshot = snapshot
    }

    package var disk: Device {
        get { log.disk }
        set { log.disk = newValue }
    }

    /// The latest snapshot; what is older, or was never finished, goes.
    private static func readSnapshot(
        on disk: inout Device, node: NodeID
    ) throws(StorageError) -> (LogPosition, [String]) {
        do {
            let names = try disk.list().sorted()
            for name in names where name == ownPart || name == incomingPart { try disk.remove(name) }
            let snapshots = names.filter { SnapshotFile.isName($0) }
            guard let latest = snapshots.last else { return (LogPosition(index: 0, term: 0), []) }
            let (position, pieces) = try SnapshotFile.read(disk.read(latest), name: latest, node: node)
            for older in snapshots.dropLast() { try disk.remove(older) }
            return (position, pieces)
        } catch {
            throw StorageError(error)
        }
    }

    /// Makes durable what `ready` asks for; does nothing where it asks for nothing. One sync, but for pieces of
    /// snapshots.
    package mutating func store(_ ready: ReplicaReady) throws(DiskError) {
        if let position = ready.raft.logReset { try log.reset(to: position) }
        try log.store(ready.raft)
        for piece in ready.raft.snapshotPieces {
            incoming = try write(piece, after: incoming, name: Self.incomingPart)
        }
        if let piece = ready.snapshotPiece { own = try write(piece, after: own, name: Self.ownPart) }
    }

    /// - Returns: what writes the next piece; nil where there is none to come.
    private mutating func write(
        _ piece: SnapshotPiece, after writer: SnapshotFileWriter?, name: String
    ) throws(DiskError) -> SnapshotFileWriter? {
        var current = writer
        if piece.offset == 0 {
            current = try SnapshotFileWriter(piece.position, name: name, node: node, on: &log.disk)
        }
        guard var writer = current, writer.position == piece.position else { return nil }
        try writer.write(piece.text, on: &log.disk)
        guard piece.isLast else { return writer }
        // One that an arriving snapshot has overtaken is of no use.
        guard piece.position.index > snapshot.index else { return nil }
        try writer.finish(on: &log.disk)
        let older = snapshot
        snapshot = piece.position
        try log.drop(upTo: snapshot.index)
        if older.index > 0 { try log.disk.remove(SnapshotFile.name(older)) }
        return nil
    }
}
