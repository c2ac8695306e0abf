import Consensus
import Dispatch
import Glibc

/// The log on stderr. Lines are buffered, and written at once at the end of a turn.
struct Logger: Sendable {
    private let filter: LogFilter
    private var lines: [UInt8] = []
    /// The node's id, once that is known, and its term: the beginning of every line.
    var id: NodeID?
    var term: Term = 0

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
        let grave = level <= .warning ? "\(level.rawValue): " : ""
        lines.append(contentsOf: "\(Self.timeOfDay()) \(prefix)\(category.rawValue): \(grave)".utf8)
        for byte in text().utf8 {
            // What others wrote must not look like lines of this node, nor move a terminal's cursor.
            lines.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: "?") : byte)
        }
        lines.append(UInt8(ascii: "\n"))
    }

    /// Writes the buffered lines. An error is ignored: where stderr is closed, nobody reads the log.
    mutating func flush() {
        if lines.isEmpty { return }
        _ = Descriptor.standardError.write(lines)
        lines.removeAll(keepingCapacity: lines.capacity < 1 << 20)
    }

    /// UTC, so that the logs of several nodes can be compared.
    private static func timeOfDay() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: count - text.count) + text
        }
        let second = time.tv_sec % 86_400
        return digits(second / 3600, 2) + ":" + digits(second / 60 % 60, 2) + ":" + digits(second % 60, 2)
            + "." + digits(time.tv_nsec / 1_000_000, 3)
    }
}
