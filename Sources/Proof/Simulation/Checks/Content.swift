import KeyValue

/// What a key holds, as the checks have it: a list is its elements, whatever members make of its text.
struct Content: Hashable {
    let json: JSONValue
    /// Nil of what is no list.
    private let elements: [JSONValue]?

    /// What is no list.
    init(_ json: JSONValue) {
        self.json = json
        elements = nil
    }

    init(list elements: [JSONValue]) {
        json = JSONValue(canonical: "[" + elements.map(\.text).joined(separator: ",") + "]")
        self.elements = elements
    }

    /// Nil where it is no list.
    func appending(_ element: JSONValue) -> Content? {
        elements.map { Content(list: $0 + [element]) }
    }
}
