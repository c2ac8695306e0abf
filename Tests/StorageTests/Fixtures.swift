@testable import Consensus
@testable import KeyValue

// Updates and states for these tests.

extension StorageUpdate {
    /// An update that replaces the log from `start`, with a term and a vote.
    static func appending(
        _ entries: [Entry], at start: Index, _ state: HardState? = nil
    ) -> StorageUpdate {
        StorageUpdate(hardState: state, log: .suffix(from: start, entries[...]))
    }

    static func voting(_ state: HardState) -> StorageUpdate { StorageUpdate(hardState: state) }

    static func resetting(to position: LogPosition) -> StorageUpdate {
        StorageUpdate(log: .reset(to: position))
    }

    /// A complete snapshot of the member's own.
    static func snapshot(_ position: LogPosition, of store: Store = Store()) -> StorageUpdate {
        StorageUpdate(ownSnapshotPiece: .whole(position, of: store))
    }

    /// A complete snapshot received from a leader.
    static func leadersSnapshot(_ position: LogPosition) -> StorageUpdate {
        StorageUpdate(snapshotPieces: [.whole(position)])
    }
}

extension SnapshotPiece {
    static func whole(_ position: LogPosition, of store: Store = Store()) -> SnapshotPiece {
        var writer = SnapshotWriter(of: store, at: position, membership: Membership(voters: ["n0"]))
        var text = ""
        while !writer.isDone { text += writer.next(bytes: 1 << 20) }
        return SnapshotPiece(position: position, offset: 0, text: text, isLast: true)
    }
}

extension [Entry] {
    /// One entry of each term.
    static func terms(_ terms: [Term], size: Int = 1) -> [Entry] {
        terms.map { Entry(term: $0, "c1 1 write 1 \"\(String(repeating: "x", count: size))\"") }
    }
}

extension Log {
    /// The terms of its entries.
    var terms: [Term] { lastIndex < firstIndex ? [] : self[firstIndex...lastIndex].map(\.term) }
}
