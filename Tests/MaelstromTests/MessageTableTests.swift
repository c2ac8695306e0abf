import Consensus
import Foundation
import KeyValue
import Maelstrom
import XCTest

/// What the code says and reads, against the tables that tell people.
final class MessageTableTests: XCTestCase {
    /// The fields of a message: those that it always has, and those that it may have.
    private struct Row: Equatable {
        var required: Set<String>
        var optional: Set<String>
    }

    private func written(_ message: PeerMessage) -> String {
        var writer = MessageWriter()
        writer.identify(as: "n1")
        writer.write(PeerEnvelope(to: "n0", message))
        return String(String(decoding: writer.bytes, as: UTF8.self).dropLast())
    }

    func testEveryMessageIsReadAsItWasWrittenWhateverItHolds() {
        var generated = GeneratedMessages(seed: 1)
        for kind in GeneratedMessages.Kind.allCases {
            for _ in 0..<300 {
                let message = generated.next(kind)
                XCTAssertEqual(GeneratedMessages.Kind(message), kind)
                let text = written(message)
                XCTAssertEqual(decode(text).peer, message, text)
            }
        }
    }

    /// What stands in a body, but for what any body has: `type`, `msg_id` and `in_reply_to`.
    private func body(_ line: String) throws -> (type: String, fields: Set<String>) {
        let message = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        let body = try XCTUnwrap(message?["body"] as? [String: Any])
        return (
            try XCTUnwrap(body["type"] as? String),
            Set(body.keys).subtracting(["type", "msg_id", "in_reply_to"])
        )
    }

    private func writtenFields() throws -> [String: Row] {
        var generated = GeneratedMessages(seed: 2)
        var rows: [String: Row] = [:]
        for kind in GeneratedMessages.Kind.allCases {
            let bodies = try (0..<300).map { _ in try body(written(generated.next(kind))) }
            let required = bodies.reduce(bodies[0].fields) { $0.intersection($1.fields) }
            let all = bodies.reduce(bodies[0].fields) { $0.union($1.fields) }
            rows[bodies[0].type] = Row(required: required, optional: all.subtracting(required))
        }
        return rows
    }

    /// The messages in the first two cells of each row: `` `type` `field` `field` (`optional` `optional`) ``.
    private func rows(of table: some Sequence<Substring>) -> [String: Row] {
        var rows: [String: Row] = [:]
        for line in table where line.hasPrefix("| `") {
            for cell in line.split(separator: "|").prefix(2) {
                let parts = cell.split(separator: "(", maxSplits: 1)
                let names = parts.map {
                    $0.split(separator: "`").map(String.init).filter { $0.first!.isLetter }
                }
                guard let type = names.first?.first else { continue }
                rows[type] = Row(
                    required: Set(names[0].dropFirst()), optional: Set(names.count > 1 ? names[1] : []))
            }
        }
        return rows
    }

    func testTheTableInTheREADMEHasEveryMessageBetweenMembersAndEveryField() throws {
        let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("README.md")
        let text = try String(contentsOf: readme, encoding: .utf8)
        let section = try XCTUnwrap(text.components(separatedBy: "\n## Between members\n").last)
        let table = rows(of: section.components(separatedBy: "\n## ")[0].split(separator: "\n"))
        let written = try writtenFields()
        XCTAssertEqual(Set(table.keys), Set(written.keys))
        for (type, row) in written { XCTAssertEqual(table[type], row, type) }
    }

    /// What Maelstrom's Raft chapters and the paper name, and what people may rely on besides.
    private static let promised = """
        | `request_vote` `term` `candidate_id` `last_log_index` `last_log_term` (`pre_vote`, `leadership_transfer`) | `request_vote_res` `term` `vote_granted` |
        | `append_entries` `term` `leader_id` `prev_log_index` `prev_log_term` `entries` `leader_commit` | `append_entries_res` `term` `success` |
        | `install_snapshot` `term` `leader_id` `last_included_index` `last_included_term` `offset` `data` `done` | `install_snapshot_res` `term` |
        | `timeout_now` `term` `leader_id` | |
        """

    func testAPeerThatKnowsOnlyThePapersFieldsNeedsNoOther() throws {
        let written = try writtenFields()
        for (type, row) in rows(of: Self.promised.split(separator: "\n")) {
            XCTAssertEqual(written[type]?.required, row.required, type)
            XCTAssert(row.optional.isSubset(of: written[type]?.optional ?? []), type)
        }
    }

    // MARK: - Clients

    private static let requests = """
        | `init` `node_id` `node_ids` | `init_ok` |
        | `read` `key` | `read_ok` `value` |
        | `write` `key` `value` | `write_ok` |
        | `cas` `key` `from` `to` (`create_if_not_exists`) | `cas_ok` |
        | `txn` `txn` | `txn_ok` `txn` |
        | `status` | `status_ok` `node_id` `role` `term` `leader` `voted_for` `members` `last_log_index` `last_log_term` `commit_index` `last_applied` `snapshot_index` |
        | `log` `from` `to` | `log_ok` `first_index` `last_index` `commit_index` `entries` |
        | `change_membership` `members` | `change_membership_ok` `members` |
        | `transfer_leadership` `target` | `transfer_leadership_ok` `leader` |
        """

    func testAClientsRequestNeedsTheFieldsOfItsRowAndNoOther() {
        let values = [
            "node_id": #""n0""#, "node_ids": #"["n0","n1"]"#, "key": "1", "value": "[null]", "from": "1",
            "to": "2", "create_if_not_exists": "true", "members": #"["n0"]"#, "target": #""n1""#,
            "txn": #"[["w",1,2]]"#,
        ]
        func refusal(_ type: String, _ fields: Set<String>) -> Refusal? {
            let fields = fields.map { ",\"\($0)\":\(values[$0] ?? "")" }.joined()
            return decode(line("{\"type\":\"\(type)\",\"msg_id\":1\(fields)}")).refusal
        }
        for (type, row) in rows(of: Self.requests.split(separator: "\n")) where !type.hasSuffix("_ok") {
            XCTAssertNil(refusal(type, row.required), type)
            XCTAssertNil(refusal(type, row.required.union(row.optional)), type)
            for field in row.required {
                let refusal = refusal(type, row.required.subtracting([field]))
                XCTAssertEqual(refusal?.code, .malformedRequest)
                XCTAssert(
                    refusal?.text.hasPrefix("\(type): \(field) is missing") ?? false, "\(type) \(field)")
            }
        }
    }

    func testAReplyToAClientHasTheFieldsOfItsRowAndNoOther() throws {
        let replica = Replica(settings: Raft.Settings(id: "n0", members: ["n0", "n1"], seed: 1), now: 0)
        var lines = [MaelstromTests.written { $0.write(initOKTo: "c1", inReplyTo: 1) }]
        for body: ClientReply.Body in [
            .readOK(1), .writeOK, .casOK, .done(.txn, [OperationField("txn", 1)]), .statusOK(replica.status),
            .logOK(replica.excerpt(1...9)),
            .changeMembershipOK(["n0"]), .transferLeadershipOK(leader: "n0"),
        ] {
            lines.append(MaelstromTests.written { $0.write(ClientReply(to: "c1", inReplyTo: 1, body)) })
        }
        let replies = rows(of: Self.requests.split(separator: "\n")).filter { $0.key.hasSuffix("_ok") }
        XCTAssertEqual(lines.count, replies.count)
        for line in lines {
            let (type, fields) = try body(line)
            XCTAssertEqual(replies[type]?.required, fields, type)
        }
    }
}
