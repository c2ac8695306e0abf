/// A value of the store: its JSON text, as in `JSONValue`. A list to which something was appended lacks its closing
/// bracket, and is kept in pieces: an element more changes the last piece alone, and the others are shared with all
/// that hold the list as it was before, such as the image of which a snapshot is taken. Two values are equal where
/// their texts are, however they came to be.
package enum StoredValue: Hashable, Sendable {
    case whole(JSONValue)
    /// Not empty.
    case open([String])

    /// In bytes, beyond which another piece begins.
    private static let pieceSize = 16 << 10

    package init(_ value: JSONValue) {
        self = .whole(value)
    }

    static let emptyList = StoredValue(JSONValue(canonical: "[]"))

    var isList: Bool {
        switch self {
        case .whole(let value): value.text.utf8.first == UInt8(ascii: "[")
        case .open: true
        }
    }

    /// Of its text, in bytes.
    package var size: Int {
        switch self {
        case .whole(let value): value.text.utf8.count
        case .open(let pieces): pieces.reduce(1) { $0 + $1.utf8.count }
        }
    }

    package var json: JSONValue {
        switch self {
        case .whole(let value): value
        case .open(let pieces): JSONValue(canonical: (pieces + ["]"]).joined())
        }
    }

    /// This must be a list.
    mutating func append(_ element: JSONValue) {
        var pieces: [String]
        switch self {
        case .whole(let value):
            precondition(isList, "an append to what is no list")
            pieces = [String(value.text.unicodeScalars.dropLast())]
        case .open(let open): pieces = open
        }
        // Nobody else holds the pieces now, unless it held the list.
        self = .whole(.null)
        if pieces[pieces.count - 1].utf8.count >= Self.pieceSize { pieces.append("") }
        if pieces.count > 1 || pieces[0].utf8.count > 1 { pieces[pieces.count - 1] += "," }
        pieces[pieces.count - 1] += element.text
        self = .open(pieces)
    }

    package static func == (left: StoredValue, right: StoredValue) -> Bool {
        left.size == right.size && left.json == right.json
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(json) }
}
