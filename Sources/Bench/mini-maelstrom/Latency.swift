import Foundation

/// The latency of messages between nodes, as in Maelstrom. Links of clients have none.
struct Latency: Hashable, Sendable {
    enum Distribution: String, CaseIterable, Sendable {
        /// Always the mean.
        case constant
        /// Between 0 and twice the mean.
        case uniform
        case exponential
    }

    /// In milliseconds.
    var mean: Double = 0
    var distribution: Distribution = .constant

    /// In nanoseconds.
    func draw(_ random: inout SeededRandom) -> UInt64 {
        guard mean > 0 else { return 0 }
        let milliseconds =
            switch distribution {
            case .constant: mean
            case .uniform: random.unit() * 2 * mean
            case .exponential: -log(1 - random.unit()) * mean
            }
        return UInt64(milliseconds * 1e6)
    }
}
