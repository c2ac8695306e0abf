/// Takes the words of a line, one after another, as they stand in its bytes. Spaces within JSON strings separate
/// nothing.
struct Words {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let end: Int
    /// Where the next word begins; behind the end once there is none.
    private(set) var position: Int

    init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        self.bytes = bytes.base
        end = bytes.endIndex
        position = bytes.startIndex
    }

    mutating func next() -> Slice<UnsafeBufferPointer<UInt8>>? {
        guard position <= end else { return nil }
        let start = position
        while position < end, bytes[position] != UInt8(ascii: " ") {
            if bytes[position] == UInt8(ascii: "\"") { passString() } else { position += 1 }
        }
        defer { position += 1 }
        return bytes[start..<position]
    }

    /// What no word was taken of yet.
    var rest: Slice<UnsafeBufferPointer<UInt8>> { bytes[min(position, end)..<end] }

    /// The words that are left, as values.
    mutating func values() -> [JSONValue] {
        var values: [JSONValue] = []
        // As many as most requests have.
        values.reserveCapacity(3)
        while let word = next() {
            values.append(JSONValue(canonical: String(decoding: word, as: UTF8.self)))
        }
        return values
    }

    private mutating func passString() {
        position += 1
        while position < end, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = min(position + 1, end)
    }
}

/// How any string is one word.
package enum Word {
    /// Letters, digits and `-._:` stand for themselves, other bytes are `%` and two hexadecimal digits. The empty
    /// string is `%`.
    package static func escape(_ string: String) -> String {
        if string.isEmpty { return "%" }
        if isPlain(string.utf8) { return string }
        var word = ""
        for byte in string.utf8 {
            if isPlain(byte) {
                word.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                word += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return word
    }

    /// The string that `escape` made into `word`, or nil.
    package static func unescape(_ word: some StringProtocol) -> String? {
        if isPlain(word.utf8) { return word.isEmpty ? nil : String(word) }
        if word == "%" { return "" }
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard rest.count >= 2, let escaped = UInt8(digits, radix: 16) else { return nil }
                bytes.append(escaped)
                rest.removeFirst(2)
            } else {
                guard isPlain(byte) else { return nil }
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Whether each of the bytes stands for itself.
    static func isPlain(_ bytes: some Sequence<UInt8>) -> Bool {
        for byte in bytes where !isPlain(byte) { return false }
        return true
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
