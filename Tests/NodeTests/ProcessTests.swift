import Foundation
import XCTest

/// The node as a process: how it ends, and how it continues after a stop.
final class ProcessTests: XCTestCase {
    func testALoneNodeEndsAtOnceOnASignal() throws {
        for signal in [SIGTERM, SIGINT] {
            let wire = Wire()
            let node = try wire.start("n0")
            wire.type([initLine(["n0"])])
            _ = wire.reply(to: 1)
            kill(node.pid, signal)
            XCTAssertEqual(wire.waitForEnd(), 0)
        }
    }

    func testANodeWithoutInitEndsOnASignal() throws {
        let wire = Wire()
        let node = try wire.start("n0")
        wire.type(["nonsense"])
        wire.run(until: { node.log.contains("nonsense") })
        kill(node.pid, SIGTERM)
        XCTAssertEqual(wire.waitForEnd(), 0)
    }

    private func toldToEndOwingAWrite() throws -> (Wire, NodeProcess) {
        let wire = Wire()
        let node = try wire.start("n0", ["--election-timeout", "3600000"])
        wire.type([initLine(["n0", "n1", "n2"]), line(#"{"type":"write","msg_id":2,"key":1,"value":1}"#)])
        _ = wire.reply(to: 1)
        kill(node.pid, SIGTERM)
        wire.run(until: { node.log.contains("is told to end") })
        return (wire, node)
    }

    func testANodeAnswersWhatItOwesBeforeItEndsOnASignal() throws {
        let (wire, _) = try toldToEndOwingAWrite()
        wire.request(#"{"type":"status","msg_id":3}"#)
        XCTAssertEqual(wire.reply(to: 3)?.type, "status_ok")
        XCTAssertEqual(wire.waitForEnd(), 0)
        XCTAssertEqual(wire.reply(to: 2)?.code, 11)
    }

    func testASecondSignalEndsANodeThatStillOwesAnswers() throws {
        let (wire, node) = try toldToEndOwingAWrite()
        kill(node.pid, SIGTERM)
        XCTAssertEqual(wire.waitForEnd(), 128 + SIGTERM)
    }

    func testANodeWhoseStdoutIsClosedEndsQuietly() throws {
        let node = try NodeProcess()
        shutDown(node.output)
        node.send(Array((initLine(["n0"]) + "\n").utf8))
        XCTAssertEqual(node.waitForEnd(), 0)
    }

    private static let ends = [\NodeProcess.output, \NodeProcess.errors]

    /// A node that is blocked in a turn because nobody reads its output.
    private static func stuck(on end: KeyPath<NodeProcess, Int32>) throws -> NodeProcess {
        let node = try NodeProcess()
        let lines = (2...4000).map {
            end == \.errors ? "no message \($0)" : line(#"{"type":"status","msg_id":\#($0)}"#)
        }
        node.send(([initLine(["n0"])] + lines).joined(separator: "\n").utf8 + [10])
        // The pipe holds 64 kB, less than the node writes.
        var held: Int32 = 0
        repeat {
            node.push()
            _ = ioctl(node[keyPath: end], UInt(FIONREAD), &held)
            usleep(1000)
        } while held < 60_000
        return node
    }

    func testANodeWhoseLogNobodyReadsAnswersAndSaysHowManyLinesAreLeftOut() throws {
        let node = try Self.stuck(on: \.errors)
        node.send((line(#"{"type":"status","msg_id":9999}"#) + "\n").utf8)
        while node.takeLines()?.contains(where: { $0.contains("9999") }) == false { usleep(1000) }
        repeat {
            node.takeLog()
            node.send("one more\n".utf8)
            usleep(1000)
        } while !node.log.contains("left out")
        // Each begins with a time.
        for line in node.log.split(separator: "\n") {
            XCTAssertEqual(line.prefix(8).filter { $0 == ":" }.count, 2, "\(line)")
        }
        node.endInput()
        XCTAssertEqual(node.waitForEnd(), 0)
    }

    func testAClosedStdinIsAtItsEnd() throws {
        for redirection in ["<&-", "<&- >&-", "<&- >&- 2>&-"] {
            XCTAssertEqual(try NodeProcess(redirection: redirection).waitForEnd(), 0, redirection)
        }
    }

    func testASecondSignalEndsANodeWhoseOutputNobodyReads() throws {
        for end in Self.ends {
            let node = try Self.stuck(on: end)
            // Two equal signals may be delivered as one.
            kill(node.pid, SIGTERM)
            kill(node.pid, SIGINT)
            XCTAssert([128 + SIGTERM, 128 + SIGINT].contains(node.waitForEnd()))
        }
    }

    func testOneSignalEndsANodeWhoseOutputNobodyReadsToo() throws {
        let nodes = try Self.ends.map { try Self.stuck(on: $0) }
        for node in nodes { kill(node.pid, SIGTERM) }
        for node in nodes { XCTAssertEqual(node.waitForEnd(), 0) }
    }

    /// Nodes that are blocked, and whose input has ended. They wait for seconds, so they start before the first test.
    private nonisolated(unsafe) static var hungUp: [NodeProcess] = []

    override class func setUp() {
        hungUp = ends.compactMap { try? stuck(on: $0) }
        for node in hungUp { node.hangUp() }
    }

    func testTheEndOfInputEndsANodeWhoseOutputNobodyReads() {
        XCTAssertEqual(Self.hungUp.count, 2)
        for node in Self.hungUp { XCTAssertEqual(node.waitForEnd(), 0) }
        Self.hungUp = []
    }

    func testALeaderSendsHeartbeatsWhileItReadsALongLine() throws {
        let wire = Wire()
        let node = try wire.start("n0", ["--election-timeout", "3600000", "--heartbeat-interval", "5"])
        wire.type([
            initLine(["n0", "n1", "n2"]),
            line(#"{"type":"timeout_now","term":1,"leader_id":"n1"}"#, from: "n1"),
        ])
        func said(_ type: String) -> [Printed] { wire.replies.filter { $0.type == type } }
        wire.run(until: { said("request_vote").count == 2 })
        let asked = said("request_vote")[0]
        wire.type([
            line(
                #"{"type":"request_vote_res","in_reply_to":\#(asked["msg_id"] ?? 0),"term":\#(asked["term"] ?? 0),"vote_granted":true}"#,
                from: asked.destination)
        ])
        wire.run(until: { !said("append_entries").isEmpty })
        let value = "[" + String(repeating: #"{"a":[1,"x",null]},"#, count: 100_000) + "0]"
        wire.type([line("{\"type\":\"write\",\"msg_id\":9,\"key\":1,\"value\":\(value)}")])
        wire.run(until: { !node.wantsToWrite })
        // Only the content of the pipe is left to read. The node decodes it during all following messages, until it
        // appends the value.
        let before = said("append_entries").count
        // The first entry is the leader's no-op; the second is the value.
        wire.run(until: { said("append_entries").last?["leader_durable"] == 2 })
        XCTAssertGreaterThan(said("append_entries").count - before, 8)
    }

    /// Closes the reading end of a pipe, but keeps the file descriptor in use.
    private func shutDown(_ end: Int32) {
        let null = open("/dev/null", O_RDONLY)
        dup2(null, end)
        close(null)
    }

    func testANodeThatWasStoppedReadsItsInputBeforeItCampaigns() throws {
        let wire = Wire()
        let node = try wire.start("n0", ["--election-timeout", "100"])
        func append(_ id: Int) -> String {
            line(
                #"{"type":"append_entries","msg_id":\#(id),"term":50,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":[],"leader_commit":0}"#,
                from: "n1")
        }
        wire.type([initLine(["n0", "n1", "n2"]), append(2)])
        wire.run(until: { wire.replies.contains { $0.inReplyTo == 2 } })
        kill(node.pid, SIGSTOP)
        wire.run(for: 0.5)
        let before = wire.replies.count
        wire.type([append(3)])
        kill(node.pid, SIGCONT)
        wire.run(until: { wire.replies.contains { $0.inReplyTo == 3 } })
        let first = wire.replies[before]
        XCTAssertEqual(first.type, "append_entries_res", "\(wire.replies[before...].map(\.text))")
        XCTAssertEqual(first["term"], 50)
        XCTAssertEqual(wire.end(), 0)
    }
}
