import Platform
import Synchronization

/// A file descriptor, and what the node does with one.
struct Descriptor: Sendable {
    static let standardInput = Descriptor(number: STDIN_FILENO)
    static let standardOutput = Descriptor(number: STDOUT_FILENO)
    static let standardError = Descriptor(number: STDERR_FILENO)

    let number: Int32

    /// Opens the standard descriptors that are closed, so that no file or socket gets their numbers: stdin is at its
    /// end then, and writes fail as they do on a closed descriptor.
    static func reserveStandardDescriptors() {
        for number in 0...2 where fcntl(Int32(number), F_GETFD) < 0 { _ = open("/dev/null", O_RDONLY) }
    }

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
        // Whoever reads or writes next hears of an error.
        return uninterrupted { poll(&request, 1, timeout) } != 0
    }

    /// Reads once, as much as there is and fits.
    /// - Returns: how many bytes; 0 at the end, and -1 after an error, which `errno` names.
    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = uninterrupted { systemRead(number, room.baseAddress, room.count) }
            if count >= 0 || errno != EAGAIN { return count }
            _ = wait(for: Int16(POLLIN), timeout: -1)
        }
    }

    /// About what a pipe takes at once. More is written in pieces, so that progress shows whether somebody reads.
    private static let pieceSize = 1 << 16
    private static let pieces = Atomic(0)
    private static let writers = Atomic(0)

    /// What a `ReaderWatch` is to see of stdout; for stderr nobody waits long.
    static var sightOfOutput: ReaderWatch.Sight {
        ReaderWatch.Sight(
            isBlocked: writers.load(ordering: .relaxed) > 0 && !standardOutput.hasRoom,
            piecesWritten: pieces.load(ordering: .relaxed),
            unread: standardOutput.unread)
    }

    /// Whether it takes something now, or fails at once.
    var hasRoom: Bool { wait(for: Int16(POLLOUT), timeout: 0) }

    /// The bytes that wait to be read; 0 where that cannot be known.
    private var unread: Int { bytesToRead(from: number) }

    /// Writes as much as is taken without a wait of more than `timeout` milliseconds.
    /// - Returns: how many bytes; all of them after an error, for which nothing more can be done.
    func write(_ bytes: [UInt8], waiting timeout: Int32) -> Int {
        bytes.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count, wait(for: Int16(POLLOUT), timeout: timeout) {
                // A pipe with room takes so much at once.
                let piece = UnsafeRawBufferPointer(rebasing: bytes[written...].prefix(atomicPipeSize))
                let count = systemWrite(number, piece.baseAddress, piece.count)
                if count < 0, errno != EINTR, errno != EAGAIN { return bytes.count }
                written += max(count, 0)
            }
            return written
        }
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
                let count = uninterrupted { systemWrite(number, start, min(rest.count, Self.pieceSize)) }
                if count >= 0 {
                    Self.pieces.add(1, ordering: .relaxed)
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    _ = wait(for: Int16(POLLOUT), timeout: -1)
                } else {
                    return errno
                }
            }
            return 0
        }
    }
}
