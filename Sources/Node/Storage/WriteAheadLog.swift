import Consensus

/// A member's term, vote and log on a disk: segments of frames, appended to and never changed.
///
/// One `store(…)` is one frame and one sync, however much it holds, up to 4 GB. A segment that has grown large is followed by
/// the next; one whose entries a snapshot stands for is removed whole. The manifest says which segments there are,
/// and is replaced whenever that changes.
struct WriteAheadLog<Device: Disk>: Sendable {
    var disk: Device
    private let node: NodeID
    private let initialVoters: [NodeID]
    /// In bytes; a segment that has reached it is followed by the next.
    private let segmentSize: Int
    /// The longest payload of a frame, in bytes.
    private let frameSize: Int
    private var hardState = HardState()
    /// Oldest first; the last one is written to.
    private var segments: [Segment] = []
    /// Of the last segment, in bytes.
    private var size = 0
    /// Of the last frame.
    private var sequence: UInt64 = 0
    /// What the latest snapshot stands for; index 0 where there is none.
    private(set) var snapshot = LogPosition(index: 0, term: 0)
    /// The sequence that the manifest names; nil before the first.
    private var cleanPoint: UInt64?

    private static var part: String { "log.part" }

    /// Begins a log where there is none.
    ///
    /// - Parameter founders: the voters that the cluster begins with.
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

    /// Goes on with the log that was found, once all of it is durable.
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
        // Else what is appended after the snapshot would be read as a gap, or go with what disagrees.
        if !files.recovery.leads(to: snapshot) { try reset(to: snapshot) }
    }

    /// Makes durable what was found, and removes what was left over.
    ///
    /// What was read may stand in the system's memory alone. The process before may have ended between a write and
    /// its sync; or the sync failed, and the system takes the bytes for written all the same, so that another sync
    /// does nothing: they must be written again. Which bytes? Every frame was synced before the next one was
    /// written, and every other file that the manifest names before it was named; so only the last frame can be in
    /// doubt. The last segment is copied, without a torn tail, and the copy takes its place when it is durable. That
    /// is so after a clean end too: a name that an earlier start gave to its copy may be what is not durable. Last
    /// comes the manifest, for its own name may be in doubt; only then may go what an older one named.
    private mutating func settle(_ files: StoredFiles) throws(DiskError) {
        for name in files.parts { try disk.remove(name) }
        try replace(segmentName, with: Array(files.lastSegment), by: Self.part)
        try writeManifest()
        for name in files.leftovers { try disk.remove(name) }
    }

    /// Makes durable what `update` says of term, vote and log, with one sync; does nothing where it says nothing. More
    /// than fits a frame takes several, each synced before the next: what a crash leaves of them is a beginning of the
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
        // Where they stand, how many they are, and the end.
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

    /// Forgets all entries: from now on the log follows the snapshot at `position`, which is durable.
    mutating func reset(to position: LogPosition) throws(DiskError) {
        try write([.reset(position)])
    }

    /// From now on the snapshot at `position`, which is durable under its name, is the latest. The one before it
    /// goes, and so do the segments that hold nothing beyond it.
    mutating func adopt(_ position: LogPosition) throws(DiskError) {
        var gone = snapshot.index > 0 ? [SnapshotFile.name(snapshot)] : []
        snapshot = position
        while segments.count > 1, segments[0].lastIndex <= position.index {
            gone.append(Segment.name(segments.removeFirst().number))
        }
        try writeManifest()
        // Whether this is durable is nothing: a start removes what the manifest does not name.
        for name in gone { try disk.remove(name) }
    }

    /// Takes down how far the log reaches, so that a start finds out if less of it is there.
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

    /// Every segment says what it is, and repeats term and vote, so that those before it can go. It belongs to the
    /// log once the manifest names it; until then nothing else is written to it.
    private mutating func beginSegment() throws(DiskError) {
        let number = (segments.last?.number ?? 0) + 1
        try disk.create(Segment.name(number))
        segments.append(Segment(number: number, lastIndex: segments.last?.lastIndex ?? 0))
        size = 0
        try write([.segment(node: node, initialVoters: initialVoters), .hardState(hardState)])
        try disk.syncDirectory()
        try writeManifest()
    }

    /// All that it names must be durable under its name by now.
    private mutating func writeManifest() throws(DiskError) {
        let manifest = Manifest(
            node: node, snapshot: snapshot,
            segments: segments[0].number...segments[segments.count - 1].number,
            size: size, sequence: sequence, hardState: hardState)
        try replace(Manifest.name, with: manifest.encode(), by: Manifest.part)
        cleanPoint = sequence
    }

    /// Replaces a file in one step, durably: a crash leaves the old one or the new one.
    private mutating func replace(_ name: String, with bytes: [UInt8], by part: String) throws(DiskError) {
        try disk.create(part)
        try disk.append(bytes, to: part)
        try disk.sync(part)
        try disk.rename(part, to: name)
        try disk.syncDirectory()
    }
}
