import Consensus
import KeyValue
import Maelstrom
import XCTest

/// A decoder for n0 of three members, or one before init.
func decode(_ line: String, initialized: Bool = true) -> Input {
    decode(Array(line.utf8), initialized: initialized)
}

func decode(_ line: [UInt8], initialized: Bool = true) -> Input {
    let identity = initialized ? Identity(id: "n0", members: ["n0", "n1", "n2"]) : nil
    return line.withUnsafeBytes { MessageDecoder().decode($0, for: identity) }
}

/// A line with the given body.
func line(from source: String = "c1", to destination: String = "n0", _ body: String) -> String {
    #"{"src":"\#(source)","dest":"\#(destination)","body":\#(body)}"#
}

extension Input {
    var refusal: Refusal? {
        if case .refusal(let refusal) = self { refusal } else { nil }
    }

    var operation: ClientOperation? {
        if case .request(let request) = self, case .operation(let operation) = request.subject {
            operation
        } else {
            nil
        }
    }

    var order: OperatorRequest? {
        if case .request(let request) = self, case .order(let order) = request.subject { order } else { nil }
    }

    var peer: PeerMessage? {
        if case .peer(let message, _) = self { message } else { nil }
    }

    var raft: RaftMessage? {
        if case .raft(let message) = peer { message } else { nil }
    }

    var entries: [Entry]? {
        if case .appendEntries(let request) = raft?.body { request.entries } else { nil }
    }

    var isUnusable: Bool {
        if case .unusable = self { true } else { false }
    }

    var isUnneeded: Bool {
        if case .unneeded = self { true } else { false }
    }
}

/// The text that n0's writer produces, without the newline.
func written(_ write: (inout MessageWriter) -> Void) -> String {
    var writer = MessageWriter()
    writer.identify(as: "n0")
    write(&writer)
    let text = String(decoding: writer.bytes, as: UTF8.self)
    XCTAssertEqual(text.last, "\n")
    return String(text.dropLast())
}

extension ClientOperation {
    static func read(key: JSONValue) -> ClientOperation { .query(.read(key: key)) }

    static func txn(_ operations: Transaction.MicroOperation...) -> ClientOperation {
        let transaction = Transaction(operations)
        return transaction.isReadOnly ? .query(.transaction(transaction)) : .update(.transaction(transaction))
    }

    static func write(key: JSONValue, value: JSONValue) -> ClientOperation {
        .update(.write(key: key, value: value))
    }

    static func cas(key: JSONValue, from: JSONValue, to: JSONValue, createIfNotExists: Bool)
        -> ClientOperation
    {
        .update(.cas(key: key, from: from, to: to, createIfNotExists: createIfNotExists))
    }
}

extension ClientReply.Body {
    static func readOK(_ value: JSONValue) -> Self { .done(.read, [OperationField("value", value)]) }
    static let writeOK = Self.done(.write, [])
    static let casOK = Self.done(.cas, [])
}
