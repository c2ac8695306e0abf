import Foundation

/// The file that `--bin` names, and what may be wrong with it.
struct NodeProgram {
    let path: String

    /// Why it cannot be started, in words that say how to mend it; nil if nothing is seen.
    var problem: String? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return "there is no such file; expected a program that runs a node"
        }
        guard !isFolder.boolValue else { return "this is a folder; expected a program that runs a node" }
        // The first line of a named pipe would never come.
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let type = try? FileManager.default.attributesOfItem(atPath: file)[.type] as? FileAttributeType
        guard type == .typeRegular else {
            return
                "this is no regular file, but a device, pipe or socket; expected a program that runs a node"
        }
        guard FileManager.default.isExecutableFile(atPath: path) else {
            return "this file is not executable; chmod +x makes it so"
        }
        return problemOfScript
    }

    /// What is wrong with the first line of a script.
    private var problemOfScript: String? {
        guard let start = FileHandle(forReadingAtPath: path).flatMap({ try? $0.read(upToCount: 512) }),
            start.starts(with: Array("#!".utf8))
        else { return nil }
        let line = start.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
        guard line.last != UInt8(ascii: "\r") else {
            return
                "the lines of this script end in CR LF, so that the system looks for an interpreter whose name ends "
                + "in CR; sed -i 's/\\r$//' mends it"
        }
        let words = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" }.map(String.init)
        guard let interpreter = words.first else {
            return "the first line of this script names no interpreter"
        }
        guard FileManager.default.isExecutableFile(atPath: interpreter) else {
            return "the interpreter of this script, \(interpreter), does not exist or is not executable"
        }
        guard interpreter.hasSuffix("/env"),
            let program = words.dropFirst().first(where: { !$0.hasPrefix("-") }),
            !program.contains("=")
        else { return nil }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let isThere = folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
        return isThere ? nil : "the interpreter of this script, \(program), is not on the path"
    }
}
