/// Reads a value of a container: that of a field, or the next of an array.
protocol ValueReader {
    mutating func null() throws
    mutating func decode(_: Bool.Type) throws -> Bool
    mutating func decode(_: Int.Type) throws -> Int
    mutating func decode(_: Double.Type) throws -> Double
    mutating func decode(_: String.Type) throws -> String
    mutating func array() throws -> any UnkeyedDecodingContainer
    mutating func object() throws -> KeyedDecodingContainer<FieldName>
}

struct FieldReader: ValueReader {
    let container: KeyedDecodingContainer<FieldName>
    let name: FieldName

    func null() throws {}
    func decode(_ type: Bool.Type) throws -> Bool { try container.decode(type, forKey: name) }
    func decode(_ type: Int.Type) throws -> Int { try container.decode(type, forKey: name) }
    func decode(_ type: Double.Type) throws -> Double { try container.decode(type, forKey: name) }
    func decode(_ type: String.Type) throws -> String { try container.decode(type, forKey: name) }
    func array() throws -> any UnkeyedDecodingContainer { try container.nestedUnkeyedContainer(forKey: name) }
    func object() throws -> KeyedDecodingContainer<FieldName> {
        try container.nestedContainer(keyedBy: FieldName.self, forKey: name)
    }
}

/// Each call reads the next element.
struct ElementReader: ValueReader {
    var container: any UnkeyedDecodingContainer

    mutating func null() throws { _ = try container.decodeNil() }
    mutating func decode(_ type: Bool.Type) throws -> Bool { try container.decode(type) }
    mutating func decode(_ type: Int.Type) throws -> Int { try container.decode(type) }
    mutating func decode(_ type: Double.Type) throws -> Double { try container.decode(type) }
    mutating func decode(_ type: String.Type) throws -> String { try container.decode(type) }
    mutating func array() throws -> any UnkeyedDecodingContainer { try container.nestedUnkeyedContainer() }
    mutating func object() throws -> KeyedDecodingContainer<FieldName> {
        try container.nestedContainer(keyedBy: FieldName.self)
    }
}
