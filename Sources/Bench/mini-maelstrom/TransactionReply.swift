import Serializability

extension Reply {
    /// A micro-operation of a `txn_ok`.
    struct Item: Hashable, Sendable, CustomStringConvertible {
        enum Content: Hashable, Sendable {
            case null
            case list([RegisterValue])
            case value(RegisterValue)
        }

        var name: String
        var key: RegisterValue
        var content: Content

        var description: String { "\(name) \(key) \(content)" }

        /// The answer to a micro-operation; nil where it is the answer to another, or no list where one was asked for.
        func answer(to asked: MicroOperation, isOfLists: Bool) -> MicroOperation? {
            guard key == .integer(asked.key), name == asked.name else { return nil }
            switch asked {
            case .read(let key, _):
                return content.seen(isOfLists: isOfLists).map { .read(key: key, values: $0) }
            case .write(_, let value), .append(_, let value):
                return content == .value(value) ? asked : nil
            }
        }
    }
}

extension Reply.Item.Content: CustomStringConvertible {
    /// What a read that brought this saw; nil where it is no list, and has to be one.
    func seen(isOfLists: Bool) -> [RegisterValue]? {
        switch self {
        case .null: []
        case .list(let elements): isOfLists ? elements : [.other(description)]
        case .value(let value): isOfLists ? nil : [value]
        }
    }

    var description: String {
        switch self {
        case .null: "null"
        case .list(let elements): "[\(elements.map(\.description).joined(separator: " "))]"
        case .value(let value): value.description
        }
    }
}

extension Reply.Item: Decodable {
    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        name = try list.decode(String.self)
        key = try list.decode(JSONValue.self).datum
        if try list.decodeNil() {
            content = .null
        } else if let elements = try? list.decode([JSONValue].self) {
            content = .list(elements.map(\.datum))
        } else {
            content = .value(try list.decode(JSONValue.self).datum)
        }
        guard list.isAtEnd else {
            throw DecodingError.dataCorruptedError(in: list, debugDescription: "more than three elements")
        }
    }
}

extension MicroOperation {
    /// Its name in Maelstrom's messages and histories.
    var name: String {
        switch self {
        case .read: "r"
        case .write: "w"
        case .append: "append"
        }
    }

    /// As in messages, without brackets.
    /// - Parameter isOfLists: whether keys are lists, and not registers.
    func words(isOfLists: Bool) -> String {
        switch self {
        case .read(let key, nil): "r \(key)"
        case .read(let key, let values?) where isOfLists || values.count > 1:
            "r \(key) [\(values.map(\.description).joined(separator: " "))]"
        case .read(let key, let values?): "r \(key) \(values.first?.description ?? "null")"
        case .write(let key, let value), .append(let key, let value): "\(name) \(key) \(value)"
        }
    }
}
