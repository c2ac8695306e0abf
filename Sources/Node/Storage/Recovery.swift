import Consensus
import KeyValue

/// Replays segments in order, and so recovers the log, term and vote.
struct Recovery: Sendable {
    private let node: NodeID
    private(set) var hardState = HardState()
    /// Nil before the first segment.
    private(set) var initialVoters: [NodeID]?
    private var entries: [Entry] = []
    /// The index of the first of `entries`; nil before the first record of entries.
    private var firstIndex: Index?
    private(set) var tornTail: TornTail?
    /// The sequence of the last whole frame; 0 before the first.
    private(set) var sequence: UInt64 = 0
    private(set) var lastIndexOfSegment: Index = 0

    init(node: NodeID) {
        self.node = node
    }

    private var lastIndex: Index? { firstIndex.map { $0 - 1 + entries.count } }

    /// Reads a segment.
    /// - Returns: how many of its bytes are whole frames; all of them, unless `isLast`.
    mutating func read(_ file: [UInt8], name: String, isLast: Bool) throws(Damage) -> Int {
        lastIndexOfSegment = 0
        var offset = 0
        while offset < file.count {
            switch Frame.find(in: file, at: offset) {
            case .whole(let found, let payload):
                try replay(payload, sequence: found, name: name, at: offset)
                offset += Frame.headerSize + payload.count
            case .torn:
                try acceptTornTail(file, name: name, at: offset, isLast: isLast)
                return offset
            case .damaged(let reason):
                if offset == 0 { try checkVersion(of: file, name: name) }
                throw Damage(name, at: offset, reason)
            }
        }
        return offset
    }

    private mutating func replay(
        _ payload: ArraySlice<UInt8>, sequence found: UInt64, name: String, at offset: Int
    ) throws(Damage) {
        guard sequence == 0 || found == sequence + 1 else {
            throw Damage(name, at: offset, "frame \(found) follows frame \(sequence)")
        }
        sequence = found
        guard let records = Record.decodeAll(payload) else {
            throw Damage(name, at: offset, "a frame that is whole does not hold records")
        }
        if offset == 0 { try checkSegment(records.first, name: name) }
        for record in records { try replay(record, name: name, at: offset) }
    }

    /// A frame with missing bytes is a torn write where nothing was written after it. Otherwise it was synced, and is
    /// damaged.
    private mutating func acceptTornTail(
        _ file: [UInt8], name: String, at offset: Int, isLast: Bool
    ) throws(Damage) {
        let reason = "a frame of the log is not whole"
        guard isLast else { throw Damage(name, at: offset, "\(reason), and a later segment follows") }
        if let later = Frame.findLater(in: file, from: offset + 1, above: sequence) {
            throw Damage(name, at: offset, "\(reason), and one written later stands at byte \(later)")
        }
        tornTail = TornTail(file: name, offset: offset, size: file.count - offset)
    }

    private mutating func checkSegment(_ record: Record?, name: String) throws(Damage) {
        guard case .segment(let owner, let initialVoters) = record else {
            throw Damage(name, at: 0, "it does not begin as a segment of the log does")
        }
        try checkOwner(owner, is: node, of: name)
        self.initialVoters = initialVoters
    }

    private mutating func replay(_ record: Record, name: String, at offset: Int) throws(Damage) {
        switch record {
        case .segment, .end: break
        case .hardState(let state): hardState = state
        case .reset(let position):
            entries = []
            firstIndex = position.index + 1
        case .entries(let start, let new):
            if let firstIndex, let lastIndex, start > firstIndex {
                guard start <= lastIndex + 1 else {
                    throw Damage(name, at: offset, "entry \(start) follows entry \(lastIndex)")
                }
                entries.removeLast(lastIndex - start + 1)
            } else {
                entries = []
                firstIndex = start
            }
            entries += new
            lastIndexOfSegment = max(lastIndexOfSegment, start - 1 + new.count)
        }
    }

    /// The stored state, with the text of the snapshot.
    func state(after snapshot: LogPosition, _ pieces: [String]) throws(Damage) -> StoredState {
        let entries = try entries(after: snapshot)
        var state = StoredState(hardState: hardState, log: Log(entries: entries))
        if snapshot.index > 0 {
            guard
                let restored = StoredState(
                    hardState: hardState, position: snapshot, text: pieces, entries: entries)
            else {
                throw Damage(SnapshotFile.name(snapshot), at: 0, "its text is not that of a snapshot")
            }
            state = restored
        }
        state.initialVoters = initialVoters
        return state
    }

    /// The entries that follow `snapshot`.
    ///
    /// A snapshot may have become durable just before the log was told of it. What the log then holds up to
    /// it goes; what it holds beyond stays only where it goes on from the snapshot's last entry (§7).
    private func entries(after snapshot: LogPosition) throws(Damage) -> [Entry] {
        guard let firstIndex, let lastIndex, !entries.isEmpty else {
            let expected = firstIndex ?? 1
            guard expected <= snapshot.index + 1 else { throw gap(to: expected, after: snapshot) }
            return []
        }
        guard firstIndex <= snapshot.index + 1 else { throw gap(to: firstIndex, after: snapshot) }
        guard lastIndex > snapshot.index, leads(to: snapshot) else { return [] }
        return Array(entries[(snapshot.index - firstIndex + 1)...])
    }

    /// Whether an entry right after `snapshot` can follow what the log holds.
    func leads(to snapshot: LogPosition) -> Bool {
        guard let firstIndex, let lastIndex else { return true }
        // Where the entry at the snapshot's end is dropped already, the next one tells: terms never fall, and
        // whoever led in a later term than a committed entry's had that entry.
        if snapshot.index < firstIndex { return entries.first.map { $0.term >= snapshot.term } ?? true }
        return snapshot.index <= lastIndex && entries[snapshot.index - firstIndex].term == snapshot.term
    }

    private func gap(to first: Index, after snapshot: LogPosition) -> Damage {
        Damage(
            "the log", at: 0, "it begins with entry \(first), and the snapshot ends with \(snapshot.index)")
    }
}
