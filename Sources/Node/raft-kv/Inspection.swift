import Consensus
import KeyValue
import Platform
import Storage

/// Prints what a data directory holds, be it DIR or DIR/<node id>, also beside a running node, and changes nothing.
enum Inspection {
    /// - Returns: the exit code: 0, EX_DATAERR or EX_IOERR of sysexits.h, the first that is not 0.
    static func run(_ path: String) -> Int32 {
        var status = stat()
        if lstat(path, &status) != 0, errno == ENOENT {
            print("\(path) is not there: a node that starts on it begins anew")
            return 0
        }
        do {
            let disk = try ReadOnlyDisk(path: path)
            if disk.isOfMember { return inspect(disk, path, isOf: { isCalled($0, path) }) }
            let codes = inspectMembers(disk, path, named: "")
            if codes.isEmpty { print("\(path) holds no member's data: a node that starts on it begins anew") }
            return codes.first { $0 != 0 } ?? 0
        } catch {
            return fail("\(error)", EX_IOERR)
        }
    }

    /// - Parameter start: what the names of the directories above say of the ids.
    /// - Returns: an exit code for each member whose directory is below `path`.
    private static func inspectMembers(_ disk: ReadOnlyDisk, _ path: String, named start: String) -> [Int32] {
        var codes: [Int32] = []
        for name in disk.directories where name != "lost+found" {
            let (below, member) = ("\(path)/\(name)", start + name)
            do {
                let disk = try ReadOnlyDisk(path: below)
                if name.hasSuffix(MemberDirectory.continuation) {
                    codes += inspectMembers(disk, below, named: member + "/")
                } else if disk.isOfMember {
                    codes.append(inspect(disk, below, isOf: { MemberDirectory.path(of: $0) == member }))
                } else if disk.isEmpty {
                    print("\(below) is empty: a node that starts on it begins anew")
                    codes.append(0)
                }
            } catch {
                codes.append(fail("\(error)", EX_IOERR))
            }
        }
        return codes
    }

    /// Whether the directory at `path` is called as that of `id` is.
    private static func isCalled(_ id: NodeID, _ path: String) -> Bool {
        var names = path.split(separator: "/")
        let last = names.last.map(String.init) ?? "."
        // The last name is that which was given, also where it is a link; those above may be links as well.
        var slot = path
        if last != ".", last != ".." {
            names.removeLast()
            slot = (path.hasPrefix("/") ? "/" : "./") + names.joined(separator: "/")
        }
        guard let resolved = realpath(slot, nil) else { return false }
        defer { free(resolved) }
        let above = String(cString: resolved)
        return (slot == path ? above : "\(above)/\(last)").hasSuffix("/" + MemberDirectory.path(of: id))
    }

    private static func inspect(_ disk: ReadOnlyDisk, _ path: String, isOf: (NodeID) -> Bool) -> Int32 {
        do {
            var disk = disk
            guard let files = try StoredFiles.read(on: &disk) else {
                print("\(path) holds nothing yet: a node that starts on it begins anew")
                return 0
            }
            guard isOf(files.node) else {
                let name = MemberDirectory.path(of: files.node)
                return fail(
                    "\(path): its files belong to \(files.node), whose directory is called \(name)",
                    EX_DATAERR)
            }
            tell(files)
            return 0
        } catch {
            return fail("\(path): \(error)", MemberDirectory.exitCode(error))
        }
    }

    private static func tell(_ files: StoredFiles) {
        let state = files.state
        let members = Membership.latest(in: state)
        let snapshot = state.snapshot.map { "up to index \($0.position.index), term \($0.position.term)" }
        let isEmpty = state.log.lastIndex < state.log.firstIndex
        print(
            """
            \(files.node)
              term        \(state.hardState.term)
              voted for   \(state.hardState.votedFor ?? "nobody")
              snapshot    \(snapshot ?? "none")
              members     \(members.map(words) ?? "as given at the start")
              log         \(isEmpty ? "empty" : "index \(state.log.firstIndex) to \(state.log.lastIndex)")
              checksums   right
            """)
        if let torn = files.tornTail { print("  torn tail   \(torn)") }
    }

    /// The ids, and not what the log says: that also names the request which asked for the change.
    private static func words(_ membership: Membership) -> String {
        let incoming = membership.incoming.joined(separator: " ")
        if !membership.isJoint { return incoming }
        return "\(membership.outgoing.joined(separator: " ")), becoming \(incoming)"
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
