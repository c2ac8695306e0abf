import Platform
import Storage

/// A directory as it was at one moment, to be looked at, also where a node is at work in it.
///
/// All files are opened first, and then looked for again under their names: where each is still the one that was
/// opened, that is what the directory held at once. What is opened stays readable whatever becomes of its name, and
/// is read as far as it went then.
final class ReadOnlyDisk: ReadableDisk {
    /// For each change of a name a node waits for its disk, while to open what is there takes microseconds: to be too
    /// late so often is not chance.
    private static let attempts = 10_000

    private let path: String
    private var files: [String: OpenFile] = [:]

    private struct OpenFile {
        let descriptor: Result<CInt, DiskError>
        var status = stat()
    }

    init(path: String) throws(DiskError) {
        self.path = path
        for _ in 0..<Self.attempts {
            let names = try names()
            if open(names), try self.names() == names, isUnchanged() { return }
            close()
        }
        throw DiskError("list", path, "its files change faster than they can be opened")
    }

    deinit {
        close()
    }

    /// What is only being written has no name of its own yet.
    private func names() throws(DiskError) -> [String] {
        try PosixDisk.list(path).filter { !$0.hasSuffix(".part") }.sorted()
    }

    /// - Returns: false where one has gone meanwhile.
    private func open(_ names: [String]) -> Bool {
        for name in names {
            guard let file = open("\(path)/\(name)") else { return false }
            files[name] = file
        }
        return true
    }

    /// - Returns: nil where there is no file of that name.
    private func open(_ file: String) -> OpenFile? {
        var status = stat()
        guard lstat(file, &status) == 0 else { return errno == ENOENT ? nil : failure(file, status) }
        guard stat(file, &status) == 0 else { return failure(file, status) }
        // What is no file is not opened: that may do something.
        if let reason = status.whyNoFile {
            return OpenFile(descriptor: .failure(DiskError("read", file, reason)), status: status)
        }
        let descriptor = uninterrupted { systemOpen(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
        guard descriptor >= 0 else { return errno == ENOENT ? nil : failure(file, status) }
        fstat(descriptor, &status)
        return OpenFile(descriptor: .success(descriptor), status: status)
    }

    private func failure(_ file: String, _ status: stat) -> OpenFile {
        OpenFile(descriptor: .failure(DiskError("read", failed: file)), status: status)
    }

    private func isUnchanged() -> Bool {
        files.allSatisfy { name, file in
            guard case .success = file.descriptor else { return true }
            var now = stat()
            return stat("\(path)/\(name)", &now) == 0 && now.st_ino == file.status.st_ino
                && now.st_dev == file.status.st_dev
        }
    }

    private func close() {
        for file in files.values {
            if case .success(let descriptor) = file.descriptor { systemClose(descriptor) }
        }
        files = [:]
    }

    // MARK: - ReadableDisk

    func list() throws(DiskError) -> [String] { Array(files.keys) }

    func read(_ name: String) throws(DiskError) -> [UInt8] {
        let path = "\(path)/\(name)"
        guard let file = files[name] else { throw DiskError("read", path, "there is no such file") }
        return try PosixDisk.read(file.descriptor.get(), size: Int(file.status.st_size), name: path)
    }

    /// Whether the directory is that of one member: it has a file of which the name is no member's.
    var isOfMember: Bool {
        files.keys.contains { $0 == "lock" || StoredFiles.isName($0) }
    }

    var isEmpty: Bool { files.isEmpty }

    /// The names of the directories in it, and of links that lead nowhere, which may be one's.
    var directories: [String] {
        files.filter { [S_IFDIR, S_IFLNK].contains($0.value.status.st_mode & S_IFMT) }.keys.sorted()
    }
}
