import Raft

/// A member's term, vote and log on a disk: segments of frames, appended to and never changed.
///
/// One `store(…)` is one frame and one sync, however much it holds. A segment that has grown large is
/// followed by the next; one whose entries a snapshot stands for is removed whole. Segments are named
/// `log-` and their number, so that their order is that of their names.
package struct WriteAheadLog<Device: Disk>: Sendable {
    /// What the disk held when the log was opened.
    package struct Recovered: Hashable, Sendable {
        package var hardState: HardState
        /// The entries that follow the snapshot.
        package var entries: [Entry]
        /// The voters that the cluster began with; nil in a new directory.
        package var founders: [NodeID]?
        /// A write that a crash cut short, and that nobody was told of; it has been cut off.
        package var tornTail: TornTail?
    }

    /// A segment of this size, in bytes, is followed by a new one.
    package static var segmentSize: Int { 16 << 20 }

    package var disk: Device
    private let node: NodeID
    private var founders: [NodeID]
    private var hardState = HardState()
    /// The number of each segment, and the last index that it holds an entry of, oldest first.
    private var segments: [(number: Int, lastIndex: Index)] = []
    private var size = 0
    private var sequence: UInt64 = 0
    private let segmentSize: Int

    /// Opens the log of `node` in the files of `disk`, or begins one.
    ///
    /// - Parameters:
    ///   - founders: the voters that a new cluster begins with; they count only where there is no log yet.
    ///   - snapshot: what the latest snapshot stands for; index 0 where there is none.
    /// - Throws: `Damage` where anything but a torn tail is not as it was written, or is of another version
    ///   or node; `DiskError` where the disk fails.
    package static func open(
        on disk: Device, node: NodeID, founders: [NodeID], snapshot: LogPosition,
        segmentSize: Int = segmentSize
    ) throws(StorageError) -> (log: WriteAheadLog, recovered: Recovered) {
        var log = WriteAheadLog(disk: disk, node: node, founders: founders, segmentSize: segmentSize)
        var recovery = Recovery(node: node)
        do {
            let numbers = try log.disk.list().compactMap { segmentNumber($0) }.sorted()
            for number in numbers { try log.read(number, isLast: number == numbers.last, into: &recovery) }
            log.sequence = recovery.sequence
            log.hardState = recovery.hardState
            log.founders = recovery.founders ?? founders
            if log.segments.isEmpty { try log.beginSegment() } else { try log.settle() }
            let entries = try recovery.entries(after: snapshot)
            // Else what is appended after the snapshot would be read as a gap, or go with what disagrees.
            if !recovery.leads(to: snapshot) { try log.reset(to: snapshot) }
            return (
                log,
                Recovered(
                    hardState: log.hardState, entries: entries, founders: recovery.founders,
                    tornTail: recovery.tornTail)
            )
        } catch {
            throw StorageError(error)
        }
    }

    /// A process that ended between a write and its sync left bytes that were found, and may yet be lost: what
    /// is acknowledged from now on rests on them.
    private mutating func settle() throws(DiskError) {
        try disk.sync(Self.name(segments[segments.count - 1].number))
        try disk.syncDirectory()
    }

    private mutating func read(_ number: Int, isLast: Bool, into recovery: inout Recovery) throws {
        let name = Self.name(number)
        let file = try disk.read(name)
        size = try recovery.read(file, name: name, isLast: isLast)
        if size == 0 {
            // A crash came before its first frame was whole: as if it had never been begun.
            try disk.remove(name)
            try disk.syncDirectory()
            return
        }
        if size < file.count {
            try disk.truncate(name, to: size)
            try disk.sync(name)
        }
        segments.append((number, recovery.lastIndexOfSegment))
    }

    private init(disk: Device, node: NodeID, founders: [NodeID], segmentSize: Int) {
        self.disk = disk
        self.founders = founders
        self.node = node
        self.segmentSize = segmentSize
    }

    /// Makes durable what `ready` asks for, with one sync; does nothing where it asks for nothing.
    package mutating func store(_ ready: Ready) throws(DiskError) {
        guard ready.mustSync else { return }
        var records: [Record] = []
        if let state = ready.hardState {
            hardState = state
            records.append(.hardState(state))
        }
        if let start = ready.entriesStart {
            records.append(.entries(start: start, Array(ready.entries)))
            let last = start - 1 + ready.entries.count
            segments[segments.count - 1].lastIndex = max(segments[segments.count - 1].lastIndex, last)
        }
        try write(records)
        if size >= segmentSize { try beginSegment() }
    }

    /// Forgets all entries: from now on the log follows the snapshot at `position`, which is durable.
    package mutating func reset(to position: LogPosition) throws(DiskError) {
        try write([.reset(position)])
        try drop(upTo: position.index)
    }

    /// Removes the segments that hold nothing beyond `index`, which a durable snapshot stands for.
    package mutating func drop(upTo index: Index) throws(DiskError) {
        guard let first = segments.dropLast().first, first.lastIndex <= index else { return }
        while segments.count > 1, segments[0].lastIndex <= index {
            try disk.remove(Self.name(segments[0].number))
            segments.removeFirst()
        }
        try disk.syncDirectory()
    }

    private mutating func write(_ records: [Record]) throws(DiskError) {
        var payload: [UInt8] = []
        for record in records { record.encode(into: &payload) }
        sequence += 1
        let frame = Frame.encode(payload, sequence: sequence)
        let name = Self.name(segments[segments.count - 1].number)
        try disk.append(frame, to: name)
        try disk.sync(name)
        size += frame.count
    }

    /// Every segment says what it is, and repeats term and vote, so that those before it can go.
    private mutating func beginSegment() throws(DiskError) {
        let number = (segments.last?.number ?? 0) + 1
        try disk.create(Self.name(number))
        segments.append((number, segments.last?.lastIndex ?? 0))
        size = 0
        try write([.segment(version: Record.version, node: node, founders: founders), .hardState(hardState)])
        try disk.syncDirectory()
    }

    private static func name(_ number: Int) -> String {
        "log-" + number.padded(to: 12)
    }
}

/// The number of a segment by its name; nil for other files.
private func segmentNumber(_ name: String) -> Int? {
    name.hasPrefix("log-") ? Int(name.dropFirst(4)) : nil
}
