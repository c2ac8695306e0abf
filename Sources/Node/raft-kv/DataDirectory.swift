import Consensus
import Glibc
import KeyValue
import Storage

/// Where members keep what a restart must not lose: `DIR/<node id>`, so that several may share DIR.
enum DataDirectory {
    /// What stands for a disk that does not do what it is asked, in sysexits.h.
    static let diskFailed: Int32 = 74
    /// What stands for data that are not as they were written, in sysexits.h.
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
            disk = try PosixDisk("\(path)/\(MemberDirectory.path(of: id))")
        } catch {
            throw .disk(error)
        }
        return try MemberStorage.open(on: disk, node: id, initialVoters: initialVoters)
    }

    // MARK: - Inspecting

    /// Prints what the data directory at `path` holds, be it DIR or DIR/<node id>, also beside a running node.
    /// - Returns: the exit code: 0, or `damaged`, or `diskFailed`.
    static func inspect(_ path: String) -> Int32 {
        do {
            let codes = try inspectAll(path)
            guard !codes.isEmpty else { return fail("\(path) holds no member's data", diskFailed) }
            return codes.first { $0 != 0 } ?? 0
        } catch {
            return fail("\(error)", diskFailed)
        }
    }

    /// - Returns: an exit code for each member whose directory is at `path` or in it.
    private static func inspectAll(_ path: String) throws(DiskError) -> [Int32] {
        let disk = try ReadOnlyDisk(path: path)
        if disk.isOfMember { return [inspect(disk, path)] }
        var codes: [Int32] = []
        for name in disk.directories {
            let below = "\(path)/\(name)"
            if name.hasSuffix(MemberDirectory.continuation) {
                codes += try inspectAll(below)
            } else if access("\(below)/lock", F_OK) == 0 {
                let disk = try ReadOnlyDisk(path: below)
                if disk.isOfMember { codes.append(inspect(disk, below)) }
            }
        }
        return codes
    }

    private static func inspect(_ disk: ReadOnlyDisk, _ path: String) -> Int32 {
        do {
            var disk = disk
            let files = try StoredFiles.read(on: &disk)
            let state = files?.state ?? StoredState()
            let members = Membership.latest(in: state)
            let snapshot = state.snapshot.map { "up to index \($0.position.index), term \($0.position.term)" }
            let isEmpty = state.log.lastIndex < state.log.firstIndex
            print(
                """
                \(files?.node ?? "\(path), where nothing is stored yet")
                  term        \(state.hardState.term)
                  voted for   \(state.hardState.votedFor ?? "nobody")
                  snapshot    \(snapshot ?? "none")
                  members     \(members?.words ?? "as given at the start")
                  log         \(isEmpty ? "empty" : "index \(state.log.firstIndex) to \(state.log.lastIndex)")
                  checksums   right
                """)
            if let torn = files?.tornTail { print("  torn tail   \(torn)") }
            return 0
        } catch {
            return fail("\(path): \(error)", exitCode(error))
        }
    }

    private static func fail(_ text: String, _ code: Int32) -> Int32 {
        _ = Descriptor.standardError.write(Array("raft-kv: \(text)\n".utf8))
        return code
    }
}

extension Membership {
    /// The membership in force at the end of what is stored; nil where nothing there says.
    fileprivate static func latest(in state: StoredState) -> Membership? {
        for index in (state.log.firstIndex..<(state.log.lastIndex + 1)).reversed() {
            if case .membership(let membership) = state.log[index].payload { return membership }
        }
        return state.membership ?? state.initialVoters.map { Membership(voters: $0) }
    }
}
