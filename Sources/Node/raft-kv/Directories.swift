import Platform
import Storage

/// Makes directories so that a power cut does not take them.
enum Directories {
    /// Makes the directory at `path`, and those above it, where they are missing, and syncs each into the one above
    /// it before anything is made in it. The last one that is there already may be of a process that ended between
    /// the two, so that one is synced too.
    ///
    /// The one above is opened before anything is made in it: in what this user may not open, it has made nothing.
    ///
    /// - Parameter sync: as `fsync`.
    /// - Returns: how many syncs that took.
    static func make(_ path: String, sync: (CInt) -> CInt = syncFully) throws(DiskError) -> Int {
        var syncs = 0
        /// What the last one that is there was made in.
        var doubtful: String?
        for end in path.indices.dropFirst() + [path.endIndex] where end == path.endIndex || path[end] == "/" {
            let directory = String(path[..<end])
            if directory.hasSuffix("/") { continue }
            let slash = directory.lastIndex(of: "/")
            let parent = slash.map { $0 == directory.startIndex ? "/" : String(directory[..<$0]) } ?? "."
            if isThere(directory) {
                doubtful = parent
                continue
            }
            let opened = uninterrupted { open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
            guard opened >= 0 else { throw failure(directory, errno) }
            defer { close(opened) }
            if uninterrupted({ mkdir(directory, 0o755) }) != 0 {
                let error = errno
                // Another member has made it meanwhile, or there is something else of that name.
                guard error == EEXIST, isThere(directory) else { throw failure(directory, error) }
                doubtful = parent
                continue
            }
            if let above = doubtful { syncs += try syncMaybeMadeIn(above, sync) }
            doubtful = nil
            guard uninterrupted({ sync(opened) }) == 0 else { throw DiskError("sync", failed: parent) }
            syncs += 1
        }
        if let above = doubtful { syncs += try syncMaybeMadeIn(above, sync) }
        return syncs
    }

    private static func isThere(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Of a directory that could not be made.
    private static func failure(_ directory: String, _ error: CInt) -> DiskError {
        var status = stat()
        guard error == EEXIST else { return DiskError("make", directory, DiskError.reason(error, directory)) }
        let isElse = stat(directory, &status) == 0
        return DiskError("open", directory, DiskError.reason(isElse ? ENOTDIR : errno, directory))
    }

    /// Syncs a directory in which something may have been made.
    /// - Returns: how many syncs that took.
    private static func syncMaybeMadeIn(_ path: String, _ sync: (CInt) -> CInt) throws(DiskError) -> Int {
        let directory = uninterrupted { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        if directory < 0, errno == EACCES || errno == EPERM { return 0 }
        guard directory >= 0 else { throw DiskError("open", failed: path) }
        defer { close(directory) }
        if uninterrupted({ sync(directory) }) == 0 { return 1 }
        // A file system that knows no sync of directories, as one that is read only, and the data are on another.
        guard errno == EINVAL || errno == EROFS else { throw DiskError("sync", failed: path) }
        return 0
    }
}
