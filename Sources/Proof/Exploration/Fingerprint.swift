/// A 128-bit digest of a value, the same within one process. Two states of a search are taken for the same where their
/// digests are: among a million states the chance that any two different ones meet is less than one in 10^26.
struct Fingerprint: Hashable, Sendable {
    private let first: Int
    private let second: Int

    /// - Parameter mix: mixes in what tells the value from all that are not equal to it; called for each half.
    init(_ mix: (inout Hasher) -> Void) {
        func half(_ number: Int) -> Int {
            var hasher = Hasher()
            hasher.combine(number)
            mix(&hasher)
            return hasher.finalize()
        }
        (first, second) = (half(1), half(2))
    }
}
