import Glibc

/// Splits what comes from a descriptor into lines. Each byte is looked at once, and moved only when the room
/// ends, so a line of any length takes time in proportion.
final class LineReader {
    enum ReadResult {
        case lines
        case end
        case failed(errno: Int32)
    }

    /// A pipe holds no more than this, unless somebody with special rights says so: one read empties it.
    private static let readSize = 1 << 20

    private let source: Descriptor
    private var room: UnsafeMutableRawBufferPointer
    /// Where the first line that was not handed out begins.
    private var start = 0
    /// Up to where there is no newline after `start`.
    private var searched = 0
    /// Where what was read ends.
    private var end = 0

    init(_ source: Descriptor) {
        self.source = source
        room = .allocate(byteCount: 2 * Self.readSize, alignment: 1)
    }

    deinit {
        room.deallocate()
    }

    /// Reads once, which makes lines handed out before invalid.
    func fill() -> ReadResult {
        makeRoom()
        let count = source.read(into: UnsafeMutableRawBufferPointer(rebasing: room[end...]))
        if count < 0 { return .failed(errno: errno) }
        end += count
        return count == 0 ? .end : .lines
    }

    /// The next whole line, without its newline.
    func next() -> UnsafeRawBufferPointer? {
        guard let base = room.baseAddress, let newline = memchr(base + searched, 10, end - searched) else {
            searched = end
            return nil
        }
        let slot = newline - UnsafeMutableRawPointer(base)
        defer {
            start = slot + 1
            searched = start
        }
        return UnsafeRawBufferPointer(rebasing: room[start..<slot])
    }

    /// What follows the last newline.
    func rest() -> UnsafeRawBufferPointer? {
        guard start < end else { return nil }
        defer { start = end }
        return UnsafeRawBufferPointer(rebasing: room[start..<end])
    }

    private func makeRoom() {
        if start == end {
            (start, searched, end) = (0, 0, 0)
            // One huge line is no reason to hold its room for good.
            if room.count > 16 * Self.readSize { replaceRoom(2 * Self.readSize) }
        }
        guard room.count - end < Self.readSize else { return }
        if start >= end - start {
            let held = UnsafeRawBufferPointer(rebasing: room[start..<end])
            room.copyMemory(from: held)
            (start, searched, end) = (0, searched - start, end - start)
        } else {
            replaceRoom(2 * room.count)
        }
    }

    private func replaceRoom(_ size: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<end]))
        room.deallocate()
        room = larger
    }
}
