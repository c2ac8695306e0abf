/// A directory of flat files, read-only.
package protocol ReadableDisk {
    /// The names of the files, in any order.
    mutating func list() throws(DiskError) -> [String]
    mutating func read(_ name: String) throws(DiskError) -> [UInt8]
}

/// A directory of flat files, with what durable storage needs of it. The node implements it with POSIX calls, the
/// simulation with bytes that a crash may take away.
///
/// The bytes of a file are durable after `sync(_:)`, its name and its removal after `syncDirectory()`. After a failed
/// sync the bytes may never become durable, although they can be read back and the next sync succeeds: the kernel
/// marks pages as clean even if it could not write them. Only writing the bytes again helps.
package protocol Disk: ReadableDisk, Sendable {
    /// Makes an empty file, or empties the one of that name.
    mutating func create(_ name: String) throws(DiskError)
    mutating func append(_ bytes: [UInt8], to name: String) throws(DiskError)
    /// Replaces a file of the new name, in one step.
    mutating func rename(_ name: String, to newName: String) throws(DiskError)
    mutating func remove(_ name: String) throws(DiskError)
    mutating func sync(_ name: String) throws(DiskError)
    mutating func syncDirectory() throws(DiskError)
}

/// The disk refused or failed: full, read-only, broken. Nothing that it was to make durable may be acknowledged, and
/// nothing is tried again.
package struct DiskError: Error, Hashable, CustomStringConvertible {
    package var operation: String
    package var file: String
    package var reason: String

    package init(_ operation: String, _ file: String, _ reason: String) {
        self.operation = operation
        self.file = file
        self.reason = reason
    }

    package var description: String { "cannot \(operation) \(file): \(reason)" }
}

/// The files do not hold what was written. What is missing is unknown, so the member must not start.
package struct Damage: Error, Hashable, CustomStringConvertible {
    package var file: String
    /// In bytes from the beginning of the file; nil where the file itself is missing.
    package var offset: Int?
    package var reason: String

    init(_ file: String, at offset: Int?, _ reason: String) {
        self.file = file
        self.offset = offset
        self.reason = reason
    }

    static func missing(_ file: String, _ reason: String) -> Damage {
        Damage(file, at: nil, reason)
    }

    package var description: String {
        if let offset {
            "\(file) is damaged at byte \(offset): \(reason)"
        } else {
            "\(file) is missing: \(reason)"
        }
    }
}

/// The end of a write that a crash cut short. It was never acknowledged.
package struct TornTail: Hashable, CustomStringConvertible, Sendable {
    package var file: String
    /// In bytes from the beginning of the file.
    package var offset: Int
    /// In bytes.
    package var size: Int

    package var description: String {
        "the last \(size) bytes of \(file), from byte \(offset) on, are part of a write that was cut short"
    }
}

extension Int {
    /// With leading zeros, so that names sort by the numbers in them.
    func padded(to digits: Int) -> String {
        let text = String(self)
        return String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
    }
}
