/// Takes the words of a line, one after another. Spaces within JSON strings separate nothing.
struct Words {
    /// What no word was taken of yet; nil once there is none.
    private(set) var rest: Substring?

    init(_ line: some StringProtocol) {
        rest = Substring(line)
    }

    mutating func next() -> Substring? {
        guard let line = rest else { return nil }
        var scan = QuoteScan()
        let end = line.utf8.firstIndex { scan.isOutside($0) && $0 == UInt8(ascii: " ") } ?? line.endIndex
        rest = end < line.endIndex ? line[line.utf8.index(after: end)...] : nil
        return line[..<end]
    }

    /// The words that are left, as values.
    mutating func values() -> [JSONValue] {
        var values: [JSONValue] = []
        while let word = next() { values.append(JSONValue(canonical: String(word))) }
        return values
    }
}

/// How any string is one word.
package enum Word {
    /// Letters, digits and `-._:` stand for themselves, other bytes are `%` and two hexadecimal digits. The empty
    /// string is `%`.
    package static func escape(_ string: String) -> String {
        if string.isEmpty { return "%" }
        if string.utf8.allSatisfy(isPlain) { return string }
        return string.utf8.map { byte in
            isPlain(byte)
                ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The string that `escape` made into `word`, or nil.
    package static func unescape(_ word: Substring) -> String? {
        if word == "%" { return "" }
        if word.utf8.allSatisfy(isPlain) { return word.isEmpty ? nil : String(word) }
        var bytes: [UInt8] = []
        var rest = word.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                let digits = Substring(rest.prefix(2))
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

    /// Whether the byte stands for itself.
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
