import Foundation
import XCTest

/// `Platform.swift` is the one page that differs between platforms.
final class PlatformTests: XCTestCase {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    // No Mac takes part in every run, so the page is checked against declarations as Apple's headers have them.
    func testThePageIsSoundWhereTheLibraryIsDarwins() throws {
        #if canImport(Darwin)
            throw XCTSkip("this is Darwin itself")
        #else
            let modules = FileManager.default.temporaryDirectory.appendingPathComponent(
                "darwin-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: modules, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: modules) }
            let standIn = root.appendingPathComponent("Tests/DarwinStandIn").path
            let common = [
                "-swift-version", "6", "-parse-as-library", "-package-name", "raft_kv", "-I", standIn,
            ]
            let module = modules.appendingPathComponent("Darwin.swiftmodule").path
            try compile(
                common + ["-emit-module", "-module-name", "Darwin", "-o", module, "\(standIn)/Darwin.swift"])
            let page = root.appendingPathComponent("Sources/Node/Platform/Platform.swift").path
            try compile(common + ["-typecheck", "-I", modules.path, page])
        #endif
    }

    private func compile(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["swiftc"] + arguments
        let output = Pipe()
        process.standardError = output
        try process.run()
        let complaints = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationStatus == 127 { throw XCTSkip("swiftc is not on the path") }
        XCTAssertEqual(process.terminationStatus, 0, complaints)
    }

    // What another platform calls otherwise would be found only there.
    func testNoOtherFileAsksForThePlatform() throws {
        let allowed = ["Platform/Platform.swift", "Maelstrom/Foundation.swift", "raft-kv/Foundation.swift"]
        let sources = root.appendingPathComponent("Sources")
        var files = 0
        for case let path as String in try XCTUnwrap(FileManager.default.enumerator(atPath: sources.path))
        where path.hasSuffix(".swift") && !allowed.contains(where: path.hasSuffix) {
            files += 1
            let text = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
            for word in [
                "import Glibc", "import Darwin", "import Musl", "FoundationEssentials", "#if ", "/proc/",
            ] {
                XCTAssertFalse(text.contains(word), "\(path) has \(word)")
            }
        }
        XCTAssertGreaterThan(files, 100)
    }
}
