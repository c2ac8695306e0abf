import Platform
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
        if access("\(path)/lock", F_OK) != 0 { syncs += try Directories.make(path) }
        directory = uninterrupted { systemOpen(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard directory >= 0 else { throw DiskError("open", failed: path) }
        let lock = try openFile("lock", O_RDWR | O_CREAT, to: "open")
        // Somebody may delete the file, but not the directory; and not every file system locks directories.
        guard uninterrupted({ flock(lock, LOCK_EX | LOCK_NB) }) == 0,
            uninterrupted({ flock(directory, LOCK_EX | LOCK_NB) }) == 0 || errno != EWOULDBLOCK
        else { throw DiskError("lock", path, "another process with this node id uses it") }
    }

    private func failure(_ operation: String, _ name: String) -> DiskError {
        DiskError(operation, failed: "\(path)/\(name)")
    }

    /// Opens a file, and nothing else: who opens a pipe may wait for its other end for ever.
    private func openFile(_ name: String, _ flags: CInt, to operation: String) throws(DiskError) -> CInt {
        let file = uninterrupted { openat(directory, name, flags | O_NONBLOCK | O_CLOEXEC, 0o644) }
        guard file >= 0 else { throw failure(operation, name) }
        var status = stat()
        guard fstat(file, &status) == 0, let reason = status.whyNoFile else { return file }
        close(file)
        throw DiskError(operation, "\(path)/\(name)", reason)
    }

    func list() throws(DiskError) -> [String] { try Self.list(path) }

    func read(_ name: String) throws(DiskError) -> [UInt8] {
        let file = try openFile(name, O_RDONLY, to: "read")
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("read", name) }
        return try Self.read(file, size: Int(status.st_size), name: "\(path)/\(name)")
    }

    /// Reads a file from its beginning.
    /// - Parameter size: how much of it, in bytes; less is read where it ends before.
    static func read(_ file: CInt, size: Int, name: String) throws(DiskError) -> [UInt8] {
        // A file may have holes, and be larger than any room for it.
        guard size <= sysconf(CInt(_SC_PHYS_PAGES)) * sysconf(CInt(_SC_PAGESIZE)) else {
            throw DiskError("read", name, "it has \(size) bytes, and the memory has less")
        }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { room, count in
            while count < size {
                let got = uninterrupted { pread(file, room.baseAddress! + count, size - count, off_t(count)) }
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
                "list", path, cause.map { DiskError.reason($0.code.rawValue, path) } ?? "\(error)")
        }
    }

    mutating func create(_ name: String) throws(DiskError) {
        forget(name)
        open[name] = try openFile(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, to: "create")
    }

    mutating func append(_ bytes: [UInt8], to name: String) throws(DiskError) {
        let file = try writable(name)
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = uninterrupted { rest.withUnsafeBytes { write(file, $0.baseAddress!, $0.count) } }
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
        let file = try writable(name)
        guard uninterrupted({ syncContent(file) }) == 0 else { throw failure("sync", name) }
    }

    mutating func syncDirectory() throws(DiskError) {
        syncs += 1
        guard uninterrupted({ syncFully(directory) }) == 0 else { throw DiskError("sync", failed: path) }
    }

    private mutating func writable(_ name: String) throws(DiskError) -> CInt {
        if let file = open[name] { return file }
        let file = try openFile(name, O_WRONLY | O_APPEND, to: "open")
        open[name] = file
        return file
    }

    private mutating func forget(_ name: String) {
        if let file = open.removeValue(forKey: name) { close(file) }
    }
}

extension stat {
    /// Why this is no file of bytes; nil where it is one.
    var whyNoFile: String? {
        switch st_mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: String(cString: strerror(EISDIR))
        case S_IFIFO: "Is a pipe, and no file"
        default: "Is no regular file"
        }
    }
}

extension DiskError {
    /// Of the system call that has just failed.
    init(_ operation: String, failed file: String) {
        self.init(operation, file, Self.reason(errno, file))
    }

    /// What an error number means where it is a file that it is about: a link may be there that leads nowhere.
    static func reason(_ error: CInt, _ file: String) -> String {
        var status = stat()
        if error == ENOENT, lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
            return "Is a link to what is not there"
        }
        return String(cString: strerror(error))
    }
}
