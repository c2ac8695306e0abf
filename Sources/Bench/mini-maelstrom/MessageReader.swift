import Foundation

/// Decodes the lines that nodes print.
struct MessageReader {
    enum Message {
        /// A message to another node; its type, if any, and whether it has an id already.
        case toNode(Int, kind: String?, hasID: Bool)
        case toClient(Int, Reply)
    }

    private let decoder = JSONDecoder()
    private var shapes = LineShapes()
    private let nodes: Int

    init(nodes: Int) { self.nodes = nodes }

    /// - Parameters:
    ///   - line: without its newline.
    ///   - node: the one that printed it.
    /// - Throws: `Failure.badLine`.
    mutating func read(_ line: UnsafeRawBufferPointer.SubSequence, from node: Int) throws(Failure) -> Message
    {
        func bad(_ why: String) -> Failure {
            .badLine(node: node, line: String(decoding: line.prefix(500), as: UTF8.self), why: why)
        }
        let envelope: Envelope
        do {
            envelope = try shapes.read(line) { [decoder] in
                try decoder.decode(Envelope.self, from: MessageReader.data($0))
            }
        } catch {
            throw bad(MessageReader.explain(error))
        }
        guard envelope.source == .node(node) else {
            throw bad("src is \(envelope.source), not n\(node)")
        }
        switch envelope.destination {
        case .node(let destination) where destination < nodes:
            return .toNode(destination, kind: envelope.kind, hasID: envelope.hasID)
        case .client(let client):
            guard let reply = envelope.reply else { throw bad("no body") }
            return .toClient(client, reply)
        case .node, .nobody:
            throw bad("dest is \(envelope.destination), which does not exist")
        }
    }

    private static func data(_ line: UnsafeRawBufferPointer.SubSequence) -> Data {
        guard let start = line.base.baseAddress, !line.isEmpty else { return Data() }
        let address = UnsafeMutableRawPointer(mutating: start + line.startIndex)
        return Data(bytesNoCopy: address, count: line.count, deallocator: .none)
    }

    private static func explain(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "no \(key.stringValue)"
        case DecodingError.valueNotFound(_, let context):
            "\(context.codingPath.last?.stringValue ?? "the line") is null"
        case DecodingError.typeMismatch(_, let context):
            "\(context.codingPath.last?.stringValue ?? "the line") is of the wrong kind"
        default: "not a JSON object"
        }
    }
}
