import Foundation
import XCTest

/// Members that do not exist, and invalid snapshots.
final class StrangeMembersTests: DataDirectoryTestCase {
    /// Nodes never campaign by themselves.
    override var options: [String] { super.options + ["--election-timeout", "3600000"] }

    private func append(_ entries: [String]) -> String {
        let list = entries.map { "\"\($0)\"" }.joined(separator: ",")
        return line(
            #"{"type":"append_entries","msg_id":7,"term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":[\#(list)],"leader_commit":0}"#,
            from: "n1")
    }

    func testVotersOutsideNodeIDsAreABadOption() throws {
        let result = try session([initLine(["n0", "n1"])], options + ["--members", "n0,n7"])
        XCTAssertEqual(result.exit, 64)
        XCTAssertEqual(result.output.compactMap { Printed($0)?.code }, [12])
        XCTAssert(result.log.contains("--members") && result.log.contains("\"n7\""), result.log)
        XCTAssertFalse(FileManager.default.fileExists(atPath: directory), "nothing was begun")
    }

    func testNodeIDsWithoutAQuorumOfTheStoredMembershipAreRefused() throws {
        let ids = ["n0", "n1", "n2"]
        XCTAssertEqual(try session([initLine(ids)], options).exit, 0)
        let fewer = try session([initLine(["n0"])], options)
        XCTAssertEqual(fewer.exit, 65)
        XCTAssertEqual(fewer.output, [])
        XCTAssert(fewer.log.contains("voters n0,n1,n2"), fewer.log)
        let enough = try session([initLine(["n0", "n1"])], ["--data-dir", directory])
        XCTAssertEqual(enough.exit, 0)
        XCTAssert(enough.log.contains("n2 vote, and are not among init's node_ids"), enough.log)
        XCTAssertFalse(enough.output.contains { Printed($0)?.destination == "n2" })
    }

    func testAnAppendedMembershipOfStrangersIsLoggedAndStrangersAreSentNothing() throws {
        let result = try session(
            [
                initLine(["n0", "n1", "n2"]), append(["1 members n0,n1,n9"]),
                line(#"{"type":"read","msg_id":8,"key":1}"#),
            ], options)
        XCTAssertEqual(result.exit, 0)
        XCTAssert(result.log.contains("n9 vote, and are not among init's node_ids"), result.log)
        XCTAssertEqual(Printed(result.output[1])?.body["success"] as? Bool, true)
        XCTAssertFalse(result.output.contains { Printed($0)?.destination == "n9" })
    }

    func testAMembershipWithoutAQuorumOfTheNodesIsMalformed() throws {
        let first = initLine(["n0", "n1", "n2"])
        for voters in ["n9", "n0,n8,n9", "n0/n9"] {
            let result = try session([first, append(["1 members \(voters)"])], options)
            XCTAssertEqual(result.exit, 0)
            let refusal = try XCTUnwrap(Printed(result.output.last ?? ""))
            XCTAssertEqual(refusal.code, 12, voters)
            XCTAssert(result.output.last?.contains("entries[0]") == true, voters)
            let again = try session([first, line(#"{"type":"status","msg_id":9}"#)], options)
            XCTAssertEqual(again.exit, 0, "it starts again")
            XCTAssertEqual(Printed(again.output.last ?? "")?["last_log_index"], 0)
        }
    }

    func testAMembershipOfMoreVotersThanAnyClusterHasIsMalformed() throws {
        let voters = (0..<70_000).map { "n\($0)" }.joined(separator: ",")
        let result = try session([initLine(["n0", "n1", "n2"]), append(["1 members \(voters)"])], options)
        XCTAssertEqual(result.exit, 0)
        XCTAssertEqual(Printed(result.output.last ?? "")?.code, 12)
        XCTAssertEqual(try session([initLine(["n0", "n1", "n2"])], options).exit, 0, "it starts again")
    }

    func testAnInvalidSnapshotLeavesTheDirectoryUnchanged() throws {
        let first = initLine(["n0", "n1", "n2"])
        func snapshot(_ index: Int, _ data: String) -> String {
            line(
                #"{"type":"install_snapshot","msg_id":7,"term":1,"leader_id":"n1","last_included_index":\#(index),"last_included_term":1,"offset":0,"data":"\#(data)","done":true}"#,
                from: "n1")
        }
        let good = #"members n0,n1,n2\nkey 1 2\nend\n"#
        XCTAssertEqual(try session([first, snapshot(3, good)], options).exit, 0)
        for bad in [
            "x=5", #"members n0,n1,n2\nkey 1 nonsense\nend\n"#, #"members n0,n1,n2\nkey 1 [\nend\n"#,
            #"members n0,n1,n2\nkey 1 1.0\nend\n"#, #"members n0,n1,n2\nkey 1 3\n"#,
            #"members n0,n8,n9\nkey 1 3\nend\n"#,
        ] {
            let refused = try session([first, snapshot(9, bad)], options)
            XCTAssertEqual(refused.exit, 0)
            let reply = try XCTUnwrap(
                refused.output.lazy.compactMap { Printed($0) }.last { $0.inReplyTo == 7 })
            XCTAssertEqual(reply.body["installed"] as? Bool, false, bad)
            XCTAssert(refused.log.contains("refuses n1's snapshot up to (9, t1): "), refused.log)
        }
        let again = try session([first, line(#"{"type":"status","msg_id":9}"#)], options)
        XCTAssertEqual(Printed(again.output.last ?? "")?["snapshot_index"], 3)
    }
}
