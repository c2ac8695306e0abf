import Platform

/// Splits the bytes of a descriptor into lines. Each byte is examined once, and moved only when the buffer is full, so
/// a line costs time in proportion to its length.
final class LineReader {
    enum ReadResult {
        case lines
        case end
        case failed(errno: Int32)
    }

    /// The default capacity of a pipe, so that one read empties it.
    private static let readSize = 1 << 20

    private let source: Descriptor
    private var buffer: UnsafeMutableRawBufferPointer
    /// Where the first line that was not handed out begins.
    private var start = 0
    /// Up to where there is no newline after `start`.
    private var searched = 0
    /// Where what was read ends.
    private var end = 0

    init(_ source: Descriptor) {
        self.source = source
        buffer = .allocate(byteCount: 2 * Self.readSize, alignment: 1)
    }

    deinit {
        buffer.deallocate()
    }

    /// Reads once, which makes lines handed out before invalid.
    func fill() -> ReadResult {
        makeRoom()
        let count = source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        if count < 0 { return .failed(errno: errno) }
        end += count
        return count == 0 ? .end : .lines
    }

    /// The next whole line, without its newline.
    func next() -> UnsafeRawBufferPointer? {
        guard let base = buffer.baseAddress, let newline = memchr(base + searched, 10, end - searched) else {
            searched = end
            return nil
        }
        let slot = newline - UnsafeMutableRawPointer(base)
        defer {
            start = slot + 1
            searched = start
        }
        return UnsafeRawBufferPointer(rebasing: buffer[start..<slot])
    }

    /// What follows the last newline.
    func rest() -> UnsafeRawBufferPointer? {
        guard start < end else { return nil }
        defer { start = end }
        return UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    }

    private func makeRoom() {
        if start == end {
            (start, searched, end) = (0, 0, 0)
            // One huge line is no reason to keep a huge buffer.
            if buffer.count > 16 * Self.readSize { replaceBuffer(2 * Self.readSize) }
        }
        guard buffer.count - end < Self.readSize else { return }
        if start >= end - start {
            let held = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
            buffer.copyMemory(from: held)
            (start, searched, end) = (0, searched - start, end - start)
        } else {
            replaceBuffer(2 * buffer.count)
        }
    }

    private func replaceBuffer(_ size: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
        buffer.deallocate()
        buffer = larger
    }
}
