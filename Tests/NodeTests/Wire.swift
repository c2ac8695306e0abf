import Foundation
import XCTest

/// A message that a node printed.
struct Printed {
    let text: String
    let source: String
    let destination: String
    let body: [String: Any]

    init?(_ text: String) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
            let fields = object as? [String: Any], let source = fields["src"] as? String,
            let destination = fields["dest"] as? String, let body = fields["body"] as? [String: Any]
        else { return nil }
        (self.text, self.source, self.destination, self.body) = (text, source, destination, body)
    }

    var type: String { body["type"] as? String ?? "" }
    var inReplyTo: Int? { body["in_reply_to"] as? Int }
    var code: Int? { body["code"] as? Int }
    subscript(field: String) -> Int? { body[field] as? Int }
}

/// The network between nodes. It delivers messages to nodes, and collects all others as replies.
final class Wire {
    /// The seconds after which a wait counts as hung.
    static let patience: TimeInterval = 120

    private(set) var nodes: [String: NodeProcess] = [:]
    /// The messages to clients, in order.
    private(set) var replies: [Printed] = []
    /// The messages between members.
    private(set) var messages: [Printed] = []
    private(set) var ended: Set<String> = []

    @discardableResult
    func start(_ id: String, _ arguments: [String] = [], environment: [String] = []) throws -> NodeProcess {
        let node = try NodeProcess(arguments, environment: environment)
        nodes[id] = node
        ended.remove(id)
        return node
    }

    /// Sends lines to a node.
    func type(_ lines: [String], into id: String = "n0") {
        nodes[id]?.send(lines.flatMap { Array($0.utf8) + [10] })
    }

    func request(_ body: String, from client: String = "c1", of id: String = "n0") {
        type([line(body, from: client, to: id)], into: id)
    }

    /// Delivers messages until `done`, or fails the test.
    func run(until done: () -> Bool, file: StaticString = #filePath, line: UInt = #line) {
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        while !done() {
            let left = deadline.timeIntervalSinceNow
            guard left > 0, step(timeout: left) else {
                let logs = nodes.map { "\($0.key):\n\($0.value.log)" }.joined(separator: "\n")
                XCTFail(
                    "it never happened; replies: \(replies.suffix(5).map(\.text))\n\(logs)", file: file,
                    line: line)
                return
            }
        }
    }

    /// Delivers messages for the given time.
    func run(for duration: TimeInterval) {
        let deadline = Date(timeIntervalSinceNow: duration)
        while deadline.timeIntervalSinceNow > 0, step(timeout: deadline.timeIntervalSinceNow) {}
    }

    /// - Returns: false if all nodes have ended.
    private func step(timeout: TimeInterval) -> Bool {
        let living = nodes.filter { !ended.contains($0.key) }
        if living.isEmpty { return false }
        var polls: [pollfd] = []
        for node in living.values {
            polls.append(pollfd(fd: node.output, events: Int16(POLLIN), revents: 0))
            polls.append(pollfd(fd: node.errors, events: Int16(POLLIN), revents: 0))
            if node.wantsToWrite { polls.append(pollfd(fd: node.input, events: Int16(POLLOUT), revents: 0)) }
        }
        _ = poll(&polls, UInt(polls.count), Int32(timeout * 1000) + 1)
        for (id, node) in living {
            node.push()
            node.takeLog()
            guard let lines = node.takeLines() else {
                ended.insert(id)
                continue
            }
            lines.forEach(route)
        }
        return true
    }

    private func route(_ text: String) {
        guard let message = Printed(text) else { return XCTFail("no message: \(text)") }
        if nodes[message.destination] == nil {
            replies.append(message)
        } else {
            messages.append(message)
            nodes[message.destination]?.send(Array(text.utf8) + [10])
        }
    }

    func end(_ id: String = "n0") -> Int32 {
        nodes[id]?.endInput()
        return waitForEnd(id)
    }

    func waitForEnd(_ id: String = "n0") -> Int32 {
        run(until: { ended.contains(id) })
        if !ended.contains(id) { kill(nodes[id]?.pid ?? 0, SIGKILL) }
        return nodes[id]?.waitForEnd() ?? -1
    }

    /// Kills a node, with the messages it has not sent.
    func kill9(_ id: String) {
        guard let node = nodes[id] else { return }
        kill(node.pid, SIGKILL)
        _ = waitForEnd(id)
    }

    /// Waits for the reply to a request.
    func reply(to id: Int, of client: String = "c1", file: StaticString = #filePath, line: UInt = #line)
        -> Printed?
    {
        func find() -> Printed? { replies.last { $0.inReplyTo == id && $0.destination == client } }
        run(until: { find() != nil }, file: file, line: line)
        return find()
    }
}

func line(_ body: String, from source: String = "c1", to destination: String = "n0") -> String {
    #"{"src":"\#(source)","dest":"\#(destination)","body":\#(body)}"#
}

func initLine(_ ids: [String], _ id: String = "n0") -> String {
    let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
    return line(#"{"type":"init","msg_id":1,"node_id":"\#(id)","node_ids":[\#(list)]}"#, to: id)
}

/// Runs a node on the given lines, until its end.
func session(
    _ lines: [String], _ arguments: [String] = [], environment: [String] = []
) throws -> (output: [String], log: String, exit: Int32) {
    try session(Array(lines.map { $0 + "\n" }.joined().utf8), arguments, environment: environment)
}

func session(
    _ bytes: [UInt8], _ arguments: [String] = [], environment: [String] = []
) throws -> (output: [String], log: String, exit: Int32) {
    let wire = Wire()
    let node = try wire.start("the node", arguments, environment: environment)
    node.send(bytes)
    let exit = wire.end("the node")
    return (wire.replies.map(\.text), node.log, exit)
}
