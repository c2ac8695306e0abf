import FoundationEssentials
import Glibc
import Storage

/// A directory that is looked at and never changed: what recovery would write is left out.
struct ReadOnlyDisk: Disk {
    let path: String

    func list() throws(DiskError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw DiskError("list", failed: path)
        }
    }

    func read(_ name: String) throws(DiskError) -> [UInt8] {
        let file = "\(path)/\(name)"
        guard let data = FileManager.default.contents(atPath: file) else {
            throw DiskError("read", failed: file)
        }
        return Array(data)
    }

    func create(_ name: String) {}
    func append(_ bytes: [UInt8], to name: String) {}
    func truncate(_ name: String, to size: Int) {}
    func rename(_ name: String, to newName: String) {}
    func remove(_ name: String) {}
    func sync(_ name: String) {}
    func syncDirectory() {}
}

extension DiskError {
    /// Of the system call that has just failed.
    init(_ operation: String, failed file: String) {
        self.init(operation, file, String(cString: strerror(errno)))
    }
}
