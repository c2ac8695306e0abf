/// A node without state, which passes requests on.
struct Proxy: Node {
    let fault: TestNode.Fault
    private var name = ""
    private var isFirst = false
    private var first = ""
    /// The requests of clients that were passed on to a service, by the `msg_id` there.
    private var open: [Int: Message] = [:]
    private var lastID = 0
    private var store = Store(fault: .none)

    init(fault: TestNode.Fault) { self.fault = fault }

    mutating func turn(at now: UInt64) -> [String] { [] }

    mutating func answers(to message: Message, at now: UInt64) -> [String] {
        if message.body.type == "init" {
            name = message.body.nodeID ?? ""
            first = message.body.nodeIDs?.first ?? ""
            isFirst = first == name
            return store.answers(to: message, at: now)
        }
        guard fault == .borrow else { return passOn(message) }
        // The first node answers the client, whoever passed its request on.
        return isFirst ? store.answers(to: message, at: now) : [line(message.src, first, message.body.json)]
    }

    private mutating func passOn(_ message: Message) -> [String] {
        if let reference = message.body.inReplyTo {
            guard let request = open.removeValue(forKey: reference) else { return [] }
            var body = message.body
            body.inReplyTo = request.body.messageID
            return [line(name, request.src, body.json)]
        }
        lastID += 1
        open[lastID] = message
        var body = message.body
        body.messageID = lastID
        return [line(name, fault == .proxy ? "lin-kv" : "seq-kv", body.json)]
    }

    private func line(_ source: String, _ destination: String, _ body: String) -> String {
        #"{"src":"\#(source)","dest":"\#(destination)","body":\#(body)}"#
    }
}
