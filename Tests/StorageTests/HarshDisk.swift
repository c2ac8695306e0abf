import Consensus
import Storage

/// A disk that guarantees no more than a sync does: unsynced data may be lost by sector, and names in any order. One
/// call may fail. A failed sync leaves its data in the cache, marked as written for ever.
///
/// It is a class so that its changes remain when a start throws.
final class HarshDisk: Disk, @unchecked Sendable {
    private struct File {
        /// The content that reads return.
        var cached: [UInt8] = []
        /// The content that survives every power cut.
        var durable: [UInt8] = []
        /// The end of the bytes that the system considers written.
        var clean = 0
    }

    private var files: [File] = []
    private var names: [String: Int] = [:]
    private var durableNames: [String: Int] = [:]
    /// Changes of names that are not durable yet. A power cut keeps any subset. A nil file is a removal.
    private var changes: [[(name: String, file: Int?)]] = []

    /// How many more modifying calls succeed before one fails; nil for no failure.
    var callsUntilFailure: Int?
    private(set) var syncs = 0

    func powerCut(using generator: inout SeededGenerator) {
        for change in changes where Bool.random(using: &generator) { apply(change, to: &durableNames) }
        changes = []
        names = durableNames
        for slot in files.indices {
            var rest = files[slot].durable
            let (cached, clean) = (files[slot].cached, files[slot].clean)
            if cached.count > clean, Bool.random(using: &generator) {
                let end = Int.random(in: clean...cached.count, using: &generator)
                rest += Array(repeating: 0, count: max(0, end - rest.count))
                for byte in clean..<end { rest[byte] = cached[byte] }
                for sector in (clean / 512)...(end / 512) where Int.random(in: 0..<3, using: &generator) == 0
                {
                    for byte in max(clean, sector * 512)..<max(clean, min(end, sector * 512 + 512)) {
                        rest[byte] = 0
                    }
                }
            }
            files[slot] = File(cached: rest, durable: rest, clean: rest.count)
        }
    }

    private func apply(_ change: [(name: String, file: Int?)], to names: inout [String: Int]) {
        for (name, file) in change { names[name] = file }
    }

    private func change(_ change: [(name: String, file: Int?)]) {
        apply(change, to: &names)
        changes.append(change)
    }

    private func spend(_ operation: String, _ name: String) throws(DiskError) {
        guard let left = callsUntilFailure else { return }
        callsUntilFailure = left > 0 ? left - 1 : nil
        if left == 0 { throw DiskError(operation, name, "the disk fails once") }
    }

    private func slot(_ name: String) throws(DiskError) -> Int {
        guard let slot = names[name] else { throw DiskError("find", name, "there is no such file") }
        return slot
    }

    // MARK: - Damage

    subscript(name: String) -> [UInt8] {
        get { names[name].map { files[$0].cached } ?? [] }
        set {
            if let slot = names[name] {
                files[slot] = File(cached: newValue, durable: newValue, clean: newValue.count)
            }
        }
    }

    func copy() -> HarshDisk {
        let copy = HarshDisk()
        (copy.files, copy.names, copy.durableNames, copy.changes) = (files, names, durableNames, changes)
        return copy
    }

    // MARK: - Disk

    func list() throws(DiskError) -> [String] { names.keys.sorted() }

    func read(_ name: String) throws(DiskError) -> [UInt8] { try files[slot(name)].cached }

    func create(_ name: String) throws(DiskError) {
        try spend("create", name)
        files.append(File())
        change([(name, files.count - 1)])
    }

    func append(_ bytes: [UInt8], to name: String) throws(DiskError) {
        let slot = try slot(name)
        do {
            try spend("write", name)
        } catch {
            // A full disk writes a part.
            files[slot].cached += bytes[..<(bytes.count / 2)]
            throw error
        }
        files[slot].cached += bytes
    }

    func rename(_ name: String, to newName: String) throws(DiskError) {
        try spend("rename", name)
        change([(name, nil), (newName, try slot(name))])
    }

    func remove(_ name: String) throws(DiskError) {
        try spend("remove", name)
        _ = try slot(name)
        change([(name, nil)])
    }

    func sync(_ name: String) throws(DiskError) {
        let slot = try slot(name)
        syncs += 1
        let start = files[slot].clean
        files[slot].clean = files[slot].cached.count
        try spend("sync", name)
        files[slot].durable += Array(repeating: 0, count: max(0, start - files[slot].durable.count))
        files[slot].durable.replaceSubrange(start..., with: files[slot].cached[start...])
    }

    func syncDirectory() throws(DiskError) {
        let changes = changes
        self.changes = []
        syncs += 1
        do {
            try spend("sync", "the directory")
        } catch {
            // A failed sync may have written any of the changes. The worst case is the last one alone.
            if syncs % 2 == 0, let last = changes.last { apply(last, to: &durableNames) }
            throw error
        }
        for change in changes { apply(change, to: &durableNames) }
    }
}
