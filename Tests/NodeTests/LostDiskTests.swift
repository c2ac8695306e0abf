import Foundation
import XCTest

/// A member that restarts with an empty directory, and its replacement.
final class LostDiskTests: XCTestCase {
    private let ids = ["n0", "n1", "n2"]
    private var wire = Wire()
    private var directory = ""
    private var lastID = 1

    override func setUpWithError() throws {
        directory = NSTemporaryDirectory() + "raft-kv-\(UUID().uuidString)"
        for id in ids { try start(id) }
    }

    override func tearDown() {
        wire = Wire()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Nodes never campaign by themselves, however busy the machine is.
    private func start(_ id: String) throws {
        try wire.start(
            id, ["--data-dir", directory, "--election-timeout", "3600000", "--heartbeat-interval", "50"])
        let answered = wire.replies.count
        wire.type([initLine(ids, id)], into: id)
        wire.run(until: { wire.replies.dropFirst(answered).contains { $0.source == id } })
    }

    private func ask(_ id: String, _ fields: String) -> Printed? {
        lastID += 1
        let number = lastID
        wire.request("{\"msg_id\":\(number),\(fields)}", of: id)
        return wire.reply(to: number)
    }

    /// Repeats a request while it is answered 0 or 11.
    private func insist(_ id: String, _ fields: String) -> Printed? {
        while true {
            guard let reply = ask(id, fields) else { return nil }
            if ![0, 11, 14].contains(reply.code) { return reply }
        }
    }

    private func write(_ value: Int) -> String { #""type":"write","key":1,"value":\#(value)"# }

    private func change(_ members: [String]) -> String {
        #""type":"change_membership","members":[\#(members.map { "\"\($0)\"" }.joined(separator: ","))]"#
    }

    func testALostDiskIsDetectedAndItsMemberReplacedByTwoChanges() throws {
        wire.type(
            [line(#"{"type":"timeout_now","term":1,"leader_id":"n1"}"#, from: "n1", to: "n0")], into: "n0")
        XCTAssertEqual(insist("n0", write(1))?.type, "write_ok")
        let held = try XCTUnwrap(ask("n0", #""type":"status""#)?["last_log_index"])
        // The node prints its acknowledgement before this answer.
        while ask("n2", #""type":"status""#)?["last_log_index"] ?? 0 < held {}

        wire.kill9("n2")
        try FileManager.default.removeItem(atPath: "\(directory)/n2")
        try start("n2")
        wire.run(until: {
            wire.nodes["n0"]?.log.contains("n2 acknowledged the log up to \(held), and holds less") ?? false
                && wire.nodes["n2"]?.log.contains("this member has lost its log") ?? false
        })
        while ask("n2", #""type":"status""#)?["last_log_index"] ?? 0 < held {}
        XCTAssertEqual(insist("n2", #""type":"read","key":1"#)?["value"], 1, "it serves its clients")

        // It still knows after another restart, and is not counted.
        wire.kill9("n2")
        try start("n2")
        wire.run(until: { wire.nodes["n2"]?.log.contains("has lost its log before") ?? false })
        wire.kill9("n1")
        XCTAssertEqual(ask("n0", write(2))?.code, 0)
        try start("n1")
        XCTAssertEqual(insist("n0", write(3))?.type, "write_ok")

        XCTAssertEqual(insist("n0", change(["n0", "n1"]))?.type, "change_membership_ok")
        XCTAssertEqual(insist("n0", change(ids))?.type, "change_membership_ok")
        wire.kill9("n1")
        XCTAssertEqual(insist("n0", write(4))?.type, "write_ok", "it counts again")
        for id in ["n0", "n2"] { XCTAssertEqual(wire.end(id), 0) }
    }
}
