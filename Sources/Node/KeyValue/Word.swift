/// The words of a command's line.
package enum Word {
    /// Splits at the spaces outside of JSON strings.
    static func split(_ line: String) -> [String] {
        var scan = QuoteScan()
        return split(line) { byte in scan.isOutside(byte) && byte == UInt8(ascii: " ") }
    }

    /// Splits at the bytes for which `isSeparator` holds, which is asked of each byte in its turn.
    static func split(_ text: String, where isSeparator: (UInt8) -> Bool) -> [String] {
        var text = text
        return text.withUTF8 { bytes in
            var words: [String] = []
            words.reserveCapacity(6)
            var start = 0
            for slot in bytes.indices where isSeparator(bytes[slot]) {
                words.append(String(decoding: bytes[start..<slot], as: UTF8.self))
                start = slot + 1
            }
            words.append(String(decoding: bytes[start...], as: UTF8.self))
            return words
        }
    }

    /// Any string as one word: letters, digits and `-._:` stand for themselves, other bytes are `%` and two
    /// hexadecimal digits. The empty string is `%`.
    package static func escape(_ string: String) -> String {
        if string.isEmpty { return "%" }
        if string.utf8.allSatisfy(isPlain) { return string }
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
        if word.utf8.allSatisfy(isPlain) { return word.isEmpty ? nil : String(word) }
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
