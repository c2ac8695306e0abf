import Foundation
import XCTest

/// Data directories damaged by people, limits and other processes.
final class DirectoryFaultTests: DataDirectoryTestCase {
    private func expectDamage(_ what: String, _ harm: (_ path: String) throws -> Void, to file: String) throws
    {
        let saved = directory + "-saved"
        try FileManager.default.copyItem(atPath: directory, toPath: saved)
        try harm("\(directory)/n0/\(file)")
        for arguments in [options, ["--inspect", directory]] {
            let result = try session([initLine(["n0"]), read], arguments)
            XCTAssertEqual(result.exit, 65, "\(file) \(what)")
            XCTAssertEqual(result.output, [], "\(file) \(what)")
            XCTAssert(result.log.contains(file), "\(file) \(what): \(result.log)")
        }
        try FileManager.default.removeItem(atPath: directory)
        try FileManager.default.moveItem(atPath: saved, toPath: directory)
    }

    func testADirectoryWithMissingOrShortFilesIsRefused() throws {
        _ = try session(
            [initLine(["n0"])] + (1...20).map { write($0, id: $0 + 1) }, options + ["--snapshot-every", "10"])
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(directory)/n0").filter {
            $0 != "lock"
        }
        XCTAssertEqual(files.count, 3, "\(files)")
        for file in files {
            try expectDamage("is removed", { try FileManager.default.removeItem(atPath: $0) }, to: file)
            try expectDamage("is emptied", { try Data().write(to: URL(fileURLWithPath: $0)) }, to: file)
            try expectDamage(
                "lacks its last byte",
                { path in
                    let url = URL(fileURLWithPath: path)
                    try Data(contentsOf: url).dropLast().write(to: url)
                }, to: file)
        }
        let again = try session([initLine(["n0"]), read], options)
        XCTAssertEqual(Printed(again.output.last ?? "")?["value"], 20)
    }

    func testAFlippedBitInTheLastFrameOfAKilledNodeIsDamage() throws {
        let wire = Wire()
        try wire.start("n0", options)
        wire.type([initLine(["n0"]), write(1, id: 2)])
        XCTAssertEqual(wire.reply(to: 2)?.type, "write_ok")
        wire.kill9("n0")
        try expectDamage(
            "has another bit",
            { path in
                var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                bytes[bytes.count - 2] ^= 1
                try bytes.write(to: URL(fileURLWithPath: path))
            }, to: "log-000000000001")
    }

    func testEachNewDirectoryIsSyncedInItsParent() throws {
        func syncs(_ path: String) throws -> Int {
            let result = try session([initLine(["n0"]), write(1, id: 2)], ["--data-dir", path])
            let word = result.log.split(separator: " turns, ").last?.split(separator: " ").first
            return try XCTUnwrap(word.flatMap { Int($0) }, result.log)
        }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        XCTAssertEqual(try syncs("\(directory)/b/c/d"), try syncs(directory) + 3)
    }

    func testAFileSizeLimitEndsTheNodeWithTheReason() throws {
        let node = try NodeProcess(options, fileLimit: 8)
        let value = String(repeating: "v", count: 5000)
        let writes = (2...20).map {
            line(#"{"type":"write","msg_id":\#($0),"key":\#($0),"value":"\#(value)"}"#)
        }
        node.send(Array(([initLine(["n0"])] + writes).map { $0 + "\n" }.joined().utf8))
        node.endInput()
        XCTAssertEqual(node.waitForEnd(), 74)
        XCTAssert(node.log.contains("log-000000000001: File too large"), node.log)
    }

    func testInspectBesideABusyNodeFindsNothingWrong() throws {
        let wire = Wire()
        try wire.start("n0", options + ["--snapshot-every", "1", "--log", "error"])
        wire.type([initLine(["n0"])])
        XCTAssertEqual(wire.reply(to: 1)?.type, "init_ok")
        var id = 1
        for _ in 0..<25 {
            wire.type((1...40).map { write($0, id: id + $0) })
            id += 40
            let (text, log, exit) = try inspect()
            XCTAssertEqual(exit, 0, log)
            XCTAssert(text.contains("checksums   right"), text)
            XCTAssertEqual(wire.reply(to: id)?.type, "write_ok")
        }
        XCTAssertEqual(wire.end(), 0)
    }

    func testEveryIDHasADirectoryOfItsOwn() throws {
        let long = String(repeating: "x", count: 300)
        let ids = [
            "n0", "N0", "lock", "manifest", "log-000000000001", "a/b", "a%2Fb", "..", ".", "...", "\0", "%",
            "/\u{301}",
            "\u{e9}", "e\u{301}", " ", long, long + "y", String(repeating: "\0", count: 300),
            String(repeating: "z", count: 3_000),
        ]
        for (number, id) in ids.enumerated() {
            let quoted = String(decoding: try JSONEncoder().encode(id), as: UTF8.self).dropFirst().dropLast()
            let result = try session(
                [initLine([String(quoted)], String(quoted)), write(number, id: 2, to: String(quoted))],
                options)
            XCTAssertEqual(result.exit, 0, result.log)
            XCTAssertEqual(result.output.count, 2, "\(id): \(result.log)")
        }
        let (text, log, exit) = try inspect()
        XCTAssertEqual(exit, 0, log)
        XCTAssertEqual(text.components(separatedBy: "index 1 to 2").count - 1, ids.count, text)
        for id in ids { XCTAssert(text.utf8.split(separator: 10).contains { $0.elementsEqual(id.utf8) }, id) }
    }
}
