import Consensus
import KeyValue

/// Reads lines. It keeps nothing but its JSONDecoder: to make one costs more than to read a line.
package struct MessageDecoder {
    private let decoder = JSONDecoder()

    package init() {}

    /// Whether each of `values` is the canonical text of a JSON value.
    package func areCanonical(_ values: [JSONValue]) -> Bool {
        EntryText(decoder: decoder).areCanonical(values)
    }

    /// Reads one line.
    /// - Parameters:
    ///   - line: without its newline.
    ///   - identity: who this node is, or nil before `init`.
    package func decode(_ line: UnsafeRawBufferPointer, for identity: Identity?) -> Input {
        let members = identity?.members ?? []
        let message: MessageLine
        let source = JSONSource(bytes: line, decoder: decoder, members: members)
        guard source.isUTF8 else { return .unusable("a line is no message: it is not UTF-8") }
        guard line.count <= Outline.longest else { return .unusable("a line is no message: it is too long") }
        do {
            message = try read(source)
        } catch let error as NotAMessage {
            return .unusable("a line is no message: \(error.reason)")
        } catch {
            return .unusable("a line is no message: it is not valid JSON")
        }
        if let identity, !message.destination.isSame(as: identity.id) {
            return .unusable("a \(message.typeName) from \(message.source) is for \(message.destination)")
        }
        if let identity, message.source.isSame(as: identity.id),
            message.isReply || message.type?.isForMembers == true
        {
            return .unusable("a \(message.typeName) from \(message.source), which is this node itself")
        }
        if message.isReply { return reply(message, members) }
        if identity == nil, message.type?.isInit != true {
            return refusal(of: message, .temporarilyUnavailable, "this node waits for its init")
        }
        guard let type = message.type, let input = message.input else {
            return refusal(of: message, .notSupported, "there is no message of type \(message.typeName)")
        }
        if !members.holds(message.source), type.isForMembers {
            return refusal(
                of: message, .notSupported,
                "\(message.typeName) is for members, and \(message.source) is none")
        }
        switch input {
        case .success(let input): return input
        case .failure(let error):
            return refusal(of: message, .malformedRequest, "\(message.typeName): \(error.text)")
        }
    }

    /// Reads a line. One that is nested too deep for JSONDecoder is read without what is too deep.
    private func read(_ source: JSONSource) throws -> MessageLine {
        do {
            return try decoder.decode(MessageLine.self, from: Data(source.bytes), configuration: source)
        } catch {
            guard !(error is NotAMessage), let shallow = Nesting.cut(source.bytes) else { throw error }
            return try shallow.withUnsafeBytes { bytes in
                let source = JSONSource(
                    bytes: bytes, decoder: decoder, members: source.members, isCut: true)
                return try decoder.decode(MessageLine.self, from: Data(bytes), configuration: source)
            }
        }
    }

    /// A reply is never answered: an error would be answered with an error, and so on.
    private func reply(_ message: MessageLine, _ members: [NodeID]) -> Input {
        guard let input = message.input else {
            return .unneeded("a \(message.typeName) from \(message.source)")
        }
        guard members.holds(message.source) else {
            return .unneeded("a \(message.typeName) from \(message.source), which is no member")
        }
        switch input {
        case .success(let input): return input
        case .failure(let error):
            return .unusable("a \(message.typeName) from \(message.source): \(error.text)")
        }
    }

    private func refusal(of message: MessageLine, _ code: ErrorCode, _ text: String) -> Input {
        .refusal(
            Refusal(
                from: message.destination, to: message.source, inReplyTo: message.messageID, code, text))
    }
}
