import Foundation
import Platform
import Synchronization

/// Output for people.
enum Console {
    /// The first error of a write to stdout, as on a full disk or in a pipe that nobody reads; 0 without one. A run goes on
    /// all the same, and keeps its results; the exit code tells.
    private static let writeError = Mutex<Int32>(0)

    static let isTerminal = isatty(STDOUT_FILENO) == 1

    static func say(_ line: String) {
        // Clears a line of progress.
        print((isTerminal ? "\r\u{1b}[K" : "") + Text.printable(line) + "\n")
    }

    /// Prints a line that the next one replaces; only on a terminal.
    static func sayForNow(_ line: String) {
        guard isTerminal else { return }
        // A line that wraps could not be replaced. The last column stays free, where some terminals wrap already.
        print("\r\u{1b}[K\(Text.cut(line, (terminalColumns(STDOUT_FILENO) ?? 80) - 1))")
    }

    static func complain(_ line: String) {
        _ = write("mini-maelstrom: \(Text.printable(line))\n", to: STDERR_FILENO)
    }

    /// Why stdout could not be written; nil if it could.
    static var problem: String? {
        let error = writeError.withLock { $0 }
        return error == 0 ? nil : "cannot write to stdout: \(String(cString: strerror(error)))"
    }

    private static func print(_ text: String) {
        let error = write(text, to: STDOUT_FILENO)
        if error != 0 { writeError.withLock { $0 = $0 == 0 ? error : $0 } }
    }

    /// - Returns: 0 or an error number.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Platform.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}

/// The monotonic clock, in nanoseconds.
func monotonicNow() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
