import Foundation

/// Follows the logs of nodes, to print them as they are written.
struct LogTail {
    /// The polling interval, in nanoseconds.
    static let interval: UInt64 = 100_000_000

    private let paths: [String]
    private var offsets: [UInt64]

    init(paths: [String]) {
        self.paths = paths
        offsets = Array(repeating: 0, count: paths.count)
    }

    /// The lines completed since the last call, each with its node.
    mutating func lines() -> [(node: Int, line: String)] {
        var lines: [(Int, String)] = []
        for (node, path) in paths.enumerated() {
            guard let handle = FileHandle(forReadingAtPath: path) else { continue }
            defer { try? handle.close() }
            // A log that was cut is shorter than before.
            let size = (try? handle.seekToEnd()) ?? 0
            offsets[node] = min(offsets[node], size)
            try? handle.seek(toOffset: offsets[node])
            guard let data = try? handle.readToEnd(), let end = data.lastIndex(of: UInt8(ascii: "\n")) else {
                continue
            }
            let whole = data[...end]
            offsets[node] += UInt64(whole.count)
            lines += whole.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .map { (node, String(decoding: $0, as: UTF8.self)) }
        }
        return lines
    }
}
