/// The exact value of a JSON number: `digits` times ten to the power of `exponent`.
struct ExactNumber: Equatable {
    private var isNegative = false
    /// ASCII, without zeros at either end; empty is zero.
    private var digits: [UInt8] = []
    private var exponent = 0

    /// - Parameter text: what JSONDecoder has read as a number.
    init(_ text: some Sequence<UInt8>) {
        var isBehindPoint = false
        var power: (isBegun: Bool, isNegative: Bool, value: Int) = (false, false, 0)
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"):
                if power.isBegun { power.isNegative = true } else { isNegative = true }
            case UInt8(ascii: "."): isBehindPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): power.isBegun = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if power.isBegun {
                    // Beyond this no number but zero is one that a double holds.
                    power.value = min(power.value * 10 + Int(byte - UInt8(ascii: "0")), 1 << 40)
                    continue
                }
                if isBehindPoint { exponent -= 1 }
                if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte) }
            default: break
            }
        }
        exponent += power.isNegative ? -power.value : power.value
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty { (isNegative, exponent) = (false, 0) }
    }

    var isZero: Bool { digits.isEmpty }

    /// Its digits, where it is an integer of 64 bits, signed or unsigned.
    var integer: String? {
        if digits.isEmpty { return "0" }
        guard exponent >= 0, exponent < 20, digits.count + exponent <= 20 else { return nil }
        let text =
            (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
            + String(repeating: "0", count: exponent)
        return Int(text) != nil || UInt64(text) != nil ? text : nil
    }

    /// The canonical text of this number: the digits of an integer; else the description of `double`, the nearest one,
    /// if that is the same number; else all digits, so that nothing that was written is lost.
    func spelling(nearest double: Double) -> String {
        if let integer { return integer }
        var short = double.description
        if short.hasSuffix(".0") { short.removeLast(2) }
        return ExactNumber(short.utf8) == self ? short : scientific
    }

    private var scientific: String {
        let power = exponent + digits.count - 1
        var text = isNegative ? "-" : ""
        text += String(decoding: digits.prefix(1), as: UTF8.self)
        if digits.count > 1 { text += "." + String(decoding: digits.dropFirst(), as: UTF8.self) }
        return text + (power < 0 ? "e-" : "e+") + String(power.magnitude)
    }
}
