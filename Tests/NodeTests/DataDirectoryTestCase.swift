import Foundation
import XCTest

/// A test case with a data directory of its own, not created yet.
class DataDirectoryTestCase: XCTestCase {
    private(set) var directory = ""
    var options: [String] { ["--data-dir", directory] }
    /// The first file of n0's log.
    var log: String { "\(directory)/n0/log-000000000001" }

    override func setUpWithError() throws {
        directory = NSTemporaryDirectory() + "raft-kv-\(UUID().uuidString)"
    }

    override func tearDownWithError() throws {
        try? FileManager.default.removeItem(atPath: directory)
    }

    func write(_ value: Int, id: Int, to node: String = "n0") -> String {
        line(#"{"type":"write","msg_id":\#(id),"key":"x","value":\#(value)}"#, to: node)
    }

    let read = line(#"{"type":"read","msg_id":99,"key":"x"}"#)

    /// - Parameter path: the directory to inspect; the data directory by default.
    func inspect(_ path: String? = nil) throws -> (text: String, log: String, exit: Int32) {
        let node = try NodeProcess(["--inspect", path ?? directory])
        let exit = node.waitForEnd()
        var text = ""
        while let lines = node.takeLines() { text += lines.joined(separator: "\n") + "\n" }
        return (text, node.log, exit)
    }

    func make(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
}
