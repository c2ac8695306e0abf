import Consensus
import Detours
import KeyValue
import Maelstrom
import XCTest

final class PeerMessageTests: XCTestCase {
    /// Every Raft message with every combination of fields, from n1 to n0.
    private let messages: [RaftMessage] = [
        RaftMessage(
            id: 1, .requestVote(RequestVote(term: 5, candidate: "n1", lastLogIndex: 4, lastLogTerm: 2))),
        RaftMessage(
            id: 0,
            .requestVote(
                RequestVote(term: 5, candidate: "n1", lastLogIndex: 0, lastLogTerm: 0, preVote: true))),
        RaftMessage(
            id: 7,
            .requestVote(
                RequestVote(
                    term: 1 << 62, candidate: "n1", lastLogIndex: 1 << 62, lastLogTerm: 1 << 62,
                    leadershipTransfer: true))),
        RaftMessage(inReplyTo: 3, .requestVoteReply(RequestVoteReply(term: 0, voteGranted: true))),
        RaftMessage(.requestVoteReply(RequestVoteReply(term: 9, voteGranted: false, preVote: true))),
        RaftMessage(
            id: 2,
            .appendEntries(
                AppendEntries(term: 1, leader: "n1", prevLogIndex: 0, prevLogTerm: 0, leaderCommit: 0))),
        RaftMessage(
            id: 3,
            .appendEntries(
                AppendEntries(
                    term: 4, leader: "n1", prevLogIndex: 8, prevLogTerm: 2,
                    entries: [
                        Entry(term: 2, "c1 7 write \"x y\" {\"a\":[1,\"\\\\\"]}"),
                        Entry(term: 3, payload: .noOp),
                        Entry(term: 4, "c%20 n2/9 cas-or-create \"é\" \"e\u{301}\" 1e+30"),
                    ], leaderCommit: 6, leaderDurable: 11, roundTrip: Estimate(mean: 1500, deviation: 20)))),
        RaftMessage(inReplyTo: 2, .appendEntriesReply(AppendEntriesReply(term: 4, success: true))),
        RaftMessage(
            inReplyTo: 2,
            .appendEntriesReply(
                AppendEntriesReply(
                    term: 4, success: false, hint: LogPosition(index: 3, term: 1), commitIndex: 0))),
        RaftMessage(
            id: 5,
            .installSnapshot(
                InstallSnapshot(
                    term: 4, leader: "n1", lastIncluded: LogPosition(index: 9, term: 3), offset: 12,
                    data: "line\n\u{1}\"\\é\u{2028}\u{7f}", done: false))),
        RaftMessage(
            id: 5,
            .installSnapshot(
                InstallSnapshot(
                    term: 4, leader: "n1", lastIncluded: LogPosition(index: 9, term: 3), offset: 0, data: "",
                    done: true, lostLog: 9))),
        RaftMessage(inReplyTo: 5, .installSnapshotReply(InstallSnapshotReply(term: 4))),
        RaftMessage(id: 6, .timeoutNow(TimeoutNow(term: 4, leader: "n1"))),
        RaftMessage(id: 6, .timeoutNow(TimeoutNow(term: 4, leader: "n1", lastLogIndex: 3))),
        RaftMessage(id: 7, .readIndex(ReadIndex(term: 4))),
        RaftMessage(id: 8, .readIndex(ReadIndex(term: 4, confirm: true))),
        RaftMessage(inReplyTo: 7, .readIndexReply(ReadIndexReply(term: 4))),
        RaftMessage(
            inReplyTo: 8,
            .readIndexReply(
                ReadIndexReply(
                    term: 4, index: 11,
                    membership: Membership(voters: ["n0", "n 1"], outgoing: ["n2"], change: "c1 8 5f")))),
    ]

    func testAHelloIsNoLongerThanItsBound() {
        for (size, name) in [(3, "n"), (40, "node-"), (100, "n")] {
            let ids = (100..<(100 + size)).map { "\(name)\($0)" }
            func list(_ id: NodeID) -> LinkStateAdvertisement {
                LinkStateAdvertisement(member: id, number: 1 << 62, missed: ids.filter { $0 != id })
            }
            let hello = Hello(
                own: list(ids[0]), holds: 1 << 62, asks: true,
                others: ids.prefix(Detours.listsPerHello).map(list), total: Hello.highestTotal)
            var writer = MessageWriter()
            writer.identify(as: ids[0])
            writer.write(PeerEnvelope(to: ids[1], .hello(hello)))
            // Each id takes quotes and a comma, or a space; a number has at most 19 digits.
            let length = ids[0].utf8.count
            let most =
                Detours.mostIDsPerHello(members: size) * (length + 3) + (Detours.listsPerHello + 3) * 24 + 120
                + 2 * length
            XCTAssertLessThanOrEqual(writer.bytes.count, most)
            XCTAssertGreaterThan(writer.bytes.count, most / 3)
        }
    }

    private func said(_ message: PeerMessage) -> String {
        var writer = MessageWriter()
        writer.identify(as: "n1")
        writer.write(PeerEnvelope(to: "n0", message))
        return String(String(decoding: writer.bytes, as: UTF8.self).dropLast())
    }

    func testEveryRaftMessageSurvivesWritingAndReading() {
        for message in messages {
            let text = said(.raft(message))
            XCTAssertFalse(text.contains("\n"))
            XCTAssertEqual(decode(text).raft, message, text)
        }
    }

    func testEveryOtherMessageSurvivesWritingAndReading() {
        let forward = Forward(
            ["c1 7 write \"x\" 5", "c2 -1 cas [1] null {\"a b\":\"\\n\"}"].map {
                Proposal(line: $0)!
            },
            limit: 50_000)
        var said: [PeerMessage] = [
            .forward(forward), .transfer(TransferRequest(term: 3, target: "n2")),
            .hello(
                Hello(own: LinkStateAdvertisement(member: "n1", number: 7, missed: []), holds: 0, asks: false)
            ),
            .hello(
                Hello(
                    own: LinkStateAdvertisement(member: "n1", number: 7, missed: ["n 2", "", "a,\"b"]),
                    holds: 9, asks: true,
                    others: [
                        LinkStateAdvertisement(member: "n 2", number: 0, missed: []),
                        LinkStateAdvertisement(
                            member: "n2", number: 1 << 62, missed: ["n0", "n 1", "a,b", "%20", "é\n"]),
                    ], total: 1 << 62)),
        ]
        said += messages.map { .raft($0) }
        for message in said {
            XCTAssertEqual(decode(self.said(message)).peer, message)
            for route in [["n2", "n3"], []] {
                let relay = PeerMessage.relay(Relay(source: "n1", route: route, message: message))
                XCTAssertEqual(decode(self.said(relay)).peer, relay)
            }
        }
    }

    func testMessagesWithOnlyTheFieldsOfThePaperAreAccepted() {
        let body =
            #""term":3,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":[],"leader_commit":0"#
        XCTAssertEqual(
            decode(line(from: "n1", "{\"type\":\"append_entries\",\(body)}")).raft?.body,
            .appendEntries(
                AppendEntries(term: 3, leader: "n1", prevLogIndex: 0, prevLogTerm: 0, leaderCommit: 0)))
        XCTAssertEqual(
            decode(
                line(from: "n1", #"{"type":"append_entries_res","term":3,"success":false,"in_reply_to":0}"#)
            ).raft,
            RaftMessage(inReplyTo: 0, .appendEntriesReply(AppendEntriesReply(term: 3, success: false))))
    }

    func testTheErrorOfAMalformedMessageNamesTheField() {
        let good: [String: [(field: String, value: String)]] = [
            "request_vote": [
                ("term", "1"), ("candidate_id", #""n1""#), ("last_log_index", "0"), ("last_log_term", "0"),
            ],
            "append_entries": [
                ("term", "1"), ("leader_id", #""n1""#), ("prev_log_index", "0"), ("prev_log_term", "0"),
                ("entries", "[]"), ("leader_commit", "0"),
            ],
            "install_snapshot": [
                ("term", "1"), ("leader_id", #""n1""#), ("last_included_index", "1"),
                ("last_included_term", "1"), ("offset", "0"), ("data", #""""#), ("done", "true"),
            ],
            "timeout_now": [("term", "1"), ("leader_id", #""n1""#)],
            "read_index": [("term", "1")],
            "forward": [("requests", "[]"), ("limit", "9")],
            "transfer": [("term", "1"), ("target", #""n0""#)],
            "hello": [("number", "7"), ("missed", "[]"), ("holds", "0")],
            "relay": [
                ("source", #""n2""#), ("route", "[]"), ("body", #"{"type":"read_index","term":1}"#),
            ],
        ]
        for (type, fields) in good {
            func input(_ fields: [(field: String, value: String)]) -> Input {
                let text = fields.map { ",\"\($0.field)\":\($0.value)" }.joined()
                return decode(line(from: "n1", "{\"type\":\"\(type)\",\"msg_id\":8\(text)}"))
            }
            XCTAssertNotNil(input(fields).peer, type)
            for slot in fields.indices {
                var wrong = ["null", #""n2""#, "-1", "4611686018427387905", "1.5", "{}", "1e300"]
                if ["data", "target", "source"].contains(fields[slot].field) { wrong = ["null", "1"] }
                for value in wrong {
                    var changed = fields
                    changed[slot].value = value
                    let refusal = input(changed).refusal
                    XCTAssertEqual(
                        refusal?.code, .malformedRequest, "\(type) \(fields[slot].field) \(value)")
                    XCTAssertEqual(refusal?.inReplyTo, 8)
                    XCTAssert(refusal?.text.contains(fields[slot].field) ?? false, refusal?.text ?? "")
                }
                var fewer = fields
                fewer.remove(at: slot)
                XCTAssert(input(fewer).refusal?.text.contains(fields[slot].field) ?? false)
            }
        }
    }

    func testAnOptionalFieldOfTheWrongKindIsMalformed() {
        let vote =
            #""type":"request_vote","term":1,"candidate_id":"n1","last_log_index":0,"last_log_term":0"#
        for field in [#""pre_vote":1"#, #""leadership_transfer":"yes""#] {
            XCTAssertEqual(decode(line(from: "n1", "{\(vote),\(field)}")).refusal?.code, .malformedRequest)
        }
        let append =
            #""type":"append_entries","term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":[],"#
            + #""leader_commit":0"#
        for field in ["[]", "[1]", "[1,-1]", "[1,2,3]", "7", "[1,4611686018427387905]"] {
            let text = line(from: "n1", "{\(append),\"round_trip\":\(field)}")
            XCTAssertEqual(decode(text).refusal?.code, .malformedRequest)
        }
    }

    func testAnOversizedRoundTripIsClamped() {
        let text = line(
            from: "n1",
            #"{"type":"append_entries","term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":[],"#
                + #""leader_commit":0,"round_trip":[4611686018427387904,4611686018427387904]}"#)
        guard case .appendEntries(let request)? = decode(text).raft?.body else { return XCTFail("refused") }
        XCTAssertEqual(request.roundTrip, Estimate(mean: 3_600_000_000, deviation: 3_600_000_000))
    }

    func testRepliesAreNeverAnswered() {
        for source in ["n1", "c1"] {
            for body in [
                #"{"type":"error","in_reply_to":1,"code":12,"text":"x"}"#, #"{"type":"error"}"#,
                #"{"type":"init_ok","in_reply_to":1}"#, #"{"type":"write_ok"}"#,
                #"{"type":"gossip_res"}"#, #"{"type":"gossip","in_reply_to":4}"#,
            ] {
                XCTAssert(decode(line(from: source, body)).isUnneeded, body)
                XCTAssert(decode(line(from: source, body), initialized: false).isUnneeded, body)
            }
        }
        XCTAssert(decode(line(from: "n1", #"{"type":"append_entries_res","term":-1}"#)).isUnusable)
        XCTAssert(decode(line(from: "n1", #"{"type":"request_vote_res","in_reply_to":1}"#)).isUnusable)
        XCTAssert(
            decode(line(#"{"type":"append_entries_res","term":1,"success":true,"in_reply_to":1}"#)).isUnneeded
        )
    }

    func testAMessageOfMembersFromTheNodeItselfIsDroppedWithAReason() {
        for body in [
            #"{"type":"request_vote","msg_id":1,"term":4,"candidate_id":"n0","last_log_index":0,"last_log_term":0}"#,
            #"{"type":"request_vote_res","in_reply_to":1,"term":4,"vote_granted":true}"#,
            #"{"type":"forward","requests":[],"limit":1}"#,
        ] {
            guard case .unusable(let reason) = decode(line(from: "n0", body)) else {
                return XCTFail("\(decode(line(from: "n0", body)))")
            }
            XCTAssert(reason.hasSuffix(" from n0, which is this node itself"), reason)
        }
        // A client may have any id.
        XCTAssertNotNil(decode(line(from: "n0", #"{"type":"read","msg_id":1,"key":1}"#)).operation)
    }
}
