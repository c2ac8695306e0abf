import Consensus
import KeyValue

/// A field is missing, or not what it must be.
struct Malformed: Error {
    /// For the sender: which field, and what was expected.
    var text: String
}

extension Malformed {
    /// - Parameter error: why the value called `name` cannot be kept.
    init(_ name: String, _ error: any Error) {
        switch error {
        case Unkept.integerBeyond64Bits: text = "\(name) must hold no integer beyond 64 bits"
        case Unkept.fieldTwice(let twice):
            text = "\(name) must hold no object with a field twice, and one has \(twice) twice"
        default:
            text = "\(name) must be a JSON value of whole strings and of numbers within the range of a double"
        }
    }
}

/// The name of a field.
struct FieldName: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init(stringLiteral value: String) {
        stringValue = value
    }

    init?(intValue: Int) { return nil }
}

/// Reads the fields of one body. Its errors name the field and what was expected.
struct Fields {
    /// Terms, indices, and other counts.
    static let counts = 0...highestNumber

    let container: KeyedDecodingContainer<FieldName>
    let text: JSONText
    /// The slot of the body in the outline of the text.
    let slot: Int
    /// The `src` of the message; of one within a `relay`, the `source` of that.
    let source: String
    private(set) var messageID: Int?
    private(set) var inReplyTo: Int?

    init(_ container: KeyedDecodingContainer<FieldName>, at slot: Int, of text: JSONText, from source: String)
    {
        self.container = container
        self.slot = slot
        self.text = text
        self.source = source
    }

    /// All members; none before `init`.
    var members: [NodeID] { text.source.members }
    var entryText: EntryText { EntryText(decoder: text.source.decoder) }

    mutating func readIDs() throws(Malformed) {
        messageID = try optional("msg_id", .integer)
        inReplyTo = try optional("in_reply_to", .integer)
    }

    /// - Throws: where a field is there twice: JSONDecoder keeps one of them, perhaps not the one that was meant.
    func checkNames() throws(Malformed) {
        try text.checkNames(of: "body", at: slot)
    }

    func wrong(_ name: FieldName, _ expected: String) -> Malformed {
        container.contains(name)
            ? Malformed(text: "\(name.stringValue) must be \(expected)")
            : Malformed(text: "\(name.stringValue) is missing, which must be \(expected)")
    }

    /// Whether the field is there and not null. JSONDecoder needs ten times as long to tell.
    func has(_ name: FieldName) -> Bool {
        text.value(of: name.stringValue, in: slot).map { text.outline[$0].kind != .null } ?? false
    }

    func required<Value>(_ name: FieldName, _ coding: FieldCoding<Value>) throws(Malformed) -> Value {
        guard let value = try coding.read(self, name) else { throw wrong(name, coding.expected) }
        return value
    }

    /// Nil where the field is absent or null.
    func optional<Value>(_ name: FieldName, _ coding: FieldCoding<Value>) throws(Malformed) -> Value? {
        has(name) ? try required(name, coding) : nil
    }

    /// The fields of a message within this one.
    func body(_ name: FieldName, from source: String) -> Fields? {
        guard let body = try? container.nestedContainer(keyedBy: FieldName.self, forKey: name),
            let slot = text.value(of: name.stringValue, in: slot)
        else { return nil }
        return Fields(body, at: slot, of: text, from: source)
    }

    func flagIfPresent(_ name: FieldName) throws(Malformed) -> Bool {
        try optional(name, .flag) ?? false
    }

    func value(_ name: FieldName) throws(Malformed) -> JSONValue {
        guard let slot = text.value(of: name.stringValue, in: slot) else {
            throw wrong(name, "any JSON value")
        }
        if let value = Canonical.plainValue(at: slot, of: text) { return value }
        do {
            var reader = FieldReader(container: container, name: name)
            return try CanonicalWriter.value(&reader, at: slot, of: text)
        } catch {
            throw Malformed(name.stringValue, error)
        }
    }
}
