import Consensus
import KeyValue
import Maelstrom
import XCTest

final class WriterTests: XCTestCase {
    func testAReplyHasExactlyTheFieldsOfTheContract() {
        let settings = Raft.Settings(id: "n0", members: ["n0", "n1"], seed: 1)
        var status = Replica(settings: settings, now: 0).status
        (status.term, status.votedFor, status.lastLogIndex, status.lastLogTerm) = (3, "n1", 5, 2)
        (status.commitIndex, status.lastApplied) = (4, 4)
        let replies: [(body: ClientReply.Body, text: String)] = [
            (
                .readOK(JSONValue(canonical: #"{"a":"é"}"#)),
                #""type":"read_ok","in_reply_to":0,"value":{"a":"é"}"#
            ),
            (.writeOK, #""type":"write_ok","in_reply_to":0"#),
            (.casOK, #""type":"cas_ok","in_reply_to":0"#),
            (
                .error(.keyDoesNotExist, "there is no key \"x\"\n"),
                #""type":"error","in_reply_to":0,"code":20,"text":"there is no key \"x\"\n""#
            ),
            (
                .statusOK(status),
                #""type":"status_ok","in_reply_to":0,"node_id":"n0","role":"follower","term":3,"leader":null,"#
                    + #""voted_for":"n1","members":["n0","n1"],"last_log_index":5,"last_log_term":2,"#
                    + #""commit_index":4,"last_applied":4,"snapshot_index":0"#
            ),
        ]
        for (body, text) in replies {
            XCTAssertEqual(
                written { $0.write(ClientReply(to: "c1", inReplyTo: 0, body)) },
                #"{"src":"n0","dest":"c1","body":{\#(text)}}"#)
        }
    }

    func testAReplyToARequestWithoutMsgIDHasNoInReplyTo() {
        XCTAssertEqual(
            written { $0.write(ClientReply(to: "c1", inReplyTo: nil, .writeOK)) },
            #"{"src":"n0","dest":"c1","body":{"type":"write_ok"}}"#)
        XCTAssertEqual(
            written { $0.write(initOKTo: "c1", inReplyTo: nil) },
            #"{"src":"n0","dest":"c1","body":{"type":"init_ok"}}"#)
    }

    func testIDsAndTextsAreEscaped() {
        XCTAssertEqual(
            written {
                $0.write(Refusal(from: "n\"0", to: "c\\\u{1f}é", inReplyTo: -1, .notSupported, "a\tb"))
            },
            #"{"src":"n\"0","dest":"c\\\u001fé","body":{"type":"error","in_reply_to":-1,"code":10,"text":"a\tb"}}"#
        )
    }

    func testAnErrorKeepsTheIDOfTheNode() {
        let text = written {
            $0.write(Refusal(from: "n7", to: "c1", inReplyTo: 1, .temporarilyUnavailable, "x"))
            $0.write(initOKTo: "c1", inReplyTo: 2)
        }
        XCTAssert(
            text.hasSuffix("\n" + #"{"src":"n0","dest":"c1","body":{"type":"init_ok","in_reply_to":2}}"#))
    }

    func testTheLargestNumbersAreWrittenExactly() {
        for number in [0, 9, 10, -1, .max, .min, 1 << 62] {
            XCTAssert(
                written { $0.write(initOKTo: "c1", inReplyTo: number) }.contains("\"in_reply_to\":\(number)}")
            )
        }
    }

    func testEachFollowerGetsItsOwnEntries() {
        let log = (1...6).map { Entry(term: $0 / 3 + 1, "c1 \($0) write 1 \($0)") }
        var writer = MessageWriter()
        writer.identify(as: "n0")
        var sent: [AppendEntries] = []
        for (previous, last) in [(0, 6), (0, 6), (3, 6), (0, 6), (0, 3), (3, 3), (2, 6), (1, 4)] {
            let request = AppendEntries(
                term: 3, leader: "n0", prevLogIndex: previous,
                prevLogTerm: previous == 0 ? 0 : log[previous - 1].term,
                entries: Array(log[previous..<last]), leaderCommit: 0)
            sent.append(request)
            writer.write(PeerEnvelope(to: "n1", .raft(RaftMessage(id: 1, .appendEntries(request)))))
        }
        let identity = Identity(id: "n1", members: ["n0", "n1"])
        let decoder = MessageDecoder()
        let read = writer.bytes.split(separator: 10).map { line in
            Array(line).withUnsafeBytes { decoder.decode($0, for: identity) }.raft?.body
        }
        XCTAssertEqual(read, sent.map { .appendEntries($0) })
    }

    func testEntriesOfAnotherLeaderAreNotReusedFromTheCache() {
        var writer = MessageWriter()
        writer.identify(as: "n0")
        for (term, value) in [(3, 1), (4, 2)] {
            let request = AppendEntries(
                term: term, leader: "n0", prevLogIndex: 0, prevLogTerm: 0,
                entries: [Entry(term: 1, "c1 1 write 1 \(value)")], leaderCommit: 0)
            writer.write(PeerEnvelope(to: "n1", .raft(RaftMessage(id: 1, .appendEntries(request)))))
        }
        XCTAssert(String(decoding: writer.bytes, as: UTF8.self).contains("write 1 2"))
    }
}
