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
            throw DiskError("list", path, error)
        }
    }

    func read(_ name: String) throws(DiskError) -> [UInt8] {
        let file = "\(path)/\(name)"
        do {
            return Array(try Data(contentsOf: URL(filePath: file)))
        } catch {
            throw DiskError("read", file, error)
        }
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

    /// What Foundation says, in the words of the system where it was one of its calls.
    fileprivate init(_ operation: String, _ file: String, _ error: any Error) {
        let cause = (error as? CocoaError)?.underlying as? POSIXError
        self.init(operation, file, cause.map { String(cString: strerror($0.code.rawValue)) } ?? "\(error)")
    }
}
