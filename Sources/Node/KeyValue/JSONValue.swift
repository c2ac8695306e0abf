import Consensus

/// Any JSON value, held as its canonical text: compact, the fields of objects sorted, one spelling for each
/// number and each string. Two values are equal exactly where their texts are, code point by code point.
///
/// Nothing here reads JSON: whoever makes a value vouches for its text. It holds no white space but within
/// strings, which lets commands put values side by side in one line.
package struct JSONValue: Hashable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    package let text: String

    package init(canonical text: String) {
        self.text = text
    }

    package init(integerLiteral value: Int) {
        text = String(value)
    }

    package var description: String { text }

    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        left.text.isSame(as: right.text)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
