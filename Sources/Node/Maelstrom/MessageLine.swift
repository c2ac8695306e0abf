import Consensus
import KeyValue

/// Why a line is no message.
struct NotAMessage: Error {
    var reason: String
}

/// One line, read before it is checked whether its sender may send it.
struct MessageLine: DecodableWithConfiguration {
    let source: String
    let destination: String
    let typeName: String
    /// Nil where no such type is known.
    let type: MessageType?
    let messageID: Int?
    /// Nil where no such type is known.
    let input: Result<Input, Malformed>?
    /// Whether it is an answer, also one of a type that is not known.
    let isReply: Bool

    init(from decoder: any Decoder, configuration json: JSONSource) throws {
        guard let envelope = try? decoder.container(keyedBy: FieldName.self) else {
            throw NotAMessage(reason: "it is no JSON object")
        }
        func string(_ name: FieldName) throws -> String {
            guard let value = try? envelope.decode(String.self, forKey: name) else {
                throw NotAMessage(reason: "it has no string \(name.stringValue)")
            }
            return value
        }
        source = try string("src")
        destination = try string("dest")
        guard let body = try? envelope.nestedContainer(keyedBy: FieldName.self, forKey: "body"),
            let name = try? body.decode(String.self, forKey: "type")
        else { throw NotAMessage(reason: "it has no string body.type") }
        let text = JSONText(json)
        guard let slot = text.value(of: "body", in: 0) else { throw NotAMessage(reason: "it has no body") }
        (typeName, type) = (name, MessageType(named: name))
        var fields = Fields(body, at: slot, of: text, from: source)
        input = Self.input(type, &fields, of: text)
        messageID = fields.messageID
        isReply =
            name == "error" || name.hasSuffix("_ok") || name.hasSuffix("_res")
            || type == nil && fields.inReplyTo != nil
    }

    private static func input(
        _ type: MessageType?, _ fields: inout Fields, of text: JSONText
    ) -> Result<Input, Malformed>? {
        do throws(Malformed) {
            try fields.readIDs()
            guard let type else { return nil }
            if text.source.isCut { throw Nesting.malformed }
            try text.checkNames(of: "a message", at: 0)
            try fields.checkNames()
            return .success(try type.input(fields))
        } catch {
            return .failure(error)
        }
    }
}
