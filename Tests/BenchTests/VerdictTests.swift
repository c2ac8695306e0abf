import XCTest

@testable import mini_maelstrom

/// Verdicts as Maelstrom gives them, of nodes that do unusual things.
final class VerdictTests: BenchProgram {
    override class var sideBySide: [String: [String]] {
        [
            "borrow": words(nodes: 3, "--time-limit 0.5", with: "borrow"),
            "stray": words("--time-limit 0.3", with: "stray"),
            "proxy": words(nodes: 3, "--nodes a,b,c --time-limit 0.5 --latency 1", with: "proxy"),
            "proxy-seq": words(nodes: 3, "--time-limit 1", with: "proxy-seq"),
            "accepted": words("--time-limit 0.3 --accept-malformed", with: "malformed"),
            "misquote": words("--time-limit 0.3", with: "misquote"),
            "impostor": words("--time-limit 0.1", with: "impostor"),
            // The only client asks n0.
            "one asked": words(nodes: 2, "--time-limit 0.2 --clients 1"),
            "one asked for transactions": words(nodes: 2, "-w txn-list-append --time-limit 0.2 --clients 1"),
        ]
    }

    func testANodeMayPassMessagesOnWithTheSourceOfTheirClients() throws {
        let ended = try end(of: "borrow")
        XCTAssertEqual(ended.status, 0, ended.output)
        XCTAssertTrue(
            ended.output.contains("n1 sent messages in the name of others,")
                && ended.output.contains(#""src":"c"#),
            ended.output)
    }

    func testMessagesFromAndToNobodyAreDroppedAndRemarked() throws {
        let stray = try end(of: "stray")
        XCTAssertEqual(stray.status, 0, stray.output)
        XCTAssertTrue(stray.output.contains("n0 sent messages to a dest that does not exist,"), stray.output)
        let impostor = try end(of: "impostor", isServed: false)
        XCTAssertEqual(impostor.status, 1, impostor.output)
        XCTAssertTrue(
            impostor.output.contains("n0 sent messages with a src that does not exist,"), impostor.output)
    }

    func testAKindOfRequestThatNeverSucceedsIsInvalid() throws {
        let ended = try withEnoughTime {
            try test("--time-limit \($0)", with: "stubborn")
        } until: {
            $0.output.contains(#/none of [0-9,]+ cas succeeded\n/#)
        }
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.contains(#/none of [0-9,]+ cas succeeded\n/#), ended.output)
    }

    func testARateOfZeroAsksNothingAndIsNotJudged() throws {
        let ended = try test("--time-limit 0.1 --rate 0")
        XCTAssertEqual(ended.status, 2, ended.output)
        XCTAssertTrue(ended.output.contains("there were no requests"), ended.output)
    }

    func testFewRequestsAreRemarked() throws {
        let ended = try test("--time-limit 0.3 --rate 20")
        XCTAssertTrue(
            ended.output.contains("can hardly show a fault") || ended.output.contains("so few show little"),
            ended.output)
    }

    func testNodesMayBuildOnTheServicesOfMaelstrom() throws {
        let proxy = try end(of: "proxy")
        XCTAssertEqual(proxy.status, 0, proxy.output)
        XCTAssertEqual(try contents("b.log"), "test-node: b is up\n")
        XCTAssertGreaterThan(try results().serverMessages, 10)
        let sequential = try end(of: "proxy-seq")
        XCTAssertEqual(sequential.status, 1, sequential.output)
    }

    func testRepliesThatBreakTheFormOfMaelstromAreInvalidAndShown() throws {
        let ended = try withEnoughTime {
            try test("--time-limit \($0)", with: "malformed")
        } until: {
            $0.output.contains(" replies broke the form") && $0.output.contains("which is    read_ok with")
        }
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertNotNil(
            ended.output.firstRange(
                of: #/[0-9,]+ replies broke the form that Maelstrom demands:/#),
            ended.output)
        for line in [
            #"    request     {"src":"c"#,
            #"    expected    {"type":"read_ok","value":ANY,"in_reply_to":"#,
            #"    answer      {"src":"n0","dest":"c"#, "    which is    read_ok with a field val",
        ] { XCTAssertTrue(ended.output.contains(line), ended.output) }
        let accepted = try end(of: "accepted")
        XCTAssertEqual(accepted.status, 0, accepted.output)
        XCTAssertTrue(accepted.output.contains("replies broke the form"), accepted.output)
        func isTold(_ ended: Ended) throws -> Bool {
            try ended.output.contains("write_ok with a field flavour")
                || contents("results.json").contains("with a field flavour")
        }
        XCTAssertTrue(
            try isTold(withEnoughTime({ try test("--time-limit \($0)", with: "extra") }, until: isTold)))
    }

    func testRepliesToNoRequestAreCountedAndShown() throws {
        let ended = try end(of: "misquote")
        XCTAssertEqual(ended.status, 0, ended.output)
        XCTAssertTrue(
            ended.output.contains(
                "n0 sent clients replies whose in_reply_to is that of none of their requests,"),
            ended.output)
    }

    func testEveryKeyIsReadThroughEveryNodeAtTheEnd() throws {
        let ended = try end(of: "one asked")
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.contains(" at n1 read no value"), ended.output)
        let transactions = try end(of: "one asked for transactions")
        XCTAssertEqual(transactions.status, 1, transactions.output)
    }
}
