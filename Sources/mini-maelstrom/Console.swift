import Foundation
import Glibc

/// What people read.
enum Console {
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    static func say(_ line: String) {
        // A line of progress may stand there.
        FileHandle.standardOutput.write(Data((isTerminal ? "\r\u{1b}[K" : "").utf8) + Data("\(line)\n".utf8))
    }

    /// A line that the next one replaces; only on a terminal.
    static func sayForNow(_ line: String) {
        guard isTerminal else { return }
        FileHandle.standardOutput.write(Data("\r\u{1b}[K\(line)".utf8))
    }

    static func complain(_ line: String) {
        FileHandle.standardError.write(Data("mini-maelstrom: \(line)\n".utf8))
    }
}

/// The monotonic clock, in nanoseconds.
func monotonicNow() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
