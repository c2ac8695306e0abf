import Foundation
import XCTest

/// Typed sessions with one node.
final class ByHandTests: XCTestCase {
    private let three = initLine(["n0", "n1", "n2"])
    private let patient = ["--election-timeout", "3600000"]

    // Scenario 100
    func testTheSessionOfTheContractIsAnsweredInOrder() throws {
        let result = try session([
            initLine(["n0"]), line(#"{"type":"write","msg_id":2,"key":"x","value":{"any":["json"]}}"#),
            line(#"{"type":"read","msg_id":3,"key":"x"}"#),
        ])
        XCTAssertEqual(
            result.output,
            [
                #"{"src":"n0","dest":"c1","body":{"type":"init_ok","in_reply_to":1}}"#,
                #"{"src":"n0","dest":"c1","body":{"type":"write_ok","in_reply_to":2}}"#,
                #"{"src":"n0","dest":"c1","body":{"type":"read_ok","in_reply_to":3,"value":{"any":["json"]}}}"#,
            ])
        XCTAssertEqual(result.exit, 0)
        XCTAssert(result.log.contains("memory only"))
    }

    func testTheDebugLogReportsWhereTimeWent() throws {
        let lines = [initLine(["n0"]), line(#"{"type":"read","msg_id":2,"key":1}"#)]
        let last = try session(lines, ["--log", "info,node=debug"]).log
        for stage in ["read", "decode", "step", "store", "encode", "write"] {
            XCTAssertNotNil(last.range(of: "[;,] \(stage) [0-9]+ ms", options: .regularExpression), last)
        }
        let plain = try session(lines).log
        XCTAssert(plain.contains("turns, 0 syncs\n"), plain)
    }

    func testAWriteWithoutMsgIDIsAnsweredWithoutInReplyTo() throws {
        let result = try session([initLine(["n0"]), line(#"{"type":"write","key":1,"value":2}"#)])
        XCTAssertEqual(result.output.last, #"{"src":"n0","dest":"c1","body":{"type":"write_ok"}}"#)
    }

    func testACasIsJudgedByTheCurrentValue() throws {
        let result = try session([
            initLine(["n0"]), line(#"{"type":"cas","msg_id":0,"key":1,"from":1,"to":2}"#),
            line(#"{"type":"cas","msg_id":1,"key":1,"from":1,"to":"2","create_if_not_exists":true}"#),
            line(#"{"type":"cas","msg_id":2,"key":1.0,"from":2,"to":3}"#),
            line(#"{"type":"cas","msg_id":3,"key":1e0,"from":"2","to":3}"#),
            line(#"{"type":"read","msg_id":4,"key":"1"}"#),
            line(#"{"type":"read","msg_id":5,"key":1}"#),
        ])
        let codes = result.output.compactMap { Printed($0) }.map {
            "\($0.inReplyTo ?? -1) \($0.code ?? -1) \($0.type)"
        }
        XCTAssertEqual(
            codes,
            [
                "1 -1 init_ok", "0 20 error", "1 -1 cas_ok", "2 22 error", "3 -1 cas_ok", "4 20 error",
                "5 -1 read_ok",
            ])
    }

    // Scenario 98
    func testRequestsBeforeInitGetError11FromTheAddressedNode() throws {
        let result = try session([line(#"{"type":"read","msg_id":0,"key":1}"#, to: "n7"), initLine(["n0"])])
        XCTAssertEqual(
            result.output,
            [
                #"{"src":"n7","dest":"c1","body":{"type":"error","in_reply_to":0,"code":11,"text":"this node waits for its init"}}"#,
                #"{"src":"n0","dest":"c1","body":{"type":"init_ok","in_reply_to":1}}"#,
            ])
    }

    func testTheSameInitAgainIsAnsweredAndAnotherIsNot() throws {
        let result = try session([
            initLine(["n0", "n1"]), initLine(["n1", "n0"]), initLine(["n0"]),
            line(#"{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n0","n1"]}"#),
            line(#"{"type":"init","msg_id":1,"node_id":"n0"}"#),
        ])
        XCTAssertEqual(result.output.compactMap { Printed($0)?.code ?? 0 }, [0, 0, 14, 14, 12])
    }

    func testATypedVoteAndATypedAppendAreAnswered() throws {
        let result = try session(
            [
                three,
                line(
                    #"{"type":"request_vote","msg_id":1,"term":1,"candidate_id":"n1","last_log_index":0,"last_log_term":0}"#,
                    from: "n1"),
                line(
                    #"{"type":"append_entries","msg_id":2,"term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":["1 no-op","1 c1 7 write \"x\" 5"],"leader_commit":2}"#,
                    from: "n1"),
                line(#"{"type":"status","msg_id":3}"#),
            ], patient)
        XCTAssertEqual(
            Array(result.output.dropFirst()),
            [
                #"{"src":"n0","dest":"n1","body":{"type":"request_vote_res","in_reply_to":1,"term":1,"vote_granted":true}}"#,
                #"{"src":"n0","dest":"n1","body":{"type":"append_entries_res","in_reply_to":2,"term":1,"success":true}}"#,
                #"{"src":"n0","dest":"c1","body":{"type":"status_ok","in_reply_to":3,"node_id":"n0","role":"follower","term":1,"leader":"n1","voted_for":"n1","members":["n0","n1","n2"],"last_log_index":2,"last_log_term":1,"commit_index":2,"last_applied":2,"snapshot_index":0}}"#,
            ])
        XCTAssertEqual(result.exit, 0)
    }

    func testStaleAndRefusedRequestsAreAnsweredWithTheNodesTerm() throws {
        func vote(_ id: Int, _ term: Int, _ candidate: String, _ more: String = "") -> String {
            line(
                #"{"type":"request_vote","msg_id":\#(id),"term":\#(term),"candidate_id":"\#(candidate)","last_log_index":0,"last_log_term":0\#(more)}"#,
                from: candidate)
        }
        let append = #""leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":[],"leader_commit":0}"#
        let result = try session(
            [
                three, vote(1, 5, "n1", #","pre_vote":true"#), vote(2, 5, "n1"), vote(3, 5, "n1"),
                vote(4, 5, "n2"),
                vote(5, 4, "n2"), vote(6, 5, "n2", #","pre_vote":true"#),
                line(#"{"type":"append_entries","msg_id":7,"term":4,\#(append)"#, from: "n1"),
                line(
                    #"{"type":"append_entries","msg_id":8,"term":6,"leader_id":"n1","prev_log_index":3,"prev_log_term":2,"entries":[],"leader_commit":0}"#,
                    from: "n1"),
                vote(9, 7, "n2"), vote(10, 7, "n2", #","leadership_transfer":true"#),
                line(
                    #"{"type":"install_snapshot","msg_id":11,"term":3,"leader_id":"n1","last_included_index":1,"last_included_term":1,"offset":0,"data":"","done":true}"#,
                    from: "n1"),
            ], patient)
        let answers = result.output.dropFirst().map { text -> String in
            let body = Printed(text)?.body ?? [:]
            let granted = (body["vote_granted"] ?? body["success"]) as? Bool
            return "\(body["in_reply_to"] ?? "-") \(body["term"] ?? "-") \(granted.map(String.init) ?? "-")"
                + (body["pre_vote"] == nil ? "" : " pre")
        }
        XCTAssertEqual(
            Array(answers),
            [
                "1 0 true pre", "2 5 true", "3 5 true", "4 5 false", "5 5 false", "6 5 false pre",
                "7 5 false",
                "8 6 false", "9 6 false", "10 7 true", "11 7 -",
            ])
    }

    func testAnUnterminatedLastLineIsRead() throws {
        let text = initLine(["n0"]) + "\n" + line(#"{"type":"read","msg_id":2,"key":1}"#)
        let result = try session(Array(text.utf8))
        XCTAssertEqual(result.output.count, 2)
        XCTAssertEqual(Printed(result.output[1])?.code, 20)
    }

    func testOneMessageIDMayBeUsedForEveryTypedRequest() throws {
        let result = try session([
            initLine(["n0"]), line(#"{"type":"write","msg_id":1,"key":1,"value":1}"#),
            line(#"{"type":"write","msg_id":1,"key":1,"value":2}"#),
            line(#"{"type":"write","msg_id":1,"key":1,"value":3}"#),
            line(#"{"type":"read","msg_id":1,"key":1}"#),
            line(#"{"type":"cas","msg_id":1,"key":1,"from":3,"to":4}"#),
            line(#"{"type":"cas","msg_id":1,"key":1,"from":3,"to":4}"#),
            line(#"{"type":"read","msg_id":1,"key":1}"#),
        ])
        let replies = result.output.compactMap { Printed($0) }
        XCTAssertEqual(
            replies.map(\.type),
            ["init_ok", "write_ok", "write_ok", "write_ok", "read_ok", "cas_ok", "cas_ok", "read_ok"])
        XCTAssertEqual(replies.compactMap { $0["value"] }, [3, 4])
    }

    func testKeysValuesAndClientsAreComparedByTheirBytes() throws {
        let (composed, combined) = ("\u{e9}", "e\u{301}")
        func ask(_ id: Int, _ body: String, from client: String = "c1") -> String {
            line("{\"msg_id\":\(id),\(body)}", from: client)
        }
        let result = try session([
            initLine(["n0"]),
            ask(2, #""type":"write","key":"\#(composed)","value":"\#(composed)""#),
            ask(3, #""type":"read","key":"\#(combined)""#),
            ask(4, #""type":"cas","key":"\#(composed)","from":"\#(combined)","to":1"#),
            ask(
                5,
                #""type":"cas","key":"\#(combined)","from":1,"to":"\#(combined)","create_if_not_exists":true"#
            ),
            ask(6, #""type":"read","key":"\#(composed)""#),
            ask(7, #""type":"read","key":"\#(combined)""#),
            // The same request from two clients is two requests.
            ask(8, #""type":"cas","key":9,"from":1,"to":1,"create_if_not_exists":true"#, from: composed),
            ask(9, #""type":"write","key":9,"value":2"#),
            ask(8, #""type":"cas","key":9,"from":1,"to":1,"create_if_not_exists":true"#, from: combined),
        ])
        let replies = result.output.compactMap { Printed($0) }
        XCTAssertEqual(replies.map(\.code), [nil, nil, 20, 22, nil, nil, nil, nil, nil, 22])
        for (slot, value) in [(5, composed), (6, combined)] {
            XCTAssertEqual(
                (replies[slot].body["value"] as? String).map { Array($0.utf8) }, Array(value.utf8))
        }
    }

    func testAnInitWithTheMostNodesWorks() throws {
        let ids = (0..<65_535).map { "n\($0)" }
        let result = try session([initLine(ids), line(#"{"type":"status","msg_id":2}"#)], patient)
        XCTAssertEqual(result.output.map { Printed($0)?.type }, ["init_ok", "status_ok"])
        XCTAssertEqual(result.exit, 0)
    }

    func testALeaderThatCannotCommitAnswersEveryRequestAndObeysSIGTERM() throws {
        let wire = Wire()
        let node = try wire.start("n0", patient)
        wire.type([
            three,
            line(
                #"{"type":"append_entries","msg_id":1,"term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":[],"leader_commit":0}"#,
                from: "n1"),
            line(#"{"type":"timeout_now","term":1,"leader_id":"n1"}"#, from: "n1"),
        ])
        func question() -> Printed? {
            wire.replies.first { $0.type == "request_vote" && $0.destination == "n2" }
        }
        wire.run(until: { question() != nil })
        let number = try XCTUnwrap(question()?.body["msg_id"] as? Int)
        let grant = #"{"type":"request_vote_res","in_reply_to":\#(number),"term":2,"vote_granted":true}"#
        let writes = (0..<300).map { line(#"{"type":"write","msg_id":\#($0),"key":1,"value":\#($0)}"#) }
        wire.type([line(grant, from: "n2")] + writes)
        var (looked, codes): (Int, [Int?]) = (0, [])
        wire.run(until: {
            codes += wire.replies[looked...].filter { $0.destination == "c1" }.map(\.code)
            looked = wire.replies.count
            return codes.count == writes.count + 1
        })
        XCTAssertEqual(codes.count { $0 == 0 }, 300)
        kill(node.pid, SIGTERM)
        XCTAssertEqual(wire.waitForEnd("n0"), 0)
    }

    func testEveryRequestIsAnsweredAtTheEndOfInput() throws {
        let result = try session(
            [
                three, line(#"{"type":"write","msg_id":2,"key":1,"value":1}"#),
                line(#"{"type":"read","msg_id":3,"key":1}"#),
            ], patient)
        let codes = result.output.compactMap { Printed($0) }.compactMap(\.code)
        XCTAssertEqual(codes, [11, 11])
        XCTAssertEqual(result.exit, 0)
    }

    func testAnInitWhoseVotersAreNoMembersIsMalformed() throws {
        let result = try session([initLine(["n0", "n1"])], ["--members", "n0,n2"])
        XCTAssertEqual(Printed(result.output[0])?.code, 12)
        XCTAssert(result.output[0].contains("n2"))
    }

    func testVotersAndMembersAreComparedByBytes() throws {
        let result = try session([initLine(["n0", "\u{e9}"])], ["--members", "n0,e\u{301}"])
        XCTAssertEqual(Printed(result.output[0])?.code, 12)
        XCTAssertEqual(result.exit, 64)
    }

    func testAMemberOutsideTheListOfVotersIsALearner() throws {
        let result = try session(
            [initLine(["n0", "n1"]), line(#"{"type":"status","msg_id":2}"#)], ["--members=n1"])
        XCTAssertEqual(Printed(result.output[1])?.body["role"] as? String, "learner")
        XCTAssertEqual(Printed(result.output[1])?.body["members"] as? [String], ["n1"])
    }
}
