import KeyValue

/// Looks for integers that JSONDecoder has read as doubles.
enum NumberScan {
    /// Whether somewhere outside of strings an integer is written out, without fraction or exponent, that does
    /// not fit into 64 bits.
    /// - Parameter json: valid JSON, or a part of it that begins outside of a string.
    static func holdsOversizedInteger(_ json: some Sequence<UInt8>) -> Bool {
        var scan = QuoteScan()
        var number: [UInt8] = []
        for byte in json {
            if scan.isOutside(byte), isPartOfNumber(byte) {
                number.append(byte)
            } else {
                if isOversized(number) { return true }
                number.removeAll(keepingCapacity: true)
            }
        }
        return isOversized(number)
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private static func isOversized(_ number: [UInt8]) -> Bool {
        guard number.count >= 19 else { return false }
        let digits = number.first == UInt8(ascii: "-") ? number.dropFirst() : number[...]
        guard digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return false }
        let text = String(decoding: number, as: UTF8.self)
        return Int(text) == nil && UInt64(text) == nil
    }
}
