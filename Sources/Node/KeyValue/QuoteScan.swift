/// Tells the strings of JSON from what stands between them, byte by byte.
package struct QuoteScan {
    /// Whether a string has begun and not ended.
    package private(set) var isQuoted = false
    private var isEscaped = false

    package init() {}

    /// Whether the next byte stands outside of all strings; a string's quotes are part of it.
    package mutating func isOutside(_ byte: UInt8) -> Bool {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\"") {
            isQuoted.toggle()
        } else if isQuoted {
            isEscaped = byte == UInt8(ascii: "\\")
        } else {
            return true
        }
        return false
    }
}
