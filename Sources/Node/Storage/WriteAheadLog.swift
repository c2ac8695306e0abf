import Consensus

/// A member's term, vote and log on a disk: segments of frames, which are only appended to.
///
/// One `store(…)` is one frame and one sync, up to 4 GB. After `segmentSize` bytes the next segment begins. A segment
/// whose entries a snapshot covers is removed whole. The manifest names the segments, and is replaced whenever they
/// change.
struct WriteAheadLog<Device: Disk>: Sendable {
    var disk: Device
    private let node: NodeID
    private let initialVoters: [NodeID]
    /// In bytes; after a segment has reached it, the next begins.
    private let segmentSize: Int
    /// The longest payload of a frame, in bytes.
    private let frameSize: Int
    private var hardState = HardState()
    /// Oldest first. The last one is appended to.
    private var segments: [Segment] = []
    /// The size of the last segment, in bytes.
    private var size = 0
    /// The sequence of the last frame.
    private var sequence: UInt64 = 0
    /// The last entry that the latest snapshot covers; index 0 where there is no snapshot.
    private(set) var snapshot = LogPosition(index: 0, term: 0)
    /// The sequence in the latest manifest; nil before the first manifest.
    private var cleanPoint: UInt64?

    private static var part: String { "log.part" }

    /// Creates the log of a new member.
    ///
    /// - Parameter initialVoters: the voters that the cluster begins with.
    init(
        beginningOn disk: Device, node: NodeID, initialVoters: [NodeID], segmentSize: Int, frameSize: Int
    ) throws(DiskError) {
        self.disk = disk
        self.node = node
        self.initialVoters = initialVoters
        self.segmentSize = segmentSize
        self.frameSize = frameSize
        try beginSegment()
    }

    /// Continues the log that was found, after making all of it durable.
    init(
        goingOnWith files: StoredFiles, on disk: Device, segmentSize: Int, frameSize: Int
    ) throws(DiskError) {
        self.disk = disk
        self.segmentSize = segmentSize
        self.frameSize = frameSize
        node = files.node
        initialVoters = files.state.initialVoters ?? []
        hardState = files.state.hardState
        segments = files.segments
        size = files.lastSegment.count
        sequence = files.recovery.sequence
        snapshot = files.manifest.snapshot
        try settle(files)
        // Otherwise the next start would read what is appended after the snapshot as a gap, or as following entries
        // that disagree with the snapshot.
        if !files.recovery.leads(to: snapshot) { try reset(to: snapshot) }
    }

    /// Makes durable what was found, and removes leftovers.
    ///
    /// The bytes that were read may be in the page cache only: the previous process may have ended between a write and
    /// its sync, or the sync failed and the kernel marked the pages as clean, so that another sync does nothing. They
    /// must be written again. Every frame was synced before the next one was written, and every other file before the
    /// manifest named it, so only the last frame is in doubt. The last segment is copied, without a torn tail, and the
    /// durable copy takes its place. This happens after a clean end too, because the name that an earlier start gave to
    /// its copy may not be durable. The manifest's own name is in doubt as well, so it is written again, and only then
    /// are the files removed that it does not name.
    private mutating func settle(_ files: StoredFiles) throws(DiskError) {
        for name in files.parts { try disk.remove(name) }
        try replace(segmentName, with: Array(files.lastSegment), by: Self.part)
        try writeManifest()
        for name in files.leftovers { try disk.remove(name) }
    }

    /// Makes the term, vote and entries of `update` durable, with one sync; does nothing where there are none. What
    /// does not fit one frame takes several, each synced before the next, so that a crash leaves a prefix of the
    /// entries.
    mutating func store(_ update: StorageUpdate) throws(DiskError) {
        var records: [Record] = []
        if case .reset(let position) = update.log { records.append(.reset(position)) }
        if let state = update.hardState {
            hardState = state
            records.append(.hardState(state))
        }
        if case .suffix(var start, var rest) = update.log {
            while true {
                let count = try fitting(rest, behind: records)
                records.append(.entries(start: start, Array(rest.prefix(count))))
                start += count
                rest = rest.dropFirst(count)
                if rest.isEmpty { break }
                try write(records)
                records = []
            }
            segments[segments.count - 1].lastIndex = max(segments[segments.count - 1].lastIndex, start - 1)
        }
        guard !records.isEmpty else { return }
        try write(records)
        if size >= segmentSize { try beginSegment() }
    }

    /// How many of the entries fit into one frame.
    private func fitting(_ entries: ArraySlice<Entry>, behind records: [Record]) throws(DiskError) -> Int {
        // The start index, the count, and the `end` record.
        var left = frameSize - 14
        if case .hardState(let state) = records.first { left -= 25 + (state.votedFor?.utf8.count ?? 0) }
        var count = 0
        for entry in entries {
            left -= Record.size(of: entry)
            guard left >= 0 else { break }
            count += 1
        }
        if count == 0, let first = entries.first {
            throw DiskError(
                "write", segmentName,
                "an entry of \(Record.size(of: first)) bytes does not fit a frame, which takes \(frameSize)")
        }
        return count
    }

    /// Drops all entries. From now on the log continues after the snapshot at `position`, which is durable.
    mutating func reset(to position: LogPosition) throws(DiskError) {
        try write([.reset(position)])
    }

    /// Makes the snapshot at `position`, which is durable under its name, the latest. Removes the one before it, and
    /// the segments that hold no entry after it.
    mutating func adopt(_ position: LogPosition) throws(DiskError) {
        var gone = snapshot.index > 0 ? [SnapshotFile.name(snapshot)] : []
        snapshot = position
        while segments.count > 1, segments[0].lastIndex <= position.index {
            gone.append(Segment.name(segments.removeFirst().number))
        }
        try writeManifest()
        // This need not be durable: a start removes what the manifest does not name.
        for name in gone { try disk.remove(name) }
    }

    /// Records in the manifest how far the log reaches, so that the next start can tell whether any of it is missing.
    mutating func noteCleanPoint() throws(DiskError) {
        if cleanPoint != sequence { try writeManifest() }
    }

    private var segmentName: String { Segment.name(segments[segments.count - 1].number) }

    private mutating func write(_ records: [Record]) throws(DiskError) {
        var payload: [UInt8] = []
        for record in records + [.end] { record.encode(into: &payload) }
        guard payload.count <= frameSize else {
            throw DiskError(
                "write", segmentName, "\(payload.count) bytes do not fit a frame, which takes \(frameSize)")
        }
        sequence += 1
        let frame = Frame.encode(payload, sequence: sequence, at: size)
        try disk.append(frame, to: segmentName)
        try disk.sync(segmentName)
        size += frame.count
    }

    /// A segment begins with its owner, and with the current term and vote, so that earlier segments can be removed.
    /// Nothing else is written to it before the manifest names it.
    private mutating func beginSegment() throws(DiskError) {
        let number = (segments.last?.number ?? 0) + 1
        try disk.create(Segment.name(number))
        segments.append(Segment(number: number, lastIndex: segments.last?.lastIndex ?? 0))
        size = 0
        try write([.segment(node: node, initialVoters: initialVoters), .hardState(hardState)])
        try disk.syncDirectory()
        try writeManifest()
    }

    /// All that the manifest names must be durable under its name by now.
    private mutating func writeManifest() throws(DiskError) {
        let manifest = Manifest(
            node: node, snapshot: snapshot,
            segments: segments[0].number...segments[segments.count - 1].number,
            size: size, sequence: sequence, hardState: hardState)
        try replace(Manifest.name, with: manifest.encode(), by: Manifest.part)
        cleanPoint = sequence
    }

    /// Replaces a file atomically and durably: a crash leaves the old file or the new one.
    private mutating func replace(_ name: String, with bytes: [UInt8], by part: String) throws(DiskError) {
        try disk.create(part)
        try disk.append(bytes, to: part)
        try disk.sync(part)
        try disk.rename(part, to: name)
        try disk.syncDirectory()
    }
}
