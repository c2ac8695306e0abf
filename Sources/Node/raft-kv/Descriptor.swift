import Glibc
import Synchronization

/// A file descriptor, and what the node does with one.
struct Descriptor: Sendable {
    static let standardInput = Descriptor(number: STDIN_FILENO)
    static let standardOutput = Descriptor(number: STDOUT_FILENO)
    static let standardError = Descriptor(number: STDERR_FILENO)

    let number: Int32

    /// Waits until there is something to read, or the end, for `timeout` milliseconds at most; -1 is for ever.
    /// - Returns: whether there is.
    func hasInput(timeout: Int32) -> Bool {
        wait(for: Int16(POLLIN), timeout: timeout)
    }

    /// Waits until nobody can write to this pipe or terminal any more, whether or not everything was read. Never
    /// returns for a file.
    func awaitHangup() {
        while !wait(for: 0, timeout: -1) {}
    }

    private func wait(for events: Int16, timeout: Int32) -> Bool {
        var request = pollfd(fd: number, events: events, revents: 0)
        while true {
            let count = poll(&request, 1, timeout)
            if count >= 0 { return count > 0 }
            if errno != EINTR { return true }
        }
    }

    /// Reads once, as much as there is and fits.
    /// - Returns: how many bytes; 0 at the end, and -1 after an error, which `errno` names.
    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = Glibc.read(number, room.baseAddress, room.count)
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN: _ = wait(for: Int16(POLLIN), timeout: -1)
            default: return -1
            }
        }
    }

    /// About what a pipe takes at once. More is written in pieces, so that progress shows whether somebody reads.
    private static let pieceSize = 1 << 16
    private static let pieces = Atomic(0)
    private static let writers = Atomic(0)

    /// What a `ReaderWatch` is to see of all output.
    static var sightOfOutput: ReaderWatch.Sight {
        let outputs = [standardOutput, standardError]
        return ReaderWatch.Sight(
            isBlocked: writers.load(ordering: .relaxed) > 0 && outputs.contains { !$0.hasRoom },
            piecesWritten: pieces.load(ordering: .relaxed),
            unread: outputs.reduce(0) { $0 + $1.unread })
    }

    /// Whether it takes something now, or fails at once.
    private var hasRoom: Bool { wait(for: Int16(POLLOUT), timeout: 0) }

    /// The bytes that wait to be read; 0 where that cannot be known.
    private var unread: Int {
        var count: Int32 = 0
        return ioctl(number, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    /// Writes everything, also where somebody has made the descriptor non-blocking.
    /// - Returns: 0, or the error number.
    func write(_ bytes: [UInt8]) -> Int32 {
        Self.writers.add(1, ordering: .relaxed)
        defer { Self.writers.subtract(1, ordering: .relaxed) }
        return bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress
                let count = Glibc.write(number, start, min(rest.count, Self.pieceSize))
                if count >= 0 {
                    Self.pieces.add(1, ordering: .relaxed)
                    rest = rest.dropFirst(count)
                    continue
                }
                switch errno {
                case EINTR: continue
                case EAGAIN: _ = wait(for: Int16(POLLOUT), timeout: -1)
                default: return errno
                }
            }
            return 0
        }
    }
}
