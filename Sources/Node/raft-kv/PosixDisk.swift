import FoundationEssentials
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

    /// Opens the directory at `path`, making it and those above it where they are missing, and locks it for as long
    /// as this process lives: two processes of one id must not both write here.
    init(_ path: String) throws(DiskError) {
        self.path = path
        // The lock is made once the directories are durable: where it is, they are.
        if access("\(path)/lock", F_OK) != 0 { syncs += try Self.makeDirectories(path) }
        directory = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw DiskError("open", failed: path) }
        let lock = openat(directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw DiskError("open", failed: "\(path)/lock") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw DiskError("lock", path, "another process with this node id uses it")
        }
    }

    /// Makes a directory, and those above it, where they are missing, and syncs each into the one above it. One that
    /// is there may have been made by a process that ended before it synced it, so those are synced too, where they
    /// can be: of what this user may not open, it has made nothing.
    /// - Returns: how many syncs that took.
    private static func makeDirectories(_ path: String) throws(DiskError) -> Int {
        var syncs = 0
        for end in path.indices.dropFirst() + [path.endIndex] where end == path.endIndex || path[end] == "/" {
            let directory = String(path[..<end])
            let isMade = mkdir(directory, 0o755) == 0
            // Where it cannot be made for another reason, one further down will say so, or it is there.
            if !isMade, ![EEXIST, EACCES, EPERM, EROFS, EISDIR].contains(errno) {
                throw DiskError("make", failed: directory)
            }
            let slash = directory.lastIndex(of: "/")
            let parent = slash.map { $0 == directory.startIndex ? "/" : String(directory[..<$0]) } ?? "."
            do {
                try syncDirectory(at: parent)
                syncs += 1
            } catch {
                if isMade { throw error }
            }
        }
        return syncs
    }

    private func failure(_ operation: String, _ name: String) -> DiskError {
        DiskError(operation, failed: "\(path)/\(name)")
    }

    func list() throws(DiskError) -> [String] { try Self.list(path) }

    func read(_ name: String) throws(DiskError) -> [UInt8] {
        let file = openat(directory, name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("read", name) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("read", name) }
        return try Self.read(file, size: Int(status.st_size), name: "\(path)/\(name)")
    }

    /// Reads a file from its beginning.
    /// - Parameter size: how much of it, in bytes; less is read where it ends before.
    static func read(_ file: CInt, size: Int, name: String) throws(DiskError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { room, count in
            while count < size {
                let got = pread(file, room.baseAddress! + count, size - count, off_t(count))
                if got < 0, errno == EINTR { continue }
                failed = got < 0
                if got <= 0 { return }
                count += got
            }
        }
        if failed { throw DiskError("read", failed: name) }
        return bytes
    }

    /// The names of what is in a directory.
    static func list(_ path: String) throws(DiskError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            let cause = (error as? CocoaError)?.underlying as? POSIXError
            throw DiskError(
                "list", path, cause.map { String(cString: strerror($0.code.rawValue)) } ?? "\(error)")
        }
    }

    mutating func create(_ name: String) throws(DiskError) {
        forget(name)
        let file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("create", name) }
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

    mutating func rename(_ name: String, to newName: String) throws(DiskError) {
        guard renameat(directory, name, directory, newName) == 0 else { throw failure("rename", name) }
        forget(name)
        forget(newName)
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

extension DiskError {
    /// Of the system call that has just failed.
    init(_ operation: String, failed file: String) {
        self.init(operation, file, String(cString: strerror(errno)))
    }
}
