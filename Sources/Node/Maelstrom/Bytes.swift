/// Writes JSON as bytes.
extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ number: Int) {
        append(json: String(number))
    }

    mutating func append(_ flag: Bool) {
        if flag { append("true") } else { append("false") }
    }

    /// Appends text that is JSON already.
    mutating func append(json text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        append(escaped: text)
        append(UInt8(ascii: "\""))
    }

    mutating func append(quoted texts: some Sequence<String>) {
        append("[")
        for (count, text) in texts.enumerated() {
            if count > 0 { append(",") }
            append(quoted: text)
        }
        append("]")
    }

    /// Appends what stands between the quotes of a JSON string.
    mutating func append(escaped text: String) {
        var text = text
        text.withUTF8 { bytes in
            var copied = 0
            for slot in bytes.indices where bytes[slot].mustBeEscaped {
                append(contentsOf: bytes[copied..<slot])
                append(escape: bytes[slot])
                copied = slot + 1
            }
            append(contentsOf: bytes[copied...])
        }
    }

    private mutating func append(escape byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0a: append(UInt8(ascii: "n"))
        case 0x0c: append(UInt8(ascii: "f"))
        case 0x0d: append(UInt8(ascii: "r"))
        case 0x20...: append(byte)
        default:
            append(byte < 16 ? "u000" : "u00")
            append(json: String(byte, radix: 16))
        }
    }
}

extension UInt8 {
    /// Whether JSON allows this byte of UTF-8 in a string only as an escape.
    var mustBeEscaped: Bool {
        self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\")
    }
}
