import Consensus
import KeyValue
import Maelstrom
import XCTest

/// The elements of `entries` and `requests`, canonical and typed.
final class EntryTextTests: XCTestCase {
    private func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped.replacing("\t", with: "\\t").replacing("\n", with: "\\n"))\""
    }

    private func append(
        _ elements: [String], term: Int = 5, prevLogIndex: Int = 3, prevLogTerm: Int = 2
    ) -> Input {
        let texts = elements.map(quoted)
        return decode(
            line(
                from: "n1",
                """
                {"type":"append_entries","msg_id":1,"term":\(term),"leader_id":"n1",\
                "prev_log_index":\(prevLogIndex),"prev_log_term":\(prevLogTerm),\
                "entries":[\(texts.joined(separator: ","))],"leader_commit":0}
                """))
    }

    private func forward(_ elements: [String]) -> Input {
        let texts = elements.map(quoted)
        return decode(
            line(
                from: "n1",
                "{\"type\":\"forward\",\"requests\":[\(texts.joined(separator: ","))],\"limit\":9}"))
    }

    func testAnElementIsATermAndWhatTheEntryHolds() {
        XCTAssertEqual(
            append(["2 no-op", #"3 c1 7 write "x" 5"#, #"5 c1 8 cas "x" 5 "y z""#]).entries,
            [
                Entry(term: 2, payload: .noOp), Entry(term: 3, #"c1 7 write "x" 5"#),
                Entry(term: 5, #"c1 8 cas "x" 5 "y z""#),
            ])
    }

    func testNoncanonicalTextIsMadeCanonical() {
        XCTAssertEqual(
            append([
                #"3 c1 7 write 1.0 {"b":1,"a":"\u0061"}"#, #"3 c1 8 write 1 2"#,
                #"3 c1 9 cas "\u0078" -0 1e2"#,
            ]).entries,
            [
                Entry(term: 3, #"c1 7 write 1 {"a":"a","b":1}"#), Entry(term: 3, "c1 8 write 1 2"),
                Entry(term: 3, #"c1 9 cas "x" 0 100"#),
            ])
        XCTAssertEqual(
            forward([#"c1 7 write "\u0078" 1e0"#]).peer,
            .forward(Forward([Proposal(line: #"c1 7 write "x" 1"#)!], limit: 9)))
    }

    // A change of membership holds no values to make canonical.
    func testForwardedChangesOfMembershipAreReadWhateverTheirNumber() {
        for number in ["7", "0", "-3", "n1/2085757687797391"] {
            let text = "o0 \(number) change-membership n0,n1"
            XCTAssertEqual(
                forward([text]).peer, .forward(Forward([Proposal(line: text)!], limit: 9)), number)
        }
    }

    func testARequestIsTheSameHoweverItIsWritten() throws {
        let written = try XCTUnwrap(Proposal(line: #"c1 7 write "x" 1"#))
        for text in [#"c1 7 write "\u0078" 1e0"#, #"c%31 07 write "x" 1"#, #"c1 7 write "x" 1"#] {
            guard case .forward(let forward)? = self.forward([text]).peer else { return XCTFail(text) }
            XCTAssertEqual(forward.requests.map(\.id), [written.id], text)
            guard case .command(let command)? = append(["3 " + text]).entries?.first?.payload else {
                return XCTFail(text)
            }
            XCTAssertEqual(command.id, written.id, text)
            XCTAssertEqual(
                LoggedOperation(command), .update(.write(key: JSONValue(canonical: #""x""#), value: 1)))
        }
    }

    func testTypedEntriesAreMadeCanonical() {
        XCTAssertEqual(
            append([
                "3 c%31 07 write 1 2", "3 c1 +7 write 1 2", "3 c%2F n0/07 write 1 2", "3 c1 7 write 1 [2,]",
                "3 c1 -0 write 1 2", "3 c1 7 write 1 2\n",
            ]).entries,
            [
                Entry(term: 3, "c1 7 write 1 2"), Entry(term: 3, "c1 7 write 1 2"),
                Entry(term: 3, "c%2f n0/7 write 1 2"), Entry(term: 3, "c1 7 write 1 [2]"),
                Entry(term: 3, "c1 0 write 1 2"), Entry(term: 3, "c1 7 write 1 2"),
            ])
        XCTAssertEqual(
            append(["3 members n1,n0,n1 c%31 08 005F"]).entries,
            [Entry(term: 3, payload: .membership(Membership(voters: ["n0", "n1"], change: "c1 8 5f")))])
    }

    func testAMembershipSurvivesWritingAndReadingAndIsNoRequest() {
        let joint = Membership(voters: ["n1", "n2"], outgoing: ["n0", "n1"], change: "c1 8 5f")
        XCTAssertEqual(
            append(["3 members n0,n1", "4 members n1,n2/n0,n1 c1 8 5f", #"5 members 7 write "x" 5"#]).entries,
            [
                Entry(term: 3, payload: .membership(Membership(voters: ["n0", "n1"]))),
                Entry(term: 4, payload: .membership(joint)),
                // A client id may look like the start of a membership.
                Entry(term: 5, #"members 7 write "x" 5"#),
            ])
        for element in [
            "3 members", "3 members ", "3 members /n0", "3 members n0/", "3 members n0//n1",
            "3 members n0,,n1",
            "3 members n0/n1/n2", "3 members n0 c1", "3 members n0 c1 8", "3 members n0 c1 8 x",
            "3 members n0  c1 8 5f",
        ] {
            XCTAssertEqual(append([element]).refusal?.code, .malformedRequest, element)
        }
    }

    func testAnInvalidEntryIsMalformedAndNamedByItsIndex() {
        let wrong = [
            "", " ", "3", "3 ", "no-op", "-3 no-op", "+3 no-op", "03 no-op", "3.0 no-op", "x no-op",
            "3  no-op",
            "3 no-op ",
            "99999999999999999999 no-op", "3 c1", "3 c1 7", "3 c1 7 read 1", "3 c1 7 write 1",
            "3 c1 7 write 1 2 3",
            "3 c1 7 cas 1 2", "3 c1 seven write 1 2", "3 c/1 7 write 1 2", "3 c%zz 7 write 1 2",
            "3 c1 7 write  2",
            "3 c1 7 write x 2", "3 c1 7 write 01 2", "3 c1 7 write - 2", #"3 c1 7 write "x 2"#,
            "3 c1 7 write 1, 2",
            "3 c1 7 write 1 2]", "3 c1 7 write [1 2]", "3 c1 7 cas 1,2 [3 4]", "3 c1 7 write {} {",
            "3 c1 7 write 1\t2 3",
            #"3 c1 7 write "\ud800" 1"#, "3 c1 7 write 1e400 1", "3 c1 7 write 18446744073709551616 1",
            "3 c1 7 write [-9223372036854775809] 1", #"3 c1 7 write {"a"} 1"#, "3 c1 7 write nul 1",
            "3 c1 7 write ] [", #"3 c1 7 write 1":"1 2"#, "3 membership n0",
            "3 c1 7 write \(String(repeating: "[", count: 10_000)) 1",
        ]
        for element in wrong {
            let refusal = append([
                "3 no-op", #"3 c1 7 write {"a": 1} "ok""#.replacing(" 1", with: "1"), element,
            ]).refusal
            XCTAssertEqual(refusal?.code, .malformedRequest, element)
            XCTAssert(refusal?.text.contains("entries[2]") ?? false, "\(element): \(refusal?.text ?? "")")
        }
        for element in ["", "c1 7 read 1", "c1 7 write {] 1", "no-op", "3 c1 7 write 1 2"] {
            let refusal = forward(["c1 6 write 1 2", element]).refusal
            XCTAssert(refusal?.text.contains("requests[1]") ?? false, element)
        }
    }

    func testTermsOfEntriesNeitherDecreaseNorExceedTheMessages() {
        let orders: [(elements: [String], term: Int, previous: Int, isGood: Bool)] = [
            (["2 no-op", "2 no-op", "5 no-op"], 5, 2, true),
            (["1 no-op"], 5, 2, false),
            (["6 no-op"], 5, 2, false),
            (["4 no-op", "3 no-op"], 5, 2, false),
            (["4611686018427387904 no-op"], 1 << 62, 2, true),
        ]
        for order in orders {
            let input = append(order.elements, term: order.term, prevLogTerm: order.previous)
            XCTAssertEqual(input.entries != nil, order.isGood, "\(order)")
        }
        XCTAssertNil(append(["0 no-op"], prevLogIndex: 0, prevLogTerm: 0).entries)
        XCTAssertNotNil(append(["1 no-op"], prevLogIndex: 0, prevLogTerm: 0).entries)
    }

    func testTheTermBeforeTheFirstEntryIsZero() {
        XCTAssertEqual(append([], prevLogIndex: 0, prevLogTerm: 1).refusal?.code, .malformedRequest)
        XCTAssertEqual(append([], prevLogIndex: 1, prevLogTerm: 0).refusal?.code, .malformedRequest)
    }

    func testEntriesThatAreNoStringsAreMalformed() {
        for entries in ["[1]", "[null]", #"[{"term":1}]"#, #"["1 no-op",[]]"#, "{}"] {
            let text = line(
                from: "n1",
                """
                {"type":"append_entries","term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,\
                "entries":\(entries),"leader_commit":0}
                """)
            XCTAssertEqual(decode(text).refusal?.code, .malformedRequest)
        }
    }
}
