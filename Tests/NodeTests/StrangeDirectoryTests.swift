import Foundation
import Storage
import XCTest

@testable import raft_kv

/// Data directories that are missing, incomplete, foreign, or contain things other than files.
final class StrangeDirectoryTests: DataDirectoryTestCase {
    // MARK: - Creating directories

    private func make(_ path: String, failing call: Int, with error: CInt) throws -> (syncs: Int, calls: Int)
    {
        var calls = 0
        let syncs = try Directories.make(path) { directory in
            calls += 1
            guard calls == call else { return fsync(directory) }
            errno = error
            return -1
        }
        return (syncs, calls)
    }

    func testEveryFailedSyncOfADirectoryIsReported() throws {
        try make(directory)
        for call in 1...4 {
            let path = "\(directory)/\(call)/b/c"
            XCTAssertThrowsError(try make(path, failing: call, with: EIO)) { error in
                let above: [String] = [
                    String(NSTemporaryDirectory().dropLast()), directory, "\(directory)/\(call)",
                    "\(directory)/\(call)/b",
                ]
                XCTAssertEqual((error as? DiskError)?.file, above[call - 1])
                XCTAssertEqual((error as? DiskError)?.reason, "Input/output error")
            }
        }
        XCTAssertEqual(try make("\(directory)/5/b/c", failing: 0, with: EIO).syncs, 4)
    }

    func testAnInterruptedSyncIsMadeAgain() throws {
        try make(directory)
        for call in 1...4 {
            let (syncs, calls) = try make("\(directory)/\(call)/b/c", failing: call, with: EINTR)
            XCTAssertEqual(syncs, 4)
            XCTAssertEqual(calls, 5)
        }
    }

    func testOnlyAnInterruptedCallIsMadeAgain() {
        var (errors, calls) = ([EINTR, EINTR, EIO, 0], 0)
        let result = uninterrupted {
            calls += 1
            errno = errors.removeFirst()
            return errno == 0 ? 0 : -1
        }
        XCTAssertEqual(result, -1)
        XCTAssertEqual(errno, EIO)
        XCTAssertEqual(calls, 3)
    }

    /// The process that created the last directory may have ended before it synced the parent.
    func testAnExistingDirectoryIsSyncedInItsParent() throws {
        try make(directory)
        XCTAssertThrowsError(try make("\(directory)/a/b", failing: 2, with: EIO))
        let again = try make("\(directory)/a/b", failing: 0, with: EIO)
        XCTAssertEqual(again.syncs, 2, "a in the directory, and b in a")
        XCTAssertThrowsError(try make("\(directory)/a/b", failing: 1, with: EIO), "b in a")
        XCTAssertEqual(try make("\(directory)/a//b/", failing: 0, with: EIO).syncs, 1)
    }

    /// A directory that cannot sync is accepted only above those that the node created.
    func testADirectoryThatCannotSyncIsAcceptedOnlyIfNothingWasCreated() throws {
        try make(directory)
        XCTAssertEqual(try make("\(directory)/a", failing: 1, with: EINVAL).syncs, 1)
        XCTAssertThrowsError(try make("\(directory)/b", failing: 2, with: EINVAL))
    }

    func testADirectoryThatCannotBeCreatedIsNamedWithTheReason() throws {
        let path = "/sys/kernel/raft-kv-\(UUID().uuidString)"
        XCTAssertEqual(mkdir(path, 0o755), -1)
        let reason = String(cString: strerror(errno))
        let result = try session([initLine(["n0"])], ["--data-dir", path])
        XCTAssertEqual(result.exit, 74)
        XCTAssert(result.log.contains("cannot make \(path): \(reason)"), result.log)
    }

    func testAnIDIsAcceptedUpToTheLengthOfAPath() throws {
        for count in [250, 251, 3_000] {
            let id = String(repeating: "x", count: count)
            XCTAssertEqual(try session([initLine([id], id)], options).exit, 0)
        }
        for count in [4_000, 5_000, 100_000] {
            let id = String(repeating: "x", count: count)
            let result = try session([initLine([id], id)], options)
            XCTAssertEqual(result.exit, 74)
            XCTAssert(result.log.contains("and 4000 are the most"), result.log)
            XCTAssertLessThan(result.log.utf8.count, 1_000)
        }
        XCTAssertEqual(try inspect().exit, 0)
    }

    // MARK: - Not a directory or not a file

    func testADanglingLinkIsReportedAsOne() throws {
        try make("\(directory)/a/n0")
        let nowhere = "\(directory)/nowhere"
        func expectLink(_ path: String, _ name: String) throws {
            for arguments in [["--data-dir", path], ["--inspect", path]] {
                let result = try session([initLine(["n0"])], arguments)
                XCTAssertEqual(result.exit, 74, result.log)
                XCTAssert(result.log.contains("\(name): Is a link to what is not there"), result.log)
            }
        }
        let files = FileManager.default
        try files.createSymbolicLink(atPath: "\(directory)/b", withDestinationPath: nowhere)
        try expectLink("\(directory)/b", "\(directory)/b")
        try files.createSymbolicLink(atPath: "\(directory)/a/n0/manifest", withDestinationPath: nowhere)
        try expectLink("\(directory)/a", "\(directory)/a/n0/manifest")
        try files.removeItem(atPath: "\(directory)/a/n0")
        try files.createSymbolicLink(atPath: "\(directory)/a/n0", withDestinationPath: nowhere)
        try expectLink("\(directory)/a", "\(directory)/a/n0")
    }

    func testAPipeOrADeviceInPlaceOfAFileIsNamedWithoutHanging() throws {
        let writes = (1...20).map { write($0, id: $0 + 1) }
        _ = try session([initLine(["n0"])] + writes, options + ["--snapshot-every", "10"])
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(directory)/n0")
        XCTAssertEqual(files.count, 4, "\(files)")
        let saved = "\(directory)-saved"
        defer { try? FileManager.default.removeItem(atPath: saved) }
        for name in files {
            let path = "\(directory)/n0/\(name)"
            try FileManager.default.moveItem(atPath: path, toPath: saved)
            for device in [false, true] {
                if device {
                    XCTAssertEqual(symlink("/dev/zero", path), 0)
                } else {
                    XCTAssertEqual(mkfifo(path, 0o600), 0)
                }
                for arguments in [options, ["--inspect", directory]]
                where name != "lock" || arguments == options {
                    let result = try session([initLine(["n0"])], arguments)
                    XCTAssertEqual(result.exit, 74, "\(name): \(result.log)")
                    XCTAssert(result.log.contains("\(path): Is "), result.log)
                }
                try FileManager.default.removeItem(atPath: path)
            }
            try FileManager.default.moveItem(atPath: saved, toPath: path)
        }
        let part = "\(directory)/n1/manifest.part"
        try make("\(directory)/n1")
        XCTAssertEqual(mkfifo(part, 0o600), 0)
        let new = try session([initLine(["n1"], "n1")], options)
        XCTAssertEqual(new.exit, 74)
        XCTAssert(new.log.contains("cannot create \(part)"), new.log)
    }

    func testAFileLargerThanTheMemoryIsNamed() throws {
        _ = try session([initLine(["n0"])], options)
        XCTAssertEqual(truncate("\(directory)/n0/manifest", 1 << 43), 0)
        for arguments in [options, ["--inspect", directory]] {
            let result = try session([initLine(["n0"])], arguments)
            XCTAssertEqual(result.exit, 74)
            XCTAssert(
                result.log.contains("cannot read \(directory)/n0/manifest: it has 8796093022208 bytes"),
                result.log)
        }
    }

    // MARK: - Inspecting

    func testAnEmptyDirectoryIsReportedAsEmpty() throws {
        func expectNew(_ path: String, _ words: String) throws {
            let (text, log, exit) = try inspect(path)
            XCTAssertEqual(exit, 0, log)
            XCTAssert(text.contains("\(words): a node that starts on it begins anew"), text)
        }
        try expectNew(directory, "\(directory) is not there")
        try make(directory)
        try expectNew(directory, "\(directory) holds no member's data")
        try make("\(directory)/n0")
        try expectNew(directory, "\(directory)/n0 is empty")
        try expectNew("\(directory)/n0", "\(directory)/n0 holds no member's data")
        try Data().write(to: URL(fileURLWithPath: "\(directory)/n0/lock"))
        try expectNew(directory, "\(directory)/n0 holds nothing yet")
        XCTAssertEqual(try session([initLine(["n0"])], options).exit, 0)
    }

    func testADirectoryWithoutALockFileIsInspectedAsANodeWouldReadIt() throws {
        _ = try session([initLine(["n0"]), write(1, id: 2)], options)
        try FileManager.default.removeItem(atPath: "\(directory)/n0/lock")
        for path in [directory, "\(directory)/n0"] {
            let (text, log, exit) = try inspect(path)
            XCTAssertEqual(exit, 0, log)
            XCTAssert(text.contains("index 1 to 2"), text)
        }
        try FileManager.default.removeItem(atPath: "\(directory)/n0/manifest")
        XCTAssertEqual(try inspect().exit, 65)
        XCTAssertEqual(try session([initLine(["n0"])], options).exit, 65)
    }

    func testAnotherMembersFilesAreReported() throws {
        for id in ["n0", "n1"] { _ = try session([initLine([id], id)], options) }
        let (one, other) = ("\(directory)/n1", "\(directory)/n7")
        for path in [one, "\(one)/", "\(one)/.", "\(directory)/n0/../n1"] {
            XCTAssertEqual(try inspect(path).exit, 0, path)
        }
        try FileManager.default.moveItem(atPath: one, toPath: other)
        for path in [directory, other, "\(other)/."] {
            let (text, log, exit) = try inspect(path)
            XCTAssertEqual(exit, 65, path)
            XCTAssert(log.contains("its files belong to n1, whose directory is called n1"), log)
            XCTAssertEqual(text.contains("n0\n"), path == directory, "the others are told all the same")
        }
        XCTAssertEqual(try session([initLine(["n7"], "n7")], options).exit, 65)
    }
}
