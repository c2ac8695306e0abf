import XCTest

@testable import mini_maelstrom

/// What a person types, and what the messages of nodes tell.
final class PlayCommandTests: XCTestCase {
    func testCommandsAreRead() throws {
        let lines: [(String, PlayCommand)] = [
            ("kill n0 n2", .kill([0, 2])), ("heal", .heal([])), ("heal n1", .heal([1])),
            ("cut n1", .isolate([1])),
            ("cut n0-n2", .cut(from: 0, to: 2, bothWays: true)),
            ("cut n2>n0", .cut(from: 2, to: 0, bothWays: false)),
            ("write x 5", .ask(.write(key: "\"x\"", value: "5"), of: nil)),
            ("write n1 n2", .ask(.write(key: "\"n1\"", value: "\"n2\""), of: nil)),
            (#"write "a b" {"c": [1, 2]} n1"#, .ask(.write(key: #""a b""#, value: #"{"c": [1, 2]}"#), of: 1)),
            ("cas 1 null 2 n0", .ask(.cas(key: "1", from: "null", to: "2"), of: 0)),
            ("  read   x  n2", .ask(.read(key: "\"x\""), of: 2)),
            ("transfer n1", .ask(.transfer(1), of: nil)),
            ("speed 0.5", .speed(0.5)), ("messages off", .messages(false)), ("see", .see(nil)),
            ("see n1", .see(1)),
        ]
        for (line, command) in lines { XCTAssertEqual(try PlayCommand(line, nodes: 3), command, line) }
    }

    func testBadCommandsSayWhatWasExpected() {
        for (line, words) in [
            ("fly n0", "fly: no such command"), ("kill", "one or more of n0 to n2"),
            ("kill n3", "nodes, of n0 to n2, not n3"), ("cut n0-n0", "two nodes with - or >"),
            ("write x", "write KEY VALUE [NODE]"), ("read x n9", "with NODE of n0 to n2"),
            ("speed fast", "a number from 0.01 to 100.0"), ("messages maybe", "on or off"),
        ] {
            XCTAssertThrowsError(try PlayCommand(line, nodes: 3)) {
                XCTAssertTrue("\($0)".contains(words), "\($0)")
            }
        }
    }

    func testBadOptionsAreNamed() {
        for (arguments, words) in [
            (["--bin"], "--bin: expected a value"), (["--node-count", "10"], "an integer from 1 to 9"),
            (["--speed=0"], "--speed 0: expected a number"), (["--fast"], "--fast: no such option"),
            (["--bin", "/"], "--bin /: this is a folder"),
        ] {
            XCTAssertThrowsError(try PlayOptions(arguments)) {
                XCTAssertTrue("\($0)".contains(words), "\($0)")
            }
        }
    }

    private func message(_ source: String, _ destination: String, _ body: String) throws -> PlayMessage {
        try XCTUnwrap(PlayMessage(#"{"src":"\#(source)","dest":"\#(destination)","body":{\#(body)}}"#.utf8))
    }

    /// As of a node that knows neither `status` nor `log`.
    func testTheStateOfMembersIsReadFromTheirMessages() throws {
        var (leader, follower) = (PlayMember(id: "n0"), PlayMember(id: "n1"))
        leader.sends(try message("n0", "n1", #""type":"request_vote","term":3,"last_log_index":1"#))
        XCTAssertEqual([leader.role, leader.vote], ["candidate", "n0"])
        follower.sends(try message("n1", "n0", #""type":"request_vote_res","term":3,"vote_granted":true"#))
        XCTAssertEqual([follower.role, follower.vote], ["follower", "n0"])
        let append = try message(
            "n0", "n1",
            #""type":"append_entries","term":3,"prev_log_index":1,"entries":[{"term":2,"op":"a"},{"term":3,"op":"b"}],"#
                + #""leader_commit":2"#)
        leader.sends(append)
        XCTAssertEqual(leader.role, "leader")
        XCTAssertEqual([leader.term, leader.commit, leader.base], [3, 2, 1])
        XCTAssertEqual(append.label, "[2 3] after 1")
        follower.acknowledges(append)
        XCTAssertEqual(follower.terms, "[..1 2 | 3]")
        // A later leader has another entry there.
        follower.acknowledges(
            try message(
                "n2", "n1",
                #""type":"append_entries","term":4,"prev_log_index":2,"entries":["4 c1 1 write 1 5"],"leader_commit":3"#
            ))
        XCTAssertEqual(follower.log.map(\.words), [#""a""#, "write 1 5"])
        XCTAssertEqual(follower.terms, "[..1 2 4]")
    }

    func testMessagesHaveShortLabels() throws {
        for (body, label) in [
            (#""type":"append_entries","term":2,"entries":[]"#, "heartbeat t2"),
            (#""type":"request_vote","term":2,"pre_vote":true"#, "PreVote t2"),
            (#""type":"request_vote_res","term":2,"vote_granted":false"#, "vote no"),
            (
                #""type":"relay","source":"n0","route":["n2"],"body":{"type":"timeout_now","term":4}"#,
                "relay: TimeoutNow t4"
            ),
            (#""type":"forward","requests":["c9 1 write 1 2"],"limit":7"#, "forward write 1 2"),
            (#""type":"something_else","term":7"#, "something_else t7"),
        ] {
            XCTAssertEqual(try message("n0", "n1", body).label, label)
        }
        XCTAssertNil(PlayMessage("not a message".utf8))
    }
}
