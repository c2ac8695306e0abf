import Foundation
import Platform

/// The folder of a run's results: `maelstrom-runs/store/<name>-<time>/`.
struct Store: Sendable {
    /// The folder of all runs.
    static let base = "\(RunFile.folder)/store"

    /// The run's folder, relative to the current directory.
    let folder: String

    /// Creates the folder of a run that starts now, and points `latest` to it.
    /// - Throws: `SystemError`.
    init(name: String) throws {
        let base = Store.base
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyyMMdd'T'HHmmss.SSS"
        let run = "\(name)-\(format.string(from: Date()))"
        folder = "\(base)/\(run)"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(atPath: "\(base)/latest")
            try FileManager.default.createSymbolicLink(atPath: "\(base)/latest", withDestinationPath: run)
        } catch {
            throw SystemError(
                description: "cannot make \(folder) for the results (\(error.localizedDescription)): "
                    + "run this where \(RunFile.folder)/store can be written")
        }
    }

    func path(_ file: String) -> String { "\(folder)/\(file)" }

    /// The path of a node's log, its stderr.
    func log(of node: String) -> String { path("\(node).log") }

    /// Writes a file as a whole or not at all.
    /// - Throws: `SystemError`.
    func write(_ text: [UInt8], to file: String) throws {
        let part = path("\(file).part")
        do {
            try Data(text).write(to: URL(fileURLWithPath: part))
            guard rename(part, path(file)) == 0 else {
                throw SystemError(description: String(cString: strerror(errno)))
            }
        } catch {
            unlink(part)
            let why = (error as? SystemError)?.description ?? error.localizedDescription
            throw SystemError(description: "cannot write \(path(file)): \(why)")
        }
    }

    /// The first bytes of a node's log, and whether they are all.
    func firstBytes(_ count: Int, ofLog node: String) -> (text: String, isWhole: Bool) {
        guard let handle = FileHandle(forReadingAtPath: log(of: node)),
            let data = try? handle.read(upToCount: count + 1)
        else { return ("", true) }
        return (String(decoding: data.prefix(count), as: UTF8.self), data.count <= count)
    }

    /// The last lines of a node's log.
    func lastLines(_ count: Int, ofLog node: String) -> [String] {
        guard let handle = FileHandle(forReadingAtPath: log(of: node)), let size = try? handle.seekToEnd()
        else {
            return []
        }
        try? handle.seek(toOffset: size - min(size, 16_384))
        guard let data = try? handle.readToEnd() else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(count).map(String.init)
    }
}

extension FileManager {
    /// Whether there is a regular file at a path.
    func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}
