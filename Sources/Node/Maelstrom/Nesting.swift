import KeyValue

/// Lines that are nested deeper than JSONDecoder reads. It reads nothing of such a line, but the sender must get an
/// answer.
enum Nesting {
    /// The most arrays and objects within each other, the message itself and its body included.
    static let deepest = 512

    static var malformed: Malformed {
        Malformed(text: "a message must be nested no deeper than \(deepest) arrays and objects")
    }

    /// The same text with null in place of what is nested too deep, which nobody reads; nil where nothing is.
    static func cut(_ json: UnsafeRawBufferPointer) -> [UInt8]? {
        var shallow: [UInt8] = []
        var scan = QuoteScan()
        var depth = 0
        // Behind the last byte that was copied or left out.
        var copied = 0
        for (slot, byte) in json.enumerated() where scan.isOutside(byte) {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                guard depth == deepest + 1 else { continue }
                shallow.append(contentsOf: json[copied..<slot])
                shallow.append("null")
                copied = json.count
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if depth == deepest + 1 { copied = slot + 1 }
                depth -= 1
            default: break
            }
        }
        guard !shallow.isEmpty else { return nil }
        shallow.append(contentsOf: json[copied...])
        return shallow
    }
}
