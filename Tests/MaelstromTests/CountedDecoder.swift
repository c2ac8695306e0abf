/// The number of questions to a decoder, and of those answered with an error.
final class Tally {
    private(set) var calls = 0
    private(set) var errors = 0

    func count<Answer>(_ question: () throws -> Answer) throws -> Answer {
        calls += 1
        do {
            return try question()
        } catch {
            errors += 1
            throw error
        }
    }
}

/// A decoder that counts, as do the containers it returns.
struct CountedDecoder: Decoder {
    let decoder: any Decoder
    let tally: Tally

    var codingPath: [any CodingKey] { decoder.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { decoder.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(
            CountedObject(object: try tally.count { try decoder.container(keyedBy: type) }, tally: tally))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        CountedArray(array: try tally.count { try decoder.unkeyedContainer() }, tally: tally)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        try tally.count { try decoder.singleValueContainer() }
    }
}

private struct CountedArray: UnkeyedDecodingContainer {
    var array: any UnkeyedDecodingContainer
    let tally: Tally

    var codingPath: [any CodingKey] { array.codingPath }
    var count: Int? { array.count }
    var isAtEnd: Bool { array.isAtEnd }
    var currentIndex: Int { array.currentIndex }

    mutating func decodeNil() throws -> Bool { try tally.count { try array.decodeNil() } }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try tally.count { try array.decode(type) }
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws
        -> KeyedDecodingContainer<Key>
    {
        KeyedDecodingContainer(
            CountedObject(object: try tally.count { try array.nestedContainer(keyedBy: type) }, tally: tally))
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        CountedArray(array: try tally.count { try array.nestedUnkeyedContainer() }, tally: tally)
    }

    mutating func superDecoder() throws -> any Decoder {
        CountedDecoder(decoder: try array.superDecoder(), tally: tally)
    }
}

private struct CountedObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: KeyedDecodingContainer<Key>
    let tally: Tally

    var codingPath: [any CodingKey] { object.codingPath }
    var allKeys: [Key] { object.allKeys }

    func contains(_ key: Key) -> Bool { object.contains(key) }

    func decodeNil(forKey key: Key) throws -> Bool { try tally.count { try object.decodeNil(forKey: key) } }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try tally.count { try object.decode(type, forKey: key) }
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        let nested = try tally.count { try object.nestedContainer(keyedBy: type, forKey: key) }
        return KeyedDecodingContainer(CountedObject<Nested>(object: nested, tally: tally))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        let nested = try tally.count { try object.nestedUnkeyedContainer(forKey: key) }
        return CountedArray(array: nested, tally: tally)
    }

    func superDecoder() throws -> any Decoder {
        CountedDecoder(decoder: try object.superDecoder(), tally: tally)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        CountedDecoder(decoder: try object.superDecoder(forKey: key), tally: tally)
    }
}
