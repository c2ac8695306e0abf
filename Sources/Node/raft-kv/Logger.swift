import Consensus

/// The log on stderr. Lines are buffered, and written at once at the end of a turn.
///
/// A node must not wait for somebody to read its log: where the pipe stays full, lines are left out, and counted.
struct Logger: Sendable {
    /// How long a turn waits for a reader that is slow, in milliseconds: less than an election timeout.
    private static let longestWait: Int32 = 100

    private let filter: LogFilter
    private var lines: [UInt8] = []
    /// How many of the bytes in `lines` are the rest of a line that was written in part.
    private var rest = 0
    /// How many lines were left out since the last one that was written.
    private var leftOut = 0
    /// The node's id, once that is known, and its term: the beginning of every line.
    var id: NodeID?
    var term: Term = 0
    /// Its role, as a line told it last, and whether it is a voter.
    var role = "follower"
    var isVoter = true

    init(_ filter: LogFilter) {
        self.filter = filter
    }

    func admits(_ level: LogLevel, _ category: LogCategory) -> Bool {
        filter.admits(level, category)
    }

    /// - Parameter text: evaluated only where the line is wanted.
    mutating func log(_ level: LogLevel, _ category: LogCategory, _ text: @autoclosure () -> String) {
        guard filter.admits(level, category) else { return }
        let prefix = id.map { "\($0) t\(term) " } ?? ""
        let grave = level <= .warning ? "\(level): " : ""
        lines.append(contentsOf: "\(Self.timeOfDay) \(prefix)\(category.rawValue): \(grave)".utf8)
        for byte in text().utf8 {
            // What others wrote must not look like lines of this node, nor move a terminal's cursor.
            lines.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: "?") : byte)
        }
        lines.append(UInt8(ascii: "\n"))
    }

    /// Writes the buffered lines. An error is ignored: where stderr is closed, nobody reads the log.
    mutating func flush() {
        if lines.isEmpty { return }
        if leftOut > 0 {
            guard Descriptor.standardError.hasRoom else { return leaveOut() }
            let note =
                "\(Self.timeOfDay) node: warning: left out \(leftOut) lines, because nobody read stderr\n"
            lines.insert(contentsOf: note.utf8, at: rest)
            leftOut = 0
        }
        let written = Descriptor.standardError.write(lines, waiting: Self.longestWait)
        if written == lines.count {
            rest = 0
            return lines.removeAll(keepingCapacity: lines.capacity < 1 << 20)
        }
        let isCut = written == 0 ? rest > 0 : lines[written - 1] != UInt8(ascii: "\n")
        let end = isCut ? lines[written...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } : written
        rest = (end ?? lines.count) - written
        lines.removeFirst(written)
        leaveOut()
    }

    /// Drops the buffered lines, but for the rest of one.
    private mutating func leaveOut() {
        leftOut += lines[rest...].count { $0 == UInt8(ascii: "\n") }
        lines.removeSubrange(rest...)
    }

    /// UTC, so that the logs of several nodes can be compared.
    private static var timeOfDay: String {
        Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
    }
}
