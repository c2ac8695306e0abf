import XCTest

@testable import mini_maelstrom

final class MessageTests: XCTestCase {
    private var reader = MessageReader()

    private func read(_ line: String, from node: Int = 0) throws -> Envelope {
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
        XCTAssertEqual(complaint("[1]"), "not a JSON object")
        XCTAssertEqual(complaint(#"{"dest":"n1","body":{}}"#), "no src")
        XCTAssertEqual(complaint(#"{"src":null,"dest":"n1","body":{}}"#), "src is null")
        XCTAssertEqual(complaint(#"{"src":"n0","body":{}}"#), "no dest")
        XCTAssertEqual(complaint(#"{"src":"n0","dest":"n1"}"#), "no body")
        XCTAssertEqual(complaint(#"{"src":"n0","dest":"n1","body":[]}"#), "body is of the wrong kind")
    }

    // JSONDecoder takes 1.0 for an integer; Maelstrom's client waits on.
    func testAnInReplyToWithAFractionAnswersNothing() throws {
        for (text, id) in [("7", 7), ("7.0", nil), ("7e0", nil), ("\"7\"", nil)] as [(String, Int?)] {
            for _ in 0..<2 {
                let line =
                    #"{"src":"n0","dest":"c4","body":{"type":"write_ok","in_reply_to" : \#(text)}}"#
                XCTAssertEqual(try read(line).reply?.inReplyTo, id, text)
            }
        }
        let nested =
            #"{"src":"n0","dest":"c4","body":{"type":"read_ok","value":{"in_reply_to":1.5},"in_reply_to":7}}"#
        XCTAssertEqual(try read(nested).reply?.inReplyTo, 7)
    }

    func testAddressesAreThoseOfNodesClientsAndServices() throws {
        XCTAssertEqual(try read(#"{"src":"c5","dest":"n0","body":{}}"#).source, .client(5))
        XCTAssertEqual(try read(#"{"src":"n0","dest":"n01","body":{}}"#).destination, .nobody("n01"))
        let asked = try read(#"{"src":"n0","dest":"lin-kv","body":{"type":"read","key":[1.5],"msg_id":2}}"#)
        XCTAssertEqual(asked.destination, .service(.linKV))
        XCTAssertEqual(asked.kind, "read")
        XCTAssertEqual(
            asked.request, ["type": .string("read"), "key": .list([.number(1.5)]), "msg_id": .integer(2)])
    }

    func testNodesMayHaveOtherNames() throws {
        reader = MessageReader(nodes: ["n2": 0, "n1": 1, "bob": 2])
        for _ in 0..<2 {
            let line = try read(#"{"src":"n2","dest":"n1","body":{"type":"ping"}}"#)
            XCTAssertEqual(line.source, .node(0))
            XCTAssertEqual(line.destination, .node(1))
            XCTAssertEqual(try read(#"{"src":"bob","dest":"n0","body":{}}"#).destination, .nobody("n0"))
        }
    }

    func testOnlyTheNumbersOfLearnedShapesAreRead() throws {
        for (client, id, value) in [(4, 1, 3), (5, 20, 4), (123_456, 789, 12), (4, 0, 0)] {
            let line =
                #"{"src":"n0","dest":"c\#(client)","body":{"type":"read_ok","value":\#(value),"in_reply_to":\#(id)}}"#
            let found = try read(line)
            XCTAssertEqual(found.destination, .client(client))
            XCTAssertEqual(found.reply?.inReplyTo, id)
            XCTAssertEqual(found.reply?.value, .integer(value))
        }
    }

    func testEqualNumbersInALineAreNotConfused() throws {
        for (id, value) in [(3, 3), (5, 6)] {
            let line =
                #"{"src":"n0","dest":"c3","body":{"value":\#(value),"in_reply_to":\#(id),"type":"read_ok"}}"#
            let reply = try read(line).reply
            XCTAssertEqual(reply?.inReplyTo, id)
            XCTAssertEqual(reply?.value, .integer(value))
        }
    }

    func testAmbiguousShapesAreAlwaysDecoded() throws {
        func value(_ text: String) throws -> RegisterValue?? {
            let line = #"{"src":"n0","dest":"c3","body":{"type":"read_ok","value":\#(text),"in_reply_to":1}}"#
            return try read(line).reply?.value
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

    func testSourceAndDestinationOfALearnedShapeAreRead() throws {
        _ = try read(#"{"src":"n0","dest":"n1","body":{"type":"ping","msg_id":1}}"#)
        let line = try read(#"{"src":"n2","dest":"n9","body":{"type":"ping","msg_id":2}}"#)
        XCTAssertEqual(line.source, .node(2))
        XCTAssertEqual(line.destination, .node(9))
        XCTAssertEqual(line.kind, "ping")
        XCTAssertFalse(line.hasID)
    }

    func testTheKindOfAMessageIsCorrectAlsoForLearnedShapes() throws {
        for round in 1...3 {
            for kind in ["ping", "pong"] {
                let line =
                    #"{"src":"n0","dest":"n1","body":{"entries":[{"type":"x"}],"term":\#(round),"type":"\#(kind)"}}"#
                XCTAssertEqual(try read(line).kind, kind)
            }
        }
        XCTAssertNil(
            try read(#"{"src":"n0","dest":"n1","body":{"type":7}}"#).kind, "a type that is no text is none")
    }

    func testRepliesWithUnknownFieldsAreAlwaysReported() throws {
        for id in 1...3 {
            let line = #"{"src":"n0","dest":"c3","body":{"type":"cas_ok","extra":1,"in_reply_to":\#(id)}}"#
            XCTAssertEqual(try read(line).reply?.unexpected, ["extra"])
        }
    }

    func testRequestsAreThoseOfMaelstrom() {
        var line: [UInt8] = []
        MessageWriter.append(
            Request(key: 17, kind: .cas, value: 3, newValue: 0), id: 26, client: 7, node: "n0", messageID: 12,
            to: &line)
        MessageWriter.append(
            Request(key: 0, kind: .write, value: 4), id: 27, client: 8, node: "n1", messageID: 1, to: &line)
        MessageWriter.append(
            Request(key: 1, kind: .read), id: 28, client: 9, node: "n2", messageID: 1, to: &line)
        MessageWriter.append(
            Request(key: 2, kind: .write, value: 4), padding: 3, id: 29, client: 9, node: "n2", messageID: 2,
            to: &line)
        MessageWriter.append(
            body: MessageWriter.initBody(node: 0, nodes: 2), id: 1, client: 1, node: "n0", messageID: 1,
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
