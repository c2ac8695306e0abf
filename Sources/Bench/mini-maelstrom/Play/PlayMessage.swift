import Foundation

/// A line of a node, read as far as it can be understood. Any node's messages are shown; those with the names and fields
/// of Maelstrom's Raft chapters also tell of the node's state.
struct PlayMessage {
    var source: String
    var destination: String
    var body: [String: Any]

    /// - Returns: nil for a line that is no message.
    init?(_ line: some Sequence<UInt8>) {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any],
            let source = object["src"] as? String, let destination = object["dest"] as? String,
            let body = object["body"] as? [String: Any]
        else { return nil }
        (self.source, self.destination, self.body) = (source, destination, body)
    }

    init(source: String, destination: String, body: [String: Any]) {
        (self.source, self.destination, self.body) = (source, destination, body)
    }

    var type: String { body["type"] as? String ?? "(no type)" }
    var messageID: Int? { integer("msg_id") }
    var inReplyTo: Int? { integer("in_reply_to") }
    var term: Int? { integer("term") }
    var entries: [Any] { body["entries"] as? [Any] ?? [] }

    func integer(_ name: String) -> Int? { body[name] as? Int }
    func flag(_ name: String) -> Bool { body[name] as? Bool ?? false }

    /// The message that goes around a cut link in this one.
    var relayed: PlayMessage? {
        guard type == "relay", let source = body["source"] as? String,
            let inner = body["body"] as? [String: Any],
            let last = (body["route"] as? [String])?.last
        else { return nil }
        return PlayMessage(source: source, destination: last, body: inner)
    }

    var isHeartbeat: Bool { type == "append_entries" && entries.isEmpty }

    /// The message in a few words, for an arrow.
    var label: String {
        let inTerm = term.map { " t\($0)" } ?? ""
        switch type {
        case "request_vote": return (flag("pre_vote") ? "PreVote" : "RequestVote") + inTerm
        case "request_vote_res":
            return (flag("pre_vote") ? "pre-vote " : "vote ") + (flag("vote_granted") ? "yes" : "no")
        case "append_entries": return isHeartbeat ? "heartbeat\(inTerm)" : appendLabel
        case "append_entries_res": return flag("success") ? "success" : "refused\(inTerm)"
        case "install_snapshot": return "snapshot to \(integer("last_included_index") ?? 0)"
        case "install_snapshot_res": return "snapshot reply"
        case "timeout_now": return "TimeoutNow\(inTerm)"
        case "read_index": return "ReadIndex\(inTerm)"
        case "read_index_res": return integer("index").map { "read index \($0)" } ?? "no read index"
        case "forward":
            let requests = body["requests"] as? [Any] ?? []
            return "forward "
                + (requests.count == 1 ? Self.entry(requests[0]).words : "\(requests.count) requests")
        case "relay": return relayed.map { "relay: \($0.label)" } ?? "relay"
        case "error": return "error \(integer("code") ?? 0)"
        default: return type + inTerm
        }
    }

    private var appendLabel: String {
        let terms = entries.map { Self.entry($0).term.map(String.init) ?? "?" }
        let list = terms.count > 5 ? "\(terms.count) entries" : terms.joined(separator: " ")
        return "[\(list)] after \(integer("prev_log_index") ?? 0)"
    }

    /// An entry of a log: one of this project's words, `3 c9 1 write "x" 5`, or an object of another node, or of a `log_ok`.
    static func entry(_ value: Any) -> (term: Int?, words: String) {
        if let text = value as? String {
            var parts = text.split(separator: " ")[...]
            let term = parts.first.flatMap { Int($0) }
            if term != nil { parts.removeFirst() }
            // The client and the number of its request.
            if parts.count > 2, Int(parts[parts.startIndex + 1]) != nil { parts.removeFirst(2) }
            return (term, shortened(parts.joined(separator: " ")))
        }
        guard let object = value as? [String: Any] else { return (nil, json(value)) }
        let term = object["term"] as? Int
        guard let type = object["type"] as? String else {
            return (term, shortened(json(object["op"] ?? object["command"] ?? value)))
        }
        let fields = ["key", "value", "from", "to", "txn", "members", "old_members"]
            .compactMap { object[$0].map(json) }
        return (term, shortened(([type] + fields).joined(separator: " ")))
    }

    static func json(_ value: Any) -> String {
        let options: JSONSerialization.WritingOptions = [
            .fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes,
        ]
        let data = try? JSONSerialization.data(withJSONObject: value, options: options)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "?"
    }

    private static func shortened(_ text: String) -> String {
        text.count > 60 ? text.prefix(59) + "…" : text
    }
}
