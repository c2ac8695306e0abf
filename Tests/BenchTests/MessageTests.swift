import XCTest

@testable import mini_maelstrom

final class MessageTests: XCTestCase {
    private var reader = MessageReader(nodes: 3)

    private func read(_ line: String, from node: Int = 0) throws -> MessageReader.Message {
        try Array(line.utf8).withUnsafeBytes { try reader.read($0[...], from: node) }
    }

    private func complaint(_ line: String) -> String? {
        do {
            _ = try read(line)
            return nil
        } catch Failure.badLine(_, _, let why) {
            return why
        } catch {
            return "\(error)"
        }
    }

    func testInvalidLinesHaveAReason() {
        XCTAssertEqual(complaint("hello"), "not a JSON object")
        XCTAssertEqual(complaint(""), "not a JSON object")
        XCTAssertEqual(complaint("[1]"), "the line is of the wrong kind")
        XCTAssertEqual(complaint(#"{"dest":"n1","body":{}}"#), "no src")
        XCTAssertEqual(complaint(#"{"src":null,"dest":"n1","body":{}}"#), "src is null")
        XCTAssertEqual(complaint(#"{"src":"n0","body":{}}"#), "no dest")
        XCTAssertEqual(complaint(#"{"src":"n0","dest":"n1"}"#), "no body")
        XCTAssertEqual(complaint(#"{"src":"n0","dest":"n1","body":[]}"#), "body is of the wrong kind")
        XCTAssertEqual(complaint(#"{"src":"n1","dest":"n0","body":{}}"#), "src is n1, not n0")
        XCTAssertEqual(complaint(#"{"src":"n0","dest":"n3","body":{}}"#), "dest is n3, which does not exist")
        XCTAssertEqual(
            complaint(#"{"src":"n0","dest":"n01","body":{}}"#), "dest is n01, which does not exist")
        XCTAssertEqual(
            complaint(#"{"src":"n0","dest":"lin-kv","body":{}}"#), "dest is lin-kv, which does not exist")
    }

    func testOnlyTheNumbersOfLearnedShapesAreRead() throws {
        for (client, id, value) in [(4, 1, 3), (5, 20, 4), (123_456, 789, 12), (4, 0, 0)] {
            let line =
                #"{"src":"n0","dest":"c\#(client)","body":{"type":"read_ok","value":\#(value),"in_reply_to":\#(id)}}"#
            guard case .toClient(let found, let reply) = try read(line) else { return XCTFail(line) }
            XCTAssertEqual(found, client)
            XCTAssertEqual(reply.inReplyTo, id)
            XCTAssertEqual(reply.value, .integer(value))
        }
    }

    func testEqualNumbersInALineAreNotConfused() throws {
        for (id, value) in [(3, 3), (5, 6)] {
            let line =
                #"{"src":"n0","dest":"c3","body":{"value":\#(value),"in_reply_to":\#(id),"type":"read_ok"}}"#
            guard case .toClient(3, let reply) = try read(line) else { return XCTFail(line) }
            XCTAssertEqual(reply.inReplyTo, id)
            XCTAssertEqual(reply.value, .integer(value))
        }
    }

    func testAmbiguousShapesAreAlwaysDecoded() throws {
        func value(_ text: String) throws -> RegisterValue?? {
            let line = #"{"src":"n0","dest":"c3","body":{"type":"read_ok","value":\#(text),"in_reply_to":1}}"#
            guard case .toClient(_, let reply) = try read(line) else { return nil }
            return reply.value
        }
        for _ in 0..<2 {
            XCTAssertEqual(try value("-5"), .integer(-5))
            XCTAssertEqual(try value("-6"), .integer(-6))
            XCTAssertEqual(try value("1.5"), .other("1.5"))
            XCTAssertEqual(try value("2.5"), .other("2.5"))
            XCTAssertEqual(try value("\"7\""), .other("\"7\""))
            XCTAssertEqual(try value("\"8\""), .other("\"8\""))
            XCTAssertEqual(try value("1e2"), .integer(100))
            XCTAssertEqual(try value("1e3"), .integer(1000))
        }
        XCTAssertNotNil(
            complaint(#"{"src":"n0","dest":"c3","body":{"type":"read_ok","value":07,"in_reply_to":1}}"#))
    }

    func testALearnedShapeStillNeedsTheRightSourceAndDestination() throws {
        _ = try read(#"{"src":"n0","dest":"n1","body":{"type":"ping","msg_id":1}}"#)
        XCTAssertEqual(
            complaint(#"{"src":"n2","dest":"n1","body":{"type":"ping","msg_id":2}}"#), "src is n2, not n0")
        XCTAssertEqual(
            complaint(#"{"src":"n0","dest":"n9","body":{"type":"ping","msg_id":2}}"#),
            "dest is n9, which does not exist")
        guard
            case .toNode(2, kind: "ping", hasID: false) = try read(
                #"{"src":"n0","dest":"n2","body":{"type":"ping","msg_id":3}}"#)
        else { return XCTFail("not for n2") }
    }

    func testTheKindOfAMessageIsCorrectAlsoForLearnedShapes() throws {
        for round in 1...3 {
            for kind in ["ping", "pong"] {
                let line =
                    #"{"src":"n0","dest":"n1","body":{"entries":[{"type":"x"}],"term":\#(round),"type":"\#(kind)"}}"#
                guard case .toNode(1, .some(kind), false) = try read(line) else { return XCTFail(line) }
            }
        }
        guard case .toNode(_, nil, _) = try read(#"{"src":"n0","dest":"n1","body":{"type":7}}"#) else {
            return XCTFail("a type that is no text is none")
        }
    }

    func testRepliesWithUnknownFieldsAreAlwaysReported() throws {
        for id in 1...3 {
            let line = #"{"src":"n0","dest":"c3","body":{"type":"cas_ok","extra":1,"in_reply_to":\#(id)}}"#
            guard case .toClient(_, let reply) = try read(line) else { return XCTFail(line) }
            XCTAssertEqual(reply.unexpected, ["extra"])
        }
    }

    func testRequestsAreThoseOfMaelstrom() {
        var line: [UInt8] = []
        MessageWriter.append(
            Request(key: 17, kind: .cas, value: 3, newValue: 0), id: 26, client: 7, node: 0, messageID: 12,
            to: &line)
        MessageWriter.append(
            Request(key: 0, kind: .write, value: 4), id: 27, client: 8, node: 1, messageID: 1, to: &line)
        MessageWriter.append(
            Request(key: 1, kind: .read), id: 28, client: 9, node: 2, messageID: 1, to: &line)
        MessageWriter.append(
            Request(key: 2, kind: .write, value: 4), padding: 3, id: 29, client: 9, node: 2, messageID: 2,
            to: &line)
        MessageWriter.append(
            body: MessageWriter.initBody(node: 0, nodes: 2), id: 1, client: 1, node: 0, messageID: 1,
            to: &line)
        XCTAssertEqual(
            String(decoding: line, as: UTF8.self),
            """
            {"id":26,"src":"c7","dest":"n0","body":{"type":"cas","key":17,"from":3,"to":0,"msg_id":12}}
            {"id":27,"src":"c8","dest":"n1","body":{"type":"write","key":0,"value":4,"msg_id":1}}
            {"id":28,"src":"c9","dest":"n2","body":{"type":"read","key":1,"msg_id":1}}
            {"id":29,"src":"c9","dest":"n2","body":{"type":"write","key":2,"value":"...4","msg_id":2}}
            {"id":1,"src":"c1","dest":"n0","body":{"type":"init","node_id":"n0","node_ids":["n0","n1"],"msg_id":1}}

            """)
    }

    func testAMessageBetweenNodesGetsAnId() {
        var line: [UInt8] = []
        Array(#"  {"src":"n0","dest":"n1","body":{}}"#.utf8).withUnsafeBytes {
            MessageWriter.append($0[...], id: 5, to: &line)
        }
        XCTAssertEqual(
            String(decoding: line, as: UTF8.self), #"{"id":5,"src":"n0","dest":"n1","body":{}}"# + "\n")
    }
}
