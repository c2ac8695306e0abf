import Glibc
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
        /// The error number where it cannot be opened.
        let descriptor: Result<CInt, ErrorNumber>
        var status = stat()
    }

    private struct ErrorNumber: Error {
        let value: CInt
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
            let descriptor = Glibc.open("\(path)/\(name)", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor < 0 {
                if errno == ENOENT { return false }
                files[name] = OpenFile(descriptor: .failure(ErrorNumber(value: errno)))
                continue
            }
            var file = OpenFile(descriptor: .success(descriptor))
            fstat(descriptor, &file.status)
            files[name] = file
        }
        return true
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
            if case .success(let descriptor) = file.descriptor { _ = Glibc.close(descriptor) }
        }
        files = [:]
    }

    // MARK: - ReadableDisk

    func list() throws(DiskError) -> [String] { Array(files.keys) }

    func read(_ name: String) throws(DiskError) -> [UInt8] {
        guard let file = files[name] else {
            throw DiskError("read", "\(path)/\(name)", "there is no such file")
        }
        switch file.descriptor {
        case .success(let descriptor):
            return try PosixDisk.read(descriptor, size: Int(file.status.st_size), name: "\(path)/\(name)")
        case .failure(let error):
            throw DiskError("read", "\(path)/\(name)", String(cString: strerror(error.value)))
        }
    }

    /// Whether the directory is that of one member.
    var isOfMember: Bool {
        files["lock"].map { $0.status.st_mode & S_IFMT == S_IFREG } ?? false
    }

    /// The names of the directories in it.
    var directories: [String] {
        files.filter { $0.value.status.st_mode & S_IFMT == S_IFDIR }.keys.sorted()
    }
}
