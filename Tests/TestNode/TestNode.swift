import Foundation

/// A lin-kv store in one process that does not replicate: right as a cluster of one, wrong with more. With an
/// argument it misbehaves as the bench has to notice.
@main
struct TestNode {
    enum Fault: String {
        /// Nothing wrong.
        case none
        /// Prints a line that is no message once it has served ten requests.
        case garbage
        /// Says why on stderr and exits with status 3 once it has served ten requests.
        case exit
        /// Adds a field that Maelstrom's clients do not know.
        case extra
        /// Answers nothing but init.
        case deaf
        /// Does not even answer init.
        case dead
        /// Answers as another node.
        case impostor
        /// Tells all others of each request, for the network's sake.
        case gossip
        /// Answers every second write with 11, and does it.
        case liar
    }

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard let fault = Fault(rawValue: arguments.first ?? "none") else {
            complain("test-node: no such fault: \(arguments.first ?? "")")
            Foundation.exit(64)
        }
        var node = Store(fault: fault)
        while let line = readLine() {
            guard let message = try? JSONDecoder().decode(Message.self, from: Data(line.utf8)) else {
                complain("test-node: not understood: \(line)")
                continue
            }
            for answer in node.answers(to: message) {
                print(answer)
                fflush(nil)
            }
        }
    }
}

private struct Message: Decodable {
    struct Body: Decodable {
        var type: String
        var messageID: Int?
        var nodeID: String?
        var nodeIDs: [String]?
        var key: Int?
        var value: Int?
        var from: Int?
        var to: Int?

        enum CodingKeys: String, CodingKey {
            case type, key, value, from, to
            case messageID = "msg_id"
            case nodeID = "node_id"
            case nodeIDs = "node_ids"
        }
    }

    var src: String
    var body: Body
}

private struct Store {
    let fault: TestNode.Fault
    private var name = ""
    private var others: [String] = []
    private var values: [Int: Int] = [:]
    private var served = 0

    init(fault: TestNode.Fault) { self.fault = fault }

    mutating func answers(to message: Message) -> [String] {
        let body = message.body
        if body.type == "init" {
            name = body.nodeID ?? ""
            others = (body.nodeIDs ?? []).filter { $0 != name }
            complain("test-node: \(name) is up")
            return fault == .dead ? [] : [line(message, #""type":"init_ok""#)]
        }
        guard let result = apply(body) else { return [] }
        served += 1
        switch fault {
        case .deaf, .dead:
            return []
        case .garbage where served == 10:
            return ["this is no message"]
        case .exit where served == 10:
            complain("test-node: something dreadful happened")
            Foundation.exit(3)
        case .extra:
            return [line(message, result + #","flavour":"sweet""#)]
        case .impostor:
            name = "n77"
            return [line(message, result)]
        case .gossip:
            return others.map { #"{"src":"\#(name)","dest":"\#($0)","body":{"type":"gossip"}}"# }
                + [line(message, result)]
        case .liar where body.type == "write" && served % 2 == 0:
            return [line(message, #""type":"error","code":11,"text":"not today""#)]
        case .none, .garbage, .exit, .liar:
            return [line(message, result)]
        }
    }

    /// - Returns: the fields of the answer; nil for what is no request.
    private mutating func apply(_ body: Message.Body) -> String? {
        guard let key = body.key else { return nil }
        switch body.type {
        case "read":
            guard let value = values[key] else { return #""type":"error","code":20,"text":"no such key""# }
            return #""type":"read_ok","value":\#(value)"#
        case "write":
            values[key] = body.value
            return #""type":"write_ok""#
        case "cas":
            guard let value = values[key] else { return #""type":"error","code":20,"text":"no such key""# }
            guard value == body.from else {
                return #""type":"error","code":22,"text":"it is \#(value), not \#(body.from ?? -1)""#
            }
            values[key] = body.to
            return #""type":"cas_ok""#
        default:
            return nil
        }
    }

    private func line(_ message: Message, _ fields: String) -> String {
        let id = message.body.messageID.map { #","in_reply_to":\#($0)"# } ?? ""
        return #"{"src":"\#(name)","dest":"\#(message.src)","body":{\#(fields)\#(id)}}"#
    }
}

private func complain(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
}
