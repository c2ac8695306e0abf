import Consensus
import KeyValue
import Storage

/// Where members keep what a restart must not lose: `DIR/<node id>`, so that several may share DIR.
enum DataDirectory {
    /// The exit code for a failed disk: EX_IOERR of sysexits.h.
    static let diskFailed: Int32 = 74
    /// The exit code for damaged data: EX_DATAERR of sysexits.h.
    static let damaged: Int32 = 65

    static func exitCode(_ error: StorageError) -> Int32 {
        switch error {
        case .disk: diskFailed
        case .damage: damaged
        }
    }

    /// Opens what is stored of member `id` in the data directory at `path`, or begins it.
    static func open(
        _ path: String, id: NodeID, initialVoters: [NodeID]
    ) throws(StorageError) -> (storage: MemberStorage<PosixDisk>, found: MemberStorage<PosixDisk>.Found) {
        let disk: PosixDisk
        do {
            disk = try PosixDisk(MemberDirectory.path(of: id, in: path))
        } catch {
            throw .disk(error)
        }
        return try MemberStorage.open(on: disk, node: id, initialVoters: initialVoters)
    }
}
