import Foundation

/// Decodes the lines that nodes print.
struct MessageReader {
    private let decoder = JSONDecoder()
    private var shapes = LineShapes()
    /// Whether nodes are `n0`, `n1`, ..., so that the number in a name is that of the node.
    private let areNumbered: Bool

    /// - Parameter nodes: the nodes by name; nil where they are `n0`, `n1`, ...
    init(nodes: [String: Int]? = nil) {
        areNumbered = nodes == nil
        decoder.userInfo[.nodes] = nodes
    }

    /// - Parameters:
    ///   - line: without its newline.
    ///   - node: the one that printed it.
    /// - Throws: `Failure.badLine`.
    mutating func read(_ line: UnsafeRawBufferPointer.SubSequence, from node: Int) throws(Failure) -> Envelope
    {
        do {
            guard areNumbered else { return try MessageReader.decode(line, decoder) }
            return try shapes.read(line) { [decoder] in try MessageReader.decode($0, decoder) }
        } catch {
            throw .badLine(
                node: node, line: String(decoding: line.prefix(500), as: UTF8.self),
                why: MessageReader.explain(error))
        }
    }

    private struct NotUTF8: Error {}

    /// - Throws: also `NotUTF8`, as JSONDecoder lets pass what it does not read.
    private static func decode(
        _ line: UnsafeRawBufferPointer.SubSequence, _ decoder: JSONDecoder
    ) throws -> Envelope {
        let data = data(line)
        guard String(data: data, encoding: .utf8) != nil else { throw NotUTF8() }
        var envelope = try decoder.decode(Envelope.self, from: data)
        if envelope.reply?.inReplyTo != nil, !data.holdsInteger("in_reply_to") {
            envelope.reply?.inReplyTo = nil
        }
        return envelope
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
        case DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty:
            "\(context.codingPath.last?.stringValue ?? "the line") is of the wrong kind"
        case is NotUTF8: "not UTF-8"
        default: "not a JSON object"
        }
    }
}

extension Data {
    /// Whether a field of this name is an integer as it stands there. To JSONDecoder 1.0 is one; to Maelstrom it is none, and
    /// answers no request.
    fileprivate func holdsInteger(_ field: String) -> Bool {
        var rest = self[...]
        while let name = rest.range(of: Data("\"\(field)\"".utf8)) {
            rest = rest[name.upperBound...]
            let value = rest.drop { " \t:".utf8.contains($0) }
            let end = value.first { !"-0123456789".utf8.contains($0) }
            if value.startIndex < value.endIndex, !".eE".utf8.contains(end ?? 0) { return true }
        }
        return false
    }
}
