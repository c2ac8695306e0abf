import Consensus
import Storage
import Synchronization

/// A disk in memory behind a page cache. A write is visible at once, and durable after a sync of the file; a name is
/// durable after a sync of the directory. The end of a process loses nothing. A power cut loses a part of what is
/// not durable, so that writes are torn: bytes are missing at the end, or whole sectors are zero.
///
/// A failed sync leaves its pages in the cache, marked clean. No later sync writes them, and a power cut loses them,
/// unless they are written again (as on Linux: "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
package struct SimulatedDisk: Disk, Sendable {
    /// Makes calls fail with an error that the process sees.
    package struct Failure: Sendable {
        /// How many more modifying calls succeed before the failure.
        package var calls: Int
        /// Whether all later modifying calls fail too, as on a full or broken disk.
        package var lasts: Bool

        package init(after calls: Int, lasts: Bool) {
            self.calls = calls
            self.lasts = lasts
        }
    }

    private enum NameChange {
        case link(String, file: Int)
        case rename(String, to: String)
        case remove(String)
    }

    private var files: [CachedFile] = []
    private var names: [String: Int] = [:]
    private var syncedNames: [String: Int] = [:]
    /// The changes of names since the last sync of the directory.
    private var nameChanges: [NameChange] = []

    /// How many more modifying calls succeed before the machine crashes; nil for no crash. The process does not see the
    /// result of the call after them.
    package var callsUntilFailure: Int?
    package var failure: Failure?
    /// How many more reads succeed before one fails; nil for no failure.
    package var readsUntilFailure: Int?
    /// The number of failures that the process saw.
    package private(set) var failures = 0
    /// The number of file syncs.
    package private(set) var syncs = 0
    /// Receives the state after each call; see `DiskMirror`.
    package var mirror: DiskMirror?

    package init() {}

    /// A power cut. `generator` draws what is left.
    package mutating func crash(using generator: inout SeededGenerator) {
        for change in nameChanges.prefix(Int.random(in: 0...nameChanges.count, using: &generator)) {
            Self.apply(change, to: &syncedNames)
        }
        names = syncedNames
        nameChanges = []
        for slot in files.indices { files[slot].losePower(using: &generator) }
        mend()
    }

    var mayFail: Bool { callsUntilFailure != nil || failure != nil || readsUntilFailure != nil }

    /// A copy of the files, all of it durable.
    func copy() -> SimulatedDisk {
        var copy = self
        copy.mend()
        for slot in copy.files.indices { copy.files[slot].settle() }
        copy.syncedNames = names
        copy.nameChanges = []
        return copy
    }

    /// Makes every call succeed again.
    package mutating func mend() {
        callsUntilFailure = nil
        failure = nil
        readsUntilFailure = nil
        mirror = nil
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
        reflect()
    }

    private func reflect() {
        mirror?.show(self)
    }

    private mutating func spend(_ operation: String, _ name: String) throws(DiskError) {
        if let left = callsUntilFailure {
            guard left > 0 else { throw DiskError(operation, name, "the simulated disk has failed") }
            callsUntilFailure = left - 1
        }
        guard let next = failure else { return }
        if next.calls > 0 {
            failure?.calls -= 1
            return
        }
        if !next.lasts { failure = nil }
        failures += 1
        reflect()
        throw DiskError(operation, name, next.lasts ? "no space left on device" : "input/output error")
    }

    private func file(_ name: String, for operation: String) throws(DiskError) -> Int {
        guard let file = names[name] else { throw DiskError(operation, name, "there is no such file") }
        return file
    }

    // MARK: - Disk

    package mutating func list() throws(DiskError) -> [String] { names.keys.sorted() }

    package mutating func read(_ name: String) throws(DiskError) -> [UInt8] {
        let file = try file(name, for: "read")
        if let left = readsUntilFailure {
            readsUntilFailure = left > 0 ? left - 1 : nil
            if left == 0 {
                failures += 1
                reflect()
                throw DiskError("read", name, "input/output error")
            }
        }
        return files[file].bytes
    }

    package mutating func create(_ name: String) throws(DiskError) {
        try spend("create", name)
        files.append(CachedFile())
        change(.link(name, file: files.count - 1))
    }

    /// A failed append may write a part of the bytes.
    package mutating func append(_ bytes: [UInt8], to name: String) throws(DiskError) {
        let file = try file(name, for: "write")
        do {
            try spend("write", name)
        } catch {
            if callsUntilFailure == nil { files[file].append(bytes.prefix(bytes.count / 2)) }
            reflect()
            throw error
        }
        files[file].append(bytes[...])
        reflect()
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
        let file = try file(name, for: "sync")
        let failed = failures
        do {
            try spend("sync", name)
        } catch {
            if failures > failed { files[file].failSync() }
            reflect()
            throw error
        }
        files[file].sync()
        syncs += 1
        reflect()
    }

    package mutating func syncDirectory() throws(DiskError) {
        try spend("sync", "the directory")
        syncedNames = names
        nameChanges = []
        reflect()
    }

    // MARK: - Damage

    /// Flips bits of one byte, durable or not.
    package mutating func damage(_ name: String, at offset: Int, by mask: UInt8 = 0xff) {
        guard let file = names[name] else { return }
        files[file].bytes[offset] ^= mask
    }

    /// Removes a file durably.
    package mutating func lose(_ name: String) {
        names[name] = nil
        syncedNames = names
        nameChanges = []
    }

    /// Cuts a file off at `size` bytes, durably.
    package mutating func shorten(_ name: String, to size: Int) {
        guard let file = names[name] else { return }
        files[file].shorten(to: size)
    }
}

/// Holds the latest state of a disk that was moved into another value, to read it if that value throws.
package final class DiskMirror: Sendable {
    private let disk = Mutex<SimulatedDisk?>(nil)

    package init() {}

    func show(_ shown: SimulatedDisk) {
        disk.withLock {
            $0 = shown
            // Breaks the reference cycle.
            $0?.mirror = nil
        }
    }

    package var seen: SimulatedDisk? { disk.withLock { $0 } }
}
