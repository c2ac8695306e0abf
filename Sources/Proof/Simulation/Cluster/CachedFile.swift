import Consensus

/// A file in the page cache, and what of it is on the disk. It only grows, unless a test damages it.
struct CachedFile: Sendable {
    /// The unit that is written whole or not at all, in bytes from the start of the file. Pages have the same size, so
    /// that small files have several.
    static let sectorSize = 512

    /// What a read returns.
    var bytes: [UInt8] = []
    /// The end of the bytes on the disk, except for the ranges in `lost`.
    private var durableEnd = 0
    /// The start of the dirty pages, which the next sync writes.
    private var dirtyFrom = 0
    /// Ranges that count as clean but are not on the disk, ascending.
    private var lost: [Range<Int>] = []

    mutating func append(_ new: ArraySlice<UInt8>) {
        guard !new.isEmpty else { return }
        // The page that the new bytes begin in becomes dirty as a whole.
        let page = bytes.count / Self.sectorSize * Self.sectorSize
        for slot in lost.indices.reversed() where lost[slot].upperBound > page {
            dirtyFrom = min(dirtyFrom, max(lost[slot].lowerBound, page))
            lost[slot] = lost[slot].clamped(to: 0..<page)
        }
        lost.removeAll(where: \.isEmpty)
        bytes += new
    }

    mutating func sync() {
        guard dirtyFrom < bytes.count else { return }
        dirtyFrom = bytes.count
        durableEnd = bytes.count
    }

    /// Marks the whole file as durable.
    mutating func settle() {
        dirtyFrom = bytes.count
        durableEnd = bytes.count
        lost = []
    }

    mutating func failSync() {
        guard dirtyFrom < bytes.count else { return }
        lost.append(dirtyFrom..<bytes.count)
        dirtyFrom = bytes.count
    }

    mutating func shorten(to size: Int) {
        guard size < bytes.count else { return }
        bytes.removeLast(bytes.count - size)
        durableEnd = min(durableEnd, size)
        dirtyFrom = min(dirtyFrom, size)
        lost = lost.map { $0.clamped(to: 0..<size) }.filter { !$0.isEmpty }
    }

    /// Of the dirty bytes, the disk has none, all, a prefix, or a prefix with some sectors missing.
    mutating func losePower(using generator: inout SeededGenerator) {
        guard durableEnd < bytes.count || !lost.isEmpty else { return }
        var end = durableEnd
        var unwritten = lost
        if dirtyFrom < bytes.count {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: break
            case 1: end = bytes.count
            case 2: end = max(end, Int.random(in: dirtyFrom...bytes.count, using: &generator))
            default:
                end = max(end, Int.random(in: dirtyFrom...bytes.count, using: &generator))
                unwritten += Self.sectors(of: dirtyFrom..<max(end, dirtyFrom)).filter { _ in
                    Int.random(in: 0..<4, using: &generator) == 0
                }
            }
        }
        bytes.removeLast(bytes.count - end)
        for range in unwritten {
            for slot in range.clamped(to: 0..<end) { bytes[slot] = 0 }
        }
        durableEnd = end
        dirtyFrom = end
        lost = []
    }

    private static func sectors(of range: Range<Int>) -> [Range<Int>] {
        var sectors: [Range<Int>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min((start / sectorSize + 1) * sectorSize, range.upperBound)
            sectors.append(start..<end)
            start = end
        }
        return sectors
    }
}
