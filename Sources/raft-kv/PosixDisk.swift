import Glibc
import Storage

/// A directory of the file system, as `Storage` uses it.
struct PosixDisk: Disk {
    private let path: String
    private let directory: CInt
    /// Files that were appended to, by name; they stay open.
    private var open: [String: CInt] = [:]
    /// How often it made something durable.
    private(set) var syncs = 0

    /// Opens the directory `name` in the one at `parent`, making both where they are missing, and locks it for
    /// as long as this process lives: two processes of one id must not both write here.
    init(_ name: String, in parent: String) throws(DiskError) {
        path = "\(parent)/\(name)"
        try Self.makeDirectory(path)
        directory = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw DiskError("open", failed: path) }
        let lock = openat(directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw DiskError("open", failed: "\(path)/lock") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw DiskError("lock", path, "another process with this node id uses it")
        }
        // So that the new directory itself is there after a crash.
        try syncDirectory()
        try Self.syncDirectory(at: parent)
    }

    /// Makes a directory, and those above it, where they are missing.
    private static func makeDirectory(_ path: String) throws(DiskError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw DiskError("make", failed: path)
        }
        try makeDirectory(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw DiskError("make", failed: path) }
    }

    private func failure(_ operation: String, _ name: String) -> DiskError {
        DiskError(operation, failed: "\(path)/\(name)")
    }

    func list() throws(DiskError) -> [String] { try ReadOnlyDisk(path: path).list() }

    func read(_ name: String) throws(DiskError) -> [UInt8] { try ReadOnlyDisk(path: path).read(name) }

    mutating func create(_ name: String) throws(DiskError) {
        let file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("create", name) }
        forget(name)
        open[name] = file
    }

    mutating func append(_ bytes: [UInt8], to name: String) throws(DiskError) {
        let file = try writable(name)
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(file, $0.baseAddress!, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure("write", name) }
            rest = rest.dropFirst(written)
        }
    }

    mutating func truncate(_ name: String, to size: Int) throws(DiskError) {
        guard ftruncate(try writable(name), off_t(size)) == 0 else { throw failure("truncate", name) }
    }

    mutating func rename(_ name: String, to newName: String) throws(DiskError) {
        guard renameat(directory, name, directory, newName) == 0 else { throw failure("rename", name) }
        forget(name)
    }

    mutating func remove(_ name: String) throws(DiskError) {
        guard unlinkat(directory, name, 0) == 0 else { throw failure("remove", name) }
        forget(name)
    }

    mutating func sync(_ name: String) throws(DiskError) {
        syncs += 1
        guard fdatasync(try writable(name)) == 0 else { throw failure("sync", name) }
    }

    mutating func syncDirectory() throws(DiskError) {
        syncs += 1
        guard fsync(directory) == 0 else { throw DiskError("sync", failed: path) }
    }

    private static func syncDirectory(at path: String) throws(DiskError) {
        let directory = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw DiskError("open", failed: path) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw DiskError("sync", failed: path) }
    }

    private mutating func writable(_ name: String) throws(DiskError) -> CInt {
        if let file = open[name] { return file }
        let file = openat(directory, name, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard file >= 0 else { throw failure("open", name) }
        open[name] = file
        return file
    }

    private mutating func forget(_ name: String) {
        if let file = open.removeValue(forKey: name) { close(file) }
    }
}
