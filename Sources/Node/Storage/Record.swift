import Consensus
import KeyValue

/// What a frame of the log says: any number of these, one after another, each beginning with its kind.
enum Record: Hashable {
    /// The first record of every segment. `initialVoters` are the voters that the cluster began with.
    case segment(node: NodeID, initialVoters: [NodeID])
    /// Term and vote in one, for a term without its vote would allow a second one.
    case hardState(HardState)
    /// Entries that replace all that the log held from `start` on.
    case entries(start: Index, [Entry])
    /// The log is empty, and continues after the snapshot at this position.
    case reset(LogPosition)
    /// Says nothing, and ends a frame: no sector in which a frame ends has but one bit that is not zero, so one that
    /// has changed does not make it look like a sector that was never written.
    case end

    private enum Kind: UInt8 {
        case segment = 1
        case hardState, entries, reset, end
    }

    private enum PayloadKind: UInt8 {
        case noOp = 1
        case command, membership
    }

    func encode(into bytes: inout [UInt8]) {
        switch self {
        case .segment(let node, let initialVoters):
            bytes.append(Kind.segment.rawValue)
            bytes.append(node)
            bytes.append(initialVoters)
        case .hardState(let state):
            bytes.append(Kind.hardState.rawValue)
            bytes.append(state)
        case .entries(let start, let entries):
            bytes.append(Kind.entries.rawValue)
            bytes.append(littleEndian: Int64(start))
            bytes.append(littleEndian: UInt32(entries.count))
            for entry in entries { Self.encode(entry, into: &bytes) }
        case .reset(let position):
            bytes.append(Kind.reset.rawValue)
            bytes.append(position)
        case .end:
            bytes.append(Kind.end.rawValue)
        }
    }

    /// How many bytes an entry takes.
    static func size(of entry: Entry) -> Int {
        switch entry.payload {
        case .noOp: 9
        case .command(let command): 13 + command.text.utf8.count
        case .membership(let membership):
            [membership.incoming, membership.outgoing, [membership.change]].joined()
                .reduce(17) { $0 + 4 + $1.utf8.count }
        }
    }

    private static func encode(_ entry: Entry, into bytes: inout [UInt8]) {
        bytes.append(littleEndian: Int64(entry.term))
        switch entry.payload {
        case .noOp:
            bytes.append(PayloadKind.noOp.rawValue)
        case .command(let command):
            bytes.append(PayloadKind.command.rawValue)
            bytes.append(command.text)
        case .membership(let membership):
            bytes.append(PayloadKind.membership.rawValue)
            bytes.append(membership.incoming)
            bytes.append(membership.outgoing)
            bytes.append(membership.change)
        }
    }

    /// Reads all records of a payload; nil where it is not made of records.
    static func decodeAll(_ payload: ArraySlice<UInt8>) -> [Record]? {
        var reader = ByteReader(payload)
        var records: [Record] = []
        while !reader.rest.isEmpty {
            guard let record = decode(&reader) else { return nil }
            records.append(record)
        }
        return records
    }

    private static func decode(_ reader: inout ByteReader) -> Record? {
        guard let kind = reader.integer(UInt8.self).flatMap(Kind.init) else { return nil }
        switch kind {
        case .segment:
            guard let node = reader.string(), let initialVoters = reader.strings() else { return nil }
            return .segment(node: node, initialVoters: initialVoters)
        case .hardState:
            return reader.hardState().map { .hardState($0) }
        case .entries:
            guard let start = reader.number(), start > 0, let count = reader.integer(UInt32.self) else {
                return nil
            }
            var entries: [Entry] = []
            for _ in 0..<count {
                guard let entry = decodeEntry(&reader) else { return nil }
                entries.append(entry)
            }
            return .entries(start: start, entries)
        case .reset:
            return reader.position().map { .reset($0) }
        case .end:
            return .end
        }
    }

    private static func decodeEntry(_ reader: inout ByteReader) -> Entry? {
        guard let term = reader.number(),
            let kind = reader.integer(UInt8.self).flatMap(PayloadKind.init)
        else { return nil }
        switch kind {
        case .noOp:
            return Entry(term: term, payload: .noOp)
        case .command:
            guard let text = reader.string() else { return nil }
            // Another version may have stored what is no request for this one; it is applied as nothing.
            return Entry(term: term, payload: .command(Command(line: text) ?? Command(text)))
        case .membership:
            guard let incoming = reader.strings(), let outgoing = reader.strings(),
                let change = reader.string()
            else { return nil }
            return Entry(
                term: term,
                payload: .membership(Membership(voters: incoming, outgoing: outgoing, change: change)))
        }
    }
}
