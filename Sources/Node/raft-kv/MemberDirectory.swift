import Consensus
import Platform
import Storage

/// Which directory below the data directory is a member's: its id, where that is a plain name.
///
/// Every id has a name of its own, and none that the files in a member's directory have. All but ASCII's printing
/// characters is escaped as in URLs, and so are `%`, `/`, what would lead elsewhere, and the first letter of what
/// would be a name of the node's own. File names end at 255 bytes, so longer ones are directories within each other.
enum MemberDirectory {
    /// What ends the name of a directory that holds more of the name; no escaped id has it at its end.
    static let continuation = "%+"
    /// In bytes.
    private static let longestPart = 250
    /// The longest path of a member's directory, in bytes: Linux takes paths below 4,096 bytes, with the file's name.
    static let longestPath = 4_000

    /// The path of `id`, below the data directory.
    static func path(of id: NodeID) -> String {
        var rest = name(of: id)[...]
        var path = ""
        while rest.utf8.count > longestPart {
            path += "\(rest.prefix(longestPart))\(continuation)/"
            rest = rest.dropFirst(longestPart)
        }
        return path + rest
    }

    /// The path of `id`, in the data directory at `path`.
    static func path(of id: NodeID, in path: String) throws(DiskError) -> String {
        let directory = "\(path)/\(self.path(of: id))"
        let size = directory.utf8.count
        guard size <= longestPath else {
            throw DiskError(
                "make", "a directory for node \"\(id.prefix(40))…\" in \(path)",
                "its path takes \(size) bytes, and \(longestPath) are the most; take a shorter id or --data-dir"
            )
        }
        return directory
    }

    /// The exit code of sysexits.h where `error` tells why a member's files cannot be used.
    static func exitCode(_ error: any Error) -> Int32 { error is Damage ? EX_DATAERR : EX_IOERR }

    private static func name(of id: NodeID) -> String {
        if id.isEmpty { return "%" }
        // Bytes, for as characters `/` and a `/` with an accent are two.
        let name = id.utf8.map { isPlain($0) ? String(UnicodeScalar($0)) : escaped($0) }.joined()
        guard isOwn(name) || name.allSatisfy({ $0 == "." }) else { return name }
        return escaped(name.utf8.first ?? 0) + name.dropFirst()
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "%")
    }

    private static func escaped(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "%" + (digits.count == 1 ? "0" : "") + digits
    }

    /// Whether a file in a member's directory may be called so.
    private static func isOwn(_ name: String) -> Bool {
        name == "lock" || name == "manifest" || name.hasPrefix("log-") || name.hasPrefix("snapshot-")
            || name.hasSuffix(".part")
    }
}
