import Foundation
import Platform

/// Bounds the logs of nodes, so that one that floods its stderr does not fill the disk. The beginning and the end of a
/// log stay, and a line between them says that something is missing.
struct LogLimit {
    /// The time between two looks, in nanoseconds.
    static let interval: UInt64 = 250_000_000
    /// The size at which a log is cut, in bytes.
    static let most = 256 << 20
    static let note = "\n[mini-maelstrom cut the log here: the node wrote too much]\n"

    /// Half of it stays.
    private let most: Int
    private let paths: [String]
    private var kept: [Int?]

    init(paths: [String], most: Int = LogLimit.most) {
        self.paths = paths
        self.most = most
        kept = Array(repeating: nil, count: paths.count)
    }

    /// Cuts the logs that are too long. Their nodes append to them, and so write on where they are cut.
    /// - Returns: the nodes whose logs were cut for the first time.
    mutating func apply() -> [Int] {
        var cut: [Int] = []
        for (node, path) in paths.enumerated() {
            var status = stat()
            guard stat(path, &status) == 0, status.st_size > most else { continue }
            if let kept = kept[node] {
                truncate(path, off_t(kept))
                continue
            }
            truncate(path, off_t(most / 2))
            kept[node] = most / 2 + LogLimit.note.utf8.count
            cut.append(node)
            guard let file = FileHandle(forWritingAtPath: path) else { continue }
            _ = try? file.seekToEnd()
            try? file.write(contentsOf: Data(LogLimit.note.utf8))
            try? file.close()
        }
        return cut
    }
}
