/// The values of an operation by the names that they have in a client's request.
package struct OperationFields: Sendable {
    package let values: [(name: String, value: JSONValue)]
    /// A field that may be left out, and is false then.
    package let flag: (name: String, isSet: Bool)?

    init(_ values: [(name: String, value: JSONValue)], flag: (name: String, isSet: Bool)? = nil) {
        self.values = values
        self.flag = flag
    }
}

/// A field of an operation's reply.
package struct OperationField: Hashable, Sendable {
    package let name: String
    package let value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// Where the values of an operation are read from: the fields of a client's request, or the words of a line.
package protocol OperationSource {
    associatedtype Failure: Error

    /// - Parameter name: of its field. In a line the next word is it.
    mutating func value(_ name: String) throws(Failure) -> JSONValue
    mutating func flag(_ name: String) throws(Failure) -> Bool
    /// In a line, all words that are left.
    mutating func transaction(_ name: String) throws(Failure) -> Transaction
}
