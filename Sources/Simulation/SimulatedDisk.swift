import Raft
import Storage

/// A disk in memory that loses at a crash what a real one may lose: bytes that were not synced, in part or torn,
/// and names that were not synced with their directory.
package struct SimulatedDisk: Disk, Sendable {
    private struct File {
        var bytes: [UInt8] = []
        /// How many of them surely are there after a crash.
        var synced = 0
        /// What was cut off since the last sync; a crash may bring it back.
        var cutOff: [UInt8] = []
    }

    private enum NameChange {
        case link(String, file: Int)
        case rename(String, to: String)
        case remove(String)
    }

    private var files: [File] = []
    private var names: [String: Int] = [:]
    private var syncedNames: [String: Int] = [:]
    /// What happened to names since the directory was synced.
    private var nameChanges: [NameChange] = []

    /// How many more calls that change something succeed; nil for all. Beyond it the disk fails for good.
    package var callsUntilFailure: Int?
    /// How many syncs of files there were.
    package private(set) var syncs = 0

    package init() {}

    /// What is left after a crash, as `generator` draws it.
    package mutating func crash(using generator: inout SeededGenerator) {
        for change in nameChanges.prefix(Int.random(in: 0...nameChanges.count, using: &generator)) {
            Self.apply(change, to: &syncedNames)
        }
        names = syncedNames
        nameChanges = []
        for place in files.indices {
            let rest = Self.remains(of: files[place], using: &generator)
            files[place] = File(bytes: rest, synced: rest.count)
        }
        callsUntilFailure = nil
    }

    /// Nothing of what was not synced, all of it, a part, or a part with sectors in it that were never written.
    private static func remains(of file: File, using generator: inout SeededGenerator) -> [UInt8] {
        let (bytes, synced) = (file.bytes, file.synced)
        if !file.cutOff.isEmpty, Bool.random(using: &generator) { return bytes[..<synced] + file.cutOff }
        guard bytes.count > synced else { return bytes }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return Array(bytes[..<synced])
        case 1: return bytes
        case 2: return Array(bytes[..<Int.random(in: synced...bytes.count, using: &generator)])
        default:
            var torn = Array(bytes[..<Int.random(in: synced...bytes.count, using: &generator)])
            var place = synced
            while place < torn.count {
                let end = min((place / 512 + 1) * 512, torn.count)
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    for byte in place..<end { torn[byte] = 0 }
                }
                place = end
            }
            return torn
        }
    }

    private static func apply(_ change: NameChange, to names: inout [String: Int]) {
        switch change {
        case .link(let name, let file): names[name] = file
        case .rename(let name, let newName): names[newName] = names.removeValue(forKey: name)
        case .remove(let name): names[name] = nil
        }
    }

    private mutating func change(_ change: NameChange) {
        Self.apply(change, to: &names)
        nameChanges.append(change)
    }

    private mutating func spend(_ operation: String, _ name: String) throws(DiskError) {
        guard let left = callsUntilFailure else { return }
        guard left > 0 else { throw DiskError(operation, name, "the simulated disk has failed") }
        callsUntilFailure = left - 1
    }

    private func file(_ name: String, for operation: String) throws(DiskError) -> Int {
        guard let file = names[name] else { throw DiskError(operation, name, "there is no such file") }
        return file
    }

    /// Changes one byte of a file, as failing hardware does.
    package mutating func damage(_ name: String, at offset: Int) {
        guard let file = names[name] else { return }
        files[file].bytes[offset] ^= 0xff
    }

    // MARK: - Disk

    package mutating func list() throws(DiskError) -> [String] { names.keys.sorted() }

    package mutating func read(_ name: String) throws(DiskError) -> [UInt8] {
        try files[file(name, for: "read")].bytes
    }

    package mutating func create(_ name: String) throws(DiskError) {
        try spend("create", name)
        files.append(File())
        change(.link(name, file: files.count - 1))
    }

    package mutating func append(_ bytes: [UInt8], to name: String) throws(DiskError) {
        try spend("write", name)
        try files[file(name, for: "write")].bytes += bytes
    }

    package mutating func truncate(_ name: String, to size: Int) throws(DiskError) {
        try spend("truncate", name)
        let file = try file(name, for: "truncate")
        files[file].cutOff = Array(files[file].bytes[size...])
        files[file].bytes.removeLast(files[file].bytes.count - size)
        files[file].synced = min(files[file].synced, size)
    }

    package mutating func rename(_ name: String, to newName: String) throws(DiskError) {
        try spend("rename", name)
        _ = try file(name, for: "rename")
        change(.rename(name, to: newName))
    }

    package mutating func remove(_ name: String) throws(DiskError) {
        try spend("remove", name)
        _ = try file(name, for: "remove")
        change(.remove(name))
    }

    package mutating func sync(_ name: String) throws(DiskError) {
        try spend("sync", name)
        let file = try file(name, for: "sync")
        files[file].synced = files[file].bytes.count
        files[file].cutOff = []
        syncs += 1
    }

    package mutating func syncDirectory() throws(DiskError) {
        try spend("sync", "the directory")
        syncedNames = names
        nameChanges = []
    }
}
