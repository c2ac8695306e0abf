/// The replies that Maelstrom's clients refuse with an error, because they do not have the form that Maelstrom demands.
struct MalformedReplies: Sendable {
    private(set) var count = 0
    /// The first one for each kind of request, with its request, in lines.
    private(set) var examples: [String] = []
    private var kinds: Set<Request.Kind> = []

    /// How much of a line is shown, in bytes.
    private static let length = 500

    /// - Parameters:
    ///   - why: what is wrong with it.
    ///   - line: the line that the node printed.
    mutating func add(
        _ completion: Clients.Completion, why: String, line: some Sequence<UInt8>, names: NodeNames
    ) {
        count += 1
        guard kinds.insert(completion.request.kind).inserted else { return }
        var request: [UInt8] = []
        MessageWriter.append(
            completion.request, id: 0, client: completion.client, node: names[completion.node],
            messageID: completion.messageID, to: &request)
        func text(_ line: some Sequence<UInt8>) -> String {
            String(decoding: Array(line.prefix(MalformedReplies.length)), as: UTF8.self)
        }
        // Without the number that the network gives a message.
        let start = request.firstIndex(of: UInt8(ascii: ",")) ?? -1
        examples += [
            "request     {\(text(request[(start + 1)...].dropLast()))",
            "expected    \(completion.request.kind.replyForm(completion.messageID))",
            "answer      \(text(line))",
            "which is    \(why)",
        ]
    }
}

extension Request.Kind {
    /// The body of a reply that Maelstrom accepts.
    fileprivate func replyForm(_ messageID: Int) -> String {
        let content =
            switch self {
            case .read: #","value":ANY"#
            case .write, .cas: ""
            case .txn: #","txn":[[F,KEY,VALUE],...]"#
            }
        return
            #"{"type":"\#(name)_ok"\#(content),"in_reply_to":\#(messageID)}, and "msg_id" if it likes; or an error"#
    }
}
