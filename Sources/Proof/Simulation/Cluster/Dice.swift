import Consensus

/// The simulation's random numbers: a seed gives the same draws in every process and build.
///
/// It maps to ranges by its own multiplication, so that no change of the library changes what a seed means.
struct Dice {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func next() -> UInt64 { generator.next() }

    /// A number in `0..<limit`; 0 if `limit` is not positive.
    mutating func below(_ limit: Int) -> Int {
        guard limit > 0 else { return 0 }
        return Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True with a chance of `perMillion` in a million. Draws nothing if the chance is 0.
    mutating func chance(perMillion: Int) -> Bool {
        perMillion > 0 && below(1_000_000) < perMillion
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// An exponentially distributed duration.
    mutating func exponential(mean: Int) -> Int {
        let unit = (Double(next() >> 11) + 1) / 9_007_199_254_740_992
        return Int(Double(mean) * -Self.naturalLogarithm(unit))
    }

    /// Uses only IEEE arithmetic, which gives the same bits on every machine; the system's logarithm may not.
    static func naturalLogarithm(_ value: Double) -> Double {
        let z = (value.significand - 1) / (value.significand + 1)
        let square = z * z
        var sum = 0.0
        var divisor = 23.0
        while divisor > 0 {
            sum = sum * square + 1 / divisor
            divisor -= 2
        }
        return 2 * z * sum + Double(value.exponent) * 0.693_147_180_559_945_3
    }

    /// Shuffles in place (Fisher and Yates).
    mutating func shuffle<Element>(_ elements: inout [Element]) {
        for slot in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(slot, below(slot + 1))
        }
    }
}
