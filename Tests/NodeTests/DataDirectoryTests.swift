import Foundation
import XCTest

/// What a node stores under `--data-dir`, and what it reports on reading it.
final class DataDirectoryTests: DataDirectoryTestCase {
    func testAKilledNodeRestartsWithAllThatItAcknowledged() throws {
        let wire = Wire()
        for life in 1...5 {
            try wire.start("n0", options)
            wire.type([initLine(["n0"]), write(life, id: 10 + life)])
            XCTAssertEqual(wire.reply(to: 10 + life)?.type, "write_ok")
            wire.kill9("n0")
        }
        let last = try session([initLine(["n0"]), read], options)
        XCTAssertEqual(Printed(last.output.last ?? "")?["value"], 5)
    }

    func testARequestThatIsSentAgainAfterARestartIsAnsweredAsBefore() throws {
        let cas = line(#"{"type":"cas","msg_id":7,"key":"x","from":1,"to":2}"#)
        _ = try session([initLine(["n0"]), write(1, id: 2), cas], options)
        let again = try session([initLine(["n0"]), write(1, id: 2), cas, read], options)
        XCTAssertEqual(
            again.output.compactMap { Printed($0)?.type }, ["init_ok", "write_ok", "cas_ok", "read_ok"])
        XCTAssertEqual(Printed(again.output.last ?? "")?["value"], 2)
    }

    // Scenario 76
    func testAllMembersKilledAtOnceComeBackWithEveryAcknowledgedWrite() throws {
        let ids = ["n0", "n1", "n2"]
        let wire = Wire()
        func startAll() throws {
            for id in ids {
                try wire.start(id, options)
                wire.type([initLine(ids, id)], into: id)
            }
        }
        try startAll()
        for number in 11...30 {
            wire.request(
                #"{"type":"write","msg_id":\#(number),"key":\#(number),"value":\#(number)}"#,
                of: ids[number % 3])
            XCTAssertEqual(wire.reply(to: number)?.type, "write_ok")
        }
        for id in ids { wire.kill9(id) }
        try startAll()
        for number in 11...30 {
            wire.request(#"{"type":"read","msg_id":\#(100 + number),"key":\#(number)}"#, of: ids[number % 3])
            XCTAssertEqual(wire.reply(to: 100 + number)?["value"], number)
        }
    }

    func testTheLogIsCompactedIntoASnapshotAndReadBack() throws {
        let writes = (1...500).map { write($0, id: $0) }
        _ = try session([initLine(["n0"])] + writes, options + ["--snapshot-every", "100"])
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(directory)/n0").sorted()
        XCTAssertEqual(files.filter { $0.hasPrefix("snapshot-") }.count, 1, "\(files)")
        XCTAssertFalse(files.contains { $0.hasSuffix(".part") }, "\(files)")
        let result = try session([initLine(["n0"]), read], options)
        XCTAssertEqual(Printed(result.output.last ?? "")?["value"], 500)
    }

    func testASecondProcessOfTheSameIDIsRefusedAndOneOfAnotherIDIsNot() throws {
        let wire = Wire()
        try wire.start("n0", options)
        wire.type([initLine(["n0", "n1"])])
        XCTAssertNotNil(wire.reply(to: 1))
        let second = try session([initLine(["n0", "n1"])], options)
        XCTAssertEqual(second.exit, 74)
        XCTAssertEqual(second.output, [])
        XCTAssert(second.log.contains("another process"), second.log)
        try FileManager.default.removeItem(atPath: "\(directory)/n0/lock")
        XCTAssertEqual(
            try session([initLine(["n0", "n1"])], options).exit, 74, "the directory is locked too")
        let other = try session([initLine(["n0", "n1"], "n1")], options)
        XCTAssertEqual(other.exit, 0)
        _ = wire.end()
    }

    func testADirectoryThatCannotBeCreatedIsNamed() throws {
        let result = try session([initLine(["n0"])], ["--data-dir", "/dev/null/data"])
        XCTAssertEqual(result.exit, 74)
        XCTAssertEqual(result.output, [])
        XCTAssert(result.log.contains("/dev/null: Not a directory"), result.log)
    }

    func testAFileThatCannotBeReadIsNamedWithTheReason() throws {
        try FileManager.default.createDirectory(atPath: log, withIntermediateDirectories: true)
        let result = try session([initLine(["n0"])], options)
        XCTAssertEqual(result.exit, 74)
        XCTAssert(result.log.contains("cannot read \(log): Is a directory"), result.log)
        XCTAssert(try inspect().exit == 74)
    }

    func testATornTailIsTruncatedAndLogged() throws {
        _ = try session([initLine(["n0"]), write(1, id: 2)], options)
        let file = try XCTUnwrap(FileHandle(forWritingAtPath: log))
        try file.seekToEnd()
        try file.write(contentsOf: Data("RKVf torn".utf8))
        try file.close()
        let inspected = try inspect()
        XCTAssertEqual(inspected.exit, 0)
        XCTAssert(inspected.text.contains("torn tail   the last 9 bytes of log-000000000001"), inspected.text)
        let again = try session([initLine(["n0"]), read], options)
        XCTAssertEqual(Printed(again.output.last ?? "")?["value"], 1)
        XCTAssert(again.log.contains("cut off"), again.log)
    }

    func testDamageIsNamedByFileAndByteAndNothingIsAnswered() throws {
        _ = try session([initLine(["n0"]), write(1, id: 2), write(2, id: 3)], options)
        _ = try session([initLine(["n0"]), write(3, id: 4)], options)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: log))
        bytes[30] ^= 0xff
        try bytes.write(to: URL(fileURLWithPath: log))
        for arguments in [options, ["--inspect", directory], ["--inspect", "\(directory)/n0"]] {
            let result = try session([initLine(["n0"])], arguments)
            XCTAssertEqual(result.exit, 65)
            XCTAssertEqual(result.output, [])
            XCTAssert(result.log.contains("log-000000000001 is damaged at byte 0"), result.log)
        }
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: log)), bytes, "nothing was changed")
    }

    func testInspectPrintsADirectoryAndChangesNothing() throws {
        _ = try session([initLine(["n0"]), write(1, id: 2)], options)
        let before = try Data(contentsOf: URL(fileURLWithPath: log))
        let (text, _, exit) = try inspect()
        XCTAssertEqual(exit, 0)
        for expected in ["n0", "term        1", "voted for   n0", "members     n0", "index 1 to 2", "right"] {
            XCTAssert(text.contains(expected), "\(expected) in \(text)")
        }
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: log)), before)
    }

    func testInspectPrintsTheMembersAndNotWhoAskedForThem() throws {
        let changes = [("n0,n1/n1", "n1, becoming n0 n1"), ("n0,n1", "n0 n1")]
        for (number, (words, members)) in changes.enumerated() {
            let append = """
                {"src":"n1","dest":"n0","body":{"type":"append_entries","msg_id":\(number),"term":1,\
                "leader_id":"n1","prev_log_index":\(number),"prev_log_term":\(number),\
                "entries":["1 members \(words) c1 2 5f3a"],"leader_commit":0}}
                """
            _ = try session([initLine(["n0", "n1"]), append], options)
            let lines = try inspect().text.split(separator: "\n")
            XCTAssert(lines.contains("  members     \(members)"), "\(lines)")
        }
    }
}
