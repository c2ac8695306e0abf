import Consensus
import KeyValue

/// The files of a member's directory, read and checked against each other. Nothing is changed.
package struct StoredFiles: Sendable {
    let manifest: Manifest
    let recovery: Recovery
    /// Oldest first.
    private(set) var segments: [Segment] = []
    /// The whole frames of the last segment.
    private(set) var lastSegment: ArraySlice<UInt8> = []
    /// Files that were being written when the member crashed.
    let parts: [String]
    /// Files that the manifest does not name yet, or no longer.
    let leftovers: [String]
    /// The state to start from.
    package let state: StoredState

    package var node: NodeID { manifest.node }
    /// The end of a write that a crash cut short. It was never acknowledged.
    package var tornTail: TornTail? { recovery.tornTail }

    /// Reads the directory.
    ///
    /// - Parameter node: the expected owner; nil for any.
    /// - Returns: nil where the directory is new, and nothing was ever acknowledged from it.
    /// - Throws: `Damage` where files or bytes are missing or changed, except for a torn tail; `DiskError` where the disk
    ///   fails.
    package static func read(
        on disk: inout some ReadableDisk, node: NodeID? = nil
    ) throws -> StoredFiles? {
        let names = try disk.list().sorted()
        guard names.contains(Manifest.name) else {
            try checkNew(names, on: &disk)
            return nil
        }
        let manifest = try Manifest.decode(disk.read(Manifest.name), node: node)
        return try StoredFiles(manifest, among: names, on: &disk)
    }

    /// Whether a finished file of a member may have this name; files that are being written do not count.
    package static func isName(_ name: String) -> Bool {
        name == Manifest.name || Segment.number(name) != nil || SnapshotFile.isName(name)
    }

    private init(_ manifest: Manifest, among names: [String], on disk: inout some ReadableDisk) throws {
        self.manifest = manifest
        let pieces = try Self.readSnapshot(manifest, among: names, on: &disk)
        var recovery = Recovery(node: manifest.node)
        for number in manifest.segments {
            let name = Segment.name(number)
            guard names.contains(name) else {
                throw Damage.missing(name, "the manifest names it as a part of the log")
            }
            let file = try disk.read(name)
            let size = try recovery.read(file, name: name, isLast: number == manifest.segments.upperBound)
            segments.append(Segment(number: number, lastIndex: recovery.lastIndexOfSegment))
            guard size > 0 else { throw Damage(name, at: 0, "it is empty, and the manifest names it") }
            lastSegment = file[..<size]
        }
        try manifest.check(
            recovery, size: lastSegment.count, name: Segment.name(manifest.segments.upperBound))
        self.recovery = recovery
        parts = names.filter { $0.hasSuffix(".part") }
        leftovers = try Self.leftovers(beside: manifest, recovery, among: names, on: &disk)
        state = try recovery.state(after: manifest.snapshot, pieces)
    }

    private static func readSnapshot(
        _ manifest: Manifest, among names: [String], on disk: inout some ReadableDisk
    ) throws -> [String] {
        guard manifest.snapshot.index > 0 else { return [] }
        let name = SnapshotFile.name(manifest.snapshot)
        guard names.contains(name) else {
            throw Damage.missing(name, "the manifest names it as the latest snapshot")
        }
        let (position, pieces) = try SnapshotFile.read(disk.read(name), name: name, node: manifest.node)
        guard position == manifest.snapshot else {
            throw Damage(
                name, at: 0,
                "it ends with entry \(position.index) of term \(position.term), and the manifest says"
                    + " entry \(manifest.snapshot.index) of term \(manifest.snapshot.term)")
        }
        return pieces
    }

    /// Before its first manifest, a directory holds at most the first frame of the first segment, whole or torn.
    private static func checkNew(_ names: [String], on disk: inout some ReadableDisk) throws {
        for name in names where Segment.number(name) != nil || SnapshotFile.isName(name) {
            let file = try disk.read(name)
            try checkVersion(of: file, name: name)
            guard Segment.number(name) == 1, isBeginning(file, after: 0) else {
                throw Damage.missing(Manifest.name, "there is \(name), which it must name")
            }
        }
    }

    /// Files of the member that its manifest does not name.
    ///
    /// A segment that it does not name yet can hold at most its first frame. The state that an unnamed snapshot covers
    /// is still in the log.
    private static func leftovers(
        beside manifest: Manifest, _ recovery: Recovery, among names: [String],
        on disk: inout some ReadableDisk
    ) throws -> [String] {
        var leftovers: [String] = []
        for name in names {
            if let number = Segment.number(name) {
                if manifest.segments.contains(number) { continue }
                let (isNext, file) = (number == manifest.segments.upperBound + 1, try disk.read(name))
                let isOld = number < manifest.segments.lowerBound
                guard isOld || isNext && isBeginning(file, after: recovery.sequence) else {
                    throw Damage(
                        Manifest.name, at: 0, "it is older than \(name), which holds more of the log")
                }
                leftovers.append(name)
            } else if SnapshotFile.isName(name) {
                if manifest.snapshot.index == 0 || name != SnapshotFile.name(manifest.snapshot) {
                    leftovers.append(name)
                }
            }
        }
        return leftovers
    }

    /// Whether a file holds at most one frame, whole or torn.
    private static func isBeginning(_ file: [UInt8], after sequence: UInt64) -> Bool {
        switch Frame.find(in: file, at: 0) {
        case .whole(_, let payload): file.count == Frame.headerSize + payload.count
        case .torn: Frame.findLater(in: file, from: 1, above: sequence + 1) == nil
        case .damaged: false
        }
    }
}

/// A file of the log.
struct Segment: Hashable, Sendable {
    let number: Int
    /// The highest index of an entry in it.
    var lastIndex: Index

    /// With leading zeros, so that names sort by number.
    static func name(_ number: Int) -> String {
        "log-" + number.padded(to: 12)
    }

    /// The number of the segment with this name; nil for other files.
    static func number(_ name: String) -> Int? {
        guard let number = Int(name.dropFirst(4)), number > 0, self.name(number) == name else { return nil }
        return number
    }
}
