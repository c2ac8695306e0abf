import Foundation
import Platform

/// Output for people.
enum Console {
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    static func say(_ line: String) {
        // Clears a line of progress.
        write((isTerminal ? "\r\u{1b}[K" : "") + Text.printable(line) + "\n", to: .standardOutput)
    }

    /// Prints a line that the next one replaces; only on a terminal.
    static func sayForNow(_ line: String) {
        guard isTerminal else { return }
        // A line that wraps could not be replaced. The last column stays free, where some terminals wrap already.
        write("\r\u{1b}[K\(Text.cut(line, (terminalColumns(STDOUT_FILENO) ?? 80) - 1))", to: .standardOutput)
    }

    static func complain(_ line: String) {
        write("mini-maelstrom: \(Text.printable(line))\n", to: .standardError)
    }

    /// Ignores write errors, so that a run continues and keeps its results.
    private static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data(text.utf8))
    }
}

/// The monotonic clock, in nanoseconds.
func monotonicNow() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
