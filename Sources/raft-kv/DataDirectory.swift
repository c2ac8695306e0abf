import FoundationEssentials
import Glibc
import KeyValue
import Raft
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
        _ path: String, id: NodeID, founders: [NodeID]
    ) throws(StorageError) -> (storage: MemberStorage<PosixDisk>, found: MemberStorage<PosixDisk>.Found) {
        let disk: PosixDisk
        do {
            disk = try PosixDisk(name(of: id), in: path)
        } catch {
            throw .disk(error)
        }
        return try MemberStorage.open(on: disk, node: id, founders: founders)
    }

    /// The id as a file name: as it is, unless it could lead elsewhere.
    private static func name(of id: NodeID) -> String {
        let name = id.replacing("%", with: "%25").replacing("/", with: "%2F").replacing("\0", with: "%00")
        return switch name {
        case ".": "%2E"
        case "..": "%2E%2E"
        default: name
        }
    }

    private static func id(of name: String) -> NodeID {
        name.replacing("%2E", with: ".").replacing("%00", with: "\0").replacing("%2F", with: "/")
            .replacing("%25", with: "%")
    }

    // MARK: - Inspecting

    /// Prints what the data directory at `path` holds, be it DIR or DIR/<node id>, also beside a running node.
    /// - Returns: the exit code: 0, or `damaged`, or `diskFailed`.
    static func inspect(_ path: String) -> Int32 {
        do {
            let names = try ReadOnlyDisk(path: path).list().sorted()
            if names.contains("lock") {
                let trimmed = path.last == "/" ? String(path.dropLast()) : path
                return inspect(path, id: id(of: trimmed.split(separator: "/").last.map(String.init) ?? path))
            }
            let members = names.filter { access("\(path)/\($0)/lock", F_OK) == 0 }
            guard !members.isEmpty else { return fail("\(path) holds no member's data", diskFailed) }
            return members.map { inspect("\(path)/\($0)", id: id(of: $0)) }.max { $0 == 0 && $1 != 0 } ?? 0
        } catch {
            return fail("\(error)", diskFailed)
        }
    }

    private static func inspect(_ path: String, id: NodeID) -> Int32 {
        do {
            let found = try MemberStorage.open(on: ReadOnlyDisk(path: path), node: id, founders: []).found
            let state = found.state
            let members = Membership.latest(in: state)
            let snapshot = state.snapshot.map { "up to index \($0.position.index), term \($0.position.term)" }
            let isEmpty = state.log.lastIndex < state.log.firstIndex
            print(
                """
                \(id)
                  term        \(state.hardState.term)
                  voted for   \(state.hardState.votedFor ?? "nobody")
                  snapshot    \(snapshot ?? "none")
                  members     \(members?.words ?? "as given at the start")
                  log         \(isEmpty ? "empty" : "index \(state.log.firstIndex) to \(state.log.lastIndex)")
                  checksums   right
                """)
            if let torn = found.tornTail { print("  torn tail   \(torn)") }
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
        return state.membership ?? state.founders.map { Membership(voters: $0) }
    }
}
